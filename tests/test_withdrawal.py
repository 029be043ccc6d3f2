"""Taking back a decision, or what silence had decided: who, until when, for which reasons, and what each side then sees."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.permissions import Actor
from journal.models import Event
from messaging.models import Delivery
from portal.kit.moments import day_in_words
from procedures.definition import withdrawal
from procedures.documents import decision as letter
from procedures.lifecycle import clock, silence, withdraw
from procedures.lifecycle import transition as transitions
from procedures.lifecycle.grounds import Grounds, MissingWords
from procedures.models import Decision, Submission
from tests.support import people, samples
from tests.support.client import Portal
from tests.support.people import Desk
from tests.support.queue import drain
from tests.test_desk import said, text_of, url
from tests.test_silence import at, waiting

__all__ = ["at"]
LAW = "L’article 30 du décret n° 2017-890 réserve cette copie à la personne et à ses proches."
FACT = "Le livret de famille joint le 3 mars est celui d’une autre personne, du même nom."
HEARD = "Vous avez répondu le 10 mars que vous n’aviez pas d’autre pièce."


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


def what(basis: str = "unlawful", **changes: Any) -> withdraw.Withdrawing:
    given = {"heard_on": timezone.localdate(), "heard": HEARD, **changes}
    return withdraw.Withdrawing(basis, Grounds(law=LAW, fact=FACT), **given)


def typed(**changes: Any) -> dict[str, Any]:
    today = timezone.localdate().isoformat()
    return {"basis": "unlawful", "law": LAW, "fact": FACT, "heard_on": today, "heard": HEARD, **changes}


def silent(desk: Desk, at: Callable[[int], None], effect: str, days: int = 61) -> Submission:
    """Return a request on which silence has decided, confirmed by Nadia ``days`` after it was filed."""
    case = waiting(desk, effect, taken=True)
    at(days)
    return silence.confirm(case, by=Actor(user=desk.nadia))


# --- The time ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("taken", "last"),
    [
        (date(2026, 1, 15), date(2026, 5, 15)),
        (date(2026, 10, 31), date(2027, 2, 28)),
        (date(2027, 10, 31), date(2028, 2, 29)),
        (date(2026, 2, 28), date(2026, 6, 28)),
    ],
)
def test_l242_1_four_months_run_from_a_day_to_the_same_day(taken: date, last: date) -> None:
    assert withdrawal.last_day(taken) == last
    assert withdrawal.is_open("unlawful", taken, last)
    assert not withdrawal.is_open("unlawful", taken, last + timedelta(days=1))
    for basis in ("fraud", "asked"):
        assert withdrawal.is_open(basis, taken, last + timedelta(days=900))


@pytest.mark.parametrize(
    ("basis", "granted", "wanted"),
    [
        ("unlawful", True, True),
        ("fraud", True, True),
        ("asked", True, False),
        ("unlawful", False, False),
    ],
)
def test_crpa_34_the_person_is_heard_before_what_favours_her_is_taken_back(
    basis: Any, granted: bool, wanted: bool
) -> None:
    assert withdrawal.wants_hearing(basis, granted=granted) is wanted


# --- Prepared, then signed --------------------------------------------------------------------------------------------


def test_an_agent_prepares_and_a_signatory_signs_the_withdrawal_of_a_grant(portal: Portal, desk: Desk) -> None:
    case = desk.decide(desk.file())
    portal.force_login(desk.nadia)
    page = portal.get(url(case, "retrait/"))
    last = withdrawal.last_day(timezone.localdate())
    assert day_in_words(last) in text_of(page)
    portal.fill(page, values=typed())
    case.refresh_from_db()
    assert (case.outcome, case.state) == ("granted", "granted")
    assert not Delivery.objects.filter(purpose="decision_withdrawn").exists()
    portal.force_login(desk.helene)
    assert case.reference in text_of(portal.get("/agent/demandes/?etat=a-signer"))
    page = portal.get(url(case, "retrait/"))
    assert FACT in page.text
    shown = portal.fill(page, follow=True)
    case.refresh_from_db()
    assert (case.state, case.status, case.outcome, case.outcome_by) == ("refused", "decided", "refused", "decision")
    first, second = Decision.objects.filter(submission=case).order_by("number")
    assert (second.revokes, second.outcome, second.signed_by) == (first, "refused", desk.helene)
    assert second.remedies
    event = Event.objects.of(case.key).get(kind="decision_withdrawn")
    assert (event.data["decision"], event.data["revokes"], event.data["basis"]) == (2, 1, "unlawful")
    assert FACT not in str(event.data)
    mail = Delivery.objects.get(purpose="decision_withdrawn")
    assert "retirée" in mail.body
    assert FACT not in mail.body
    text = text_of(shown)
    assert said("Withdrawal of a decision") in text
    assert said("Decision withdrawn") in text
    assert case.reference not in text_of(portal.get("/agent/demandes/?etat=a-signer"))


def test_the_person_reads_what_is_withdrawn_why_how_she_was_heard_and_her_remedies(desk: Desk) -> None:
    case = desk.decide(desk.file())
    withdraw.withdraw(case, what(), by=Actor(user=desk.helene))
    zoe = Portal()
    zoe.force_login(desk.zoe)
    text = text_of(zoe.get(f"/demandes/{case.reference}/"))
    today = day_in_words(timezone.localdate())
    for words in (
        f"La décision du {today}, qui acceptait votre demande, est retirée.",
        "article L. 242-1",
        f"Le {today}, nous vous avons proposé de présenter vos observations (article L. 121-1",
        HEARD,
        LAW,
        FACT,
        "Saisir le tribunal administratif",
        "Hélène Marchand",
    ):
        assert words in text.replace("\u00a0", " "), words


def test_the_letter_and_the_page_of_verification_say_it(desk: Desk) -> None:
    case = desk.decide(desk.file())
    drain()
    first = case.documents.get(kind="decision")
    taken = withdraw.withdraw(case, what(), by=Actor(user=desk.helene))
    page = letter.html(taken.document)
    for words in ("Décision de retrait", "est retirée", HEARD.replace("’", "’"), "Si vous contestez cette décision"):
        assert words in page
    address = f"/verifier/?numero={case.reference}&code="
    shown = text_of(Portal().get(address + first.verification_code))
    assert said(
        "This decision was withdrawn on %(when)s: it no longer holds.", when=day_in_words(timezone.localdate())
    ) in (shown)
    assert said("No later decision has taken its place.") in text_of(
        Portal().get(address + taken.document.verification_code)
    )


def test_a_prepared_withdrawal_is_given_up_and_the_decision_stands(portal: Portal, desk: Desk) -> None:
    case = desk.decide(desk.file())
    withdraw.prepare(case, what(), by=Actor(user=desk.nadia))
    portal.force_login(desk.claire)
    page = portal.get(url(case, "retrait/"))
    portal.fill(page, button="drop")
    assert Decision.objects.filter(submission=case).count() == 1
    again = portal.fill(page, button="drop", follow=True)
    assert said("No withdrawal is prepared any more. Nothing was done.") in again.text.replace("\u00a0", " ")
    assert Event.objects.of(case.key).filter(kind="withdrawal_dropped").count() == 1


def test_a_refusal_withdrawn_grants_without_a_hearing(desk: Desk) -> None:
    case = desk.decide(desk.file(), "refuse", LAW, FACT)
    taken = withdraw.withdraw(case, what(heard_on=None, heard=""), by=Actor(user=desk.helene))
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("granted", "granted")
    assert taken.remedies == []
    assert "qui refusait votre demande" in taken.withdrawal[0]
    assert "L. 243-3" in taken.withdrawal[1]


def test_a_withdrawal_may_be_withdrawn_in_turn(desk: Desk) -> None:
    case = desk.decide(desk.file())
    withdraw.withdraw(case, what(), by=Actor(user=desk.helene))
    case.refresh_from_db()
    taken = withdraw.withdraw(case, what("asked", heard_on=None, heard=""), by=Actor(user=desk.helene))
    assert (taken.number, taken.outcome) == (3, "granted")
    assert taken.revokes is not None
    assert taken.revokes.number == 2


def test_a_request_closed_after_its_decision_is_opened_again(desk: Desk) -> None:
    case = desk.decide(desk.file())
    case = transitions.apply(case, "close", by=Actor(user=desk.nadia))
    assert case.status == "closed"
    withdraw.withdraw(case, what(), by=Actor(user=desk.helene))
    again = Submission.objects.get(pk=case.pk)
    assert (again.status, again.closed_at) == ("decided", None)


# --- What silence had decided -----------------------------------------------------------------------------------------


def test_l242_1_an_acceptance_by_silence_is_withdrawn_and_the_request_refused(
    portal: Portal, desk: Desk, at: Callable[[int], None]
) -> None:
    case = silent(desk, at, "acceptance")
    portal.force_login(desk.helene)
    page = portal.get(url(case, "retrait/"))
    portal.fill(page, values=typed())
    case.refresh_from_db()
    assert (case.outcome, case.outcome_by, case.status) == ("refused", "decision", "decided")
    taken = case.decisions.get()
    assert (taken.revokes, taken.revoked_on) == (None, case.due_on)
    assert "L’acceptation de votre demande, née du silence le" in taken.withdrawal[0]
    assert Event.objects.of(case.key).get(kind="decision_withdrawn").data["revokes"] == "silence"
    assert not clock.has_accepted(case)
    zoe = Portal()
    zoe.force_login(desk.zoe)
    text = text_of(zoe.get(f"/demandes/{case.reference}/"))
    assert "comme acceptée depuis" not in text
    assert "née du silence le" in text.replace("\u00a0", " ")


def test_silence_that_nobody_confirmed_is_confirmed_first(desk: Desk, at: Callable[[int], None]) -> None:
    case = waiting(desk, "acceptance", taken=True)
    at(61)
    with pytest.raises(transitions.StaleAction):
        withdraw.withdraw(case, what(), by=Actor(user=desk.helene))
    assert not case.decisions.exists()


def test_an_open_workflow_that_silence_decided_says_what_was_withdrawn(desk: Desk, at: Callable[[int], None]) -> None:
    legal = {
        **samples.content()["legal"],
        "silence_effect": "acceptance",
        "silence_delay": {"count": 60, "unit": "days"},
    }
    desk.procedure = samples.procedure("dire", department=desk.civil, id="dire", workflow="handling", legal=legal)
    case = transitions.apply(desk.file(), "take_charge", by=Actor(user=desk.nadia))
    at(61)
    case = silence.confirm(case, by=Actor(user=desk.nadia))
    withdraw.withdraw(case, what(), by=Actor(user=desk.helene))
    case.refresh_from_db()
    assert (case.state, case.outcome, case.outcome_by) == ("in_review", "refused", "decision")
    assert silence.said_to_citizen(case) == ""


# --- What the law does not allow --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"basis": None}, "Say what the withdrawal rests on."),
        ({"law": ""}, "Name the rule that is applied, with its article (L211-5)."),
        ({"heard_on": ""}, "Say on which day she was invited to be heard (L121-1)."),
        ({"heard": ""}, "Say what she answered, or that she did not (L122-1)."),
        ({"heard_on": "2019-01-05"}, "This day is before the decision, or still to come: check it."),
        ({"heard_on": "2999-01-05"}, "This day is before the decision, or still to come: check it."),
    ],
)
def test_what_is_missing_is_said_beside_its_question_and_nothing_typed_is_lost(
    portal: Portal, desk: Desk, values: dict[str, Any], words: str
) -> None:
    case = desk.decide(desk.file())
    portal.force_login(desk.helene)
    page = portal.fill(portal.get(url(case, "retrait/")), values=typed(**values))
    assert page.status_code == 422
    assert said(words) in text_of(page)
    assert FACT in page.text
    assert case.decisions.count() == 1


def test_facts_too_short_are_refused(desk: Desk) -> None:
    case = desk.decide(desk.file())
    short = withdraw.Withdrawing("fraud", Grounds(law=LAW, fact="Faux."), timezone.localdate(), HEARD)
    with pytest.raises(MissingWords):
        withdraw.withdraw(case, short, by=Actor(user=desk.helene))


def test_after_four_months_only_fraud_or_her_own_wish_remain(
    portal: Portal, desk: Desk, at: Callable[[int], None]
) -> None:
    case = desk.decide(desk.file())
    day = timezone.localdate()
    at((withdrawal.last_day(day) - day).days + 1)
    portal.force_login(desk.helene)
    page = portal.get(url(case, "retrait/"))
    refused = portal.fill(page, values=typed(heard_on=day.isoformat()))
    assert refused.status_code == 422
    last = day_in_words(withdrawal.last_day(day))
    assert said(
        "The four months ended on %(day)s: it is no longer withdrawn as unlawful (L242-1, L243-3).", day=last
    ) in (text_of(refused))
    portal.fill(refused, basis="fraud")
    assert case.decisions.count() == 2


def test_neither_an_agent_nor_an_auditor_signs(desk: Desk) -> None:
    case = desk.decide(desk.file())
    for who in (desk.nadia, desk.paul, desk.roger):
        with pytest.raises(PermissionDenied):
            withdraw.withdraw(case, what(), by=Actor(user=who))
    with pytest.raises(PermissionDenied):
        withdraw.prepare(case, what(), by=Actor(user=desk.helene))


def test_two_clicks_withdraw_once(portal: Portal, desk: Desk) -> None:
    case = desk.decide(desk.file())
    portal.force_login(desk.helene)
    page = portal.get(url(case, "retrait/"))
    portal.fill(page, values=typed())
    # The second would take back the withdrawal itself: it takes nothing.
    again = portal.fill(page, values=typed(), follow=True)
    assert said("There is nothing to withdraw on this request: it changed meanwhile.") in text_of(again)
    with pytest.raises(transitions.StaleAction):
        withdraw.withdraw(case, what(about="decision:1"), by=Actor(user=desk.helene))
    assert case.decisions.count() == 2


def test_a_request_without_a_decision_has_nothing_to_withdraw(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    portal.force_login(desk.nadia)
    assert said("Withdraw the decision") not in text_of(portal.get(url(case)))
    shown = portal.get(url(case, "retrait/"), follow=True)
    assert said("There is nothing to withdraw on this request: it changed meanwhile.") in (
        shown.text.replace("\u00a0", " ")
    )
    abandoned = transitions.apply(case, "withdraw", by=Actor(user=desk.zoe))
    assert withdraw.target(abandoned) is None
