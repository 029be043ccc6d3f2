"""Legal dates watched through outages, and what silence has produced: warned of, confirmed, never undone in passing."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Absence, Membership
from accounts.permissions import Actor
from journal.models import Event
from messaging.models import Delivery
from portal.kit.moments import day_in_words
from procedures.lifecycle import legal_watch, silence
from procedures.lifecycle import transition as transitions
from procedures.models import LegalNotice, Submission
from procedures.tasks import watch_legal_dates
from tests.support import people, samples
from tests.support.client import Portal
from tests.support.people import Desk
from tests.test_desk import FACT, LAW, said, text_of, url

GROUNDS = transitions.Grounds(law=LAW, fact=FACT, words="")


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Return how to move the clock some days from today."""
    real = timezone.now()

    def move(days: int) -> None:
        then: datetime = real + timedelta(days=days)
        monkeypatch.setattr("django.utils.timezone.now", lambda: then)

    return move


def waiting(desk: Desk, effect: str = "rejection", days: int = 60, *, taken: bool = False) -> Submission:
    """File a request whose silence means that, ``days`` before its legal date."""
    legal = {
        **samples.content()["legal"],
        "silence_effect": effect,
        "silence_delay": {"count": days, "unit": "days"},
    }
    name = f"de_{effect}_{days}"
    desk.procedure = samples.procedure(name, department=desk.civil, id=name, legal=legal)
    case = desk.file()
    return transitions.apply(case, "take_charge", by=Actor(user=desk.nadia)) if taken else case


def mails() -> list[tuple[str, str]]:
    """Return who was warned, and of what."""
    found = Delivery.objects.filter(purpose="legal_date").order_by("pk")
    return [(mail.address.split("@", 1)[0], mail.key.split(":")[1]) for mail in found]


# --- Warnings -------------------------------------------------------------------------------------------------------


def test_crpa_28_agents_are_warned_at_30_15_and_5_days_and_heads_at_5(desk: Desk, at: Callable[[int], None]) -> None:
    waiting(desk)
    expected: list[tuple[str, str]] = []
    for day, told in (
        (29, []),
        (30, [("nadia", "days_30")]),
        (44, []),
        (45, [("nadia", "days_15")]),
        (54, []),
        (55, [("nadia", "days_5"), ("claire", "days_5")]),
        (60, []),
    ):
        at(day)
        watch_legal_dates()
        watch_legal_dates()
        expected += told
        assert mails() == expected, f"day {day}"


def test_a_warning_names_no_one_and_leads_to_the_request(desk: Desk) -> None:
    case = waiting(desk, days=3)
    watch_legal_dates()
    mail = Delivery.objects.filter(purpose="legal_date").first()
    assert mail is not None
    assert case.reference in mail.body
    assert url(case) in mail.body
    assert "Lefèvre" not in mail.body + mail.subject


def test_who_follows_a_request_is_warned_alone_and_her_stand_in_while_she_is_away(desk: Desk) -> None:
    ines = people.staff("ines@exemple.fr", "Inès", "Le Goff", desk.civil, "agent")
    waiting(desk, days=20, taken=True)
    today = timezone.localdate()
    Absence.objects.create(user=desk.nadia, stand_in=ines, starts_on=today, ends_on=today)
    watch_legal_dates()
    assert mails() == [("nadia", "days_30"), ("ines", "days_30")]


def test_an_agent_of_another_procedure_only_is_not_warned(desk: Desk) -> None:
    case = waiting(desk, days=20)
    other = samples.procedure("autre", department=desk.civil, id="autre")
    Membership.objects.filter(user=desk.nadia).update(procedures=[str(other.public_id)])
    ines = people.staff("ines@exemple.fr", "Inès", "Le Goff", desk.civil, "agent")
    watch_legal_dates()
    assert mails() == [("ines", "days_30")]
    assert ines.email
    assert LegalNotice.objects.get().submission == case


def test_after_an_outage_only_the_nearest_warning_leaves(desk: Desk, at: Callable[[int], None]) -> None:
    waiting(desk)
    at(57)
    watch_legal_dates()
    assert {kind for _who, kind in mails()} == {"days_5"}


def test_a_date_that_moves_is_warned_of_again(desk: Desk, at: Callable[[int], None]) -> None:
    case = waiting(desk, taken=True)
    at(50)
    watch_legal_dates()
    desk.ask_pieces(case, days=20)
    at(65)
    watch_legal_dates()
    assert [kind for _who, kind in mails()] == ["days_15", "days_15"]
    assert LegalNotice.objects.values("due_on").distinct().count() == 2


def test_a_clock_moved_back_says_nothing_over_again(desk: Desk, at: Callable[[int], None]) -> None:
    waiting(desk)
    at(56)
    watch_legal_dates()
    before = mails()
    at(40)
    watch_legal_dates()
    assert mails() == before


def test_what_has_no_legal_date_or_is_over_is_not_warned_of(desk: Desk, at: Callable[[int], None]) -> None:
    case = waiting(desk, taken=True)
    transitions.apply(case, "withdraw", by=Actor(user=desk.zoe))
    desk.ask_pieces(waiting(desk, "acceptance"))
    at(90)
    assert watch_legal_dates() == 0


def many(case: Submission, count: int) -> list[Submission]:
    copies = []
    for number in range(count):
        copy = Submission.objects.get(pk=case.pk)
        copy.pk, copy.public_id, copy.reference = None, uuid.uuid4(), f"2026-COPY-{number:04d}"
        copies.append(copy)
    return list(Submission.objects.bulk_create(copies))


def test_a_thousand_legal_dates_cost_as_few_queries_as_one(desk: Desk, at: Callable[[int], None]) -> None:
    case = waiting(desk)
    at(29)
    with CaptureQueriesContext(connection) as nothing:
        assert watch_legal_dates() == 0
    at(30)
    with CaptureQueriesContext(connection) as one:
        assert watch_legal_dates() == 1
    many(case, 1000)
    with CaptureQueriesContext(connection) as thousand:
        assert watch_legal_dates() == 1000
    assert len(thousand) == len(one) < 40
    # Those that were told are looked at, and cost no more than none.
    with CaptureQueriesContext(connection) as again:
        assert watch_legal_dates() == 0
    assert len(again) == len(nothing)
    assert LegalNotice.objects.values("submission", "kind").distinct().count() == 1001


def test_a_mail_names_the_first_requests_and_counts_the_others(desk: Desk, at: Callable[[int], None]) -> None:
    case = waiting(desk)
    many(case, 44)
    at(40)
    watch_legal_dates()
    (mail,) = Delivery.objects.filter(purpose="legal_date")
    assert mail.body.count("/agent/demandes/") == 30
    assert "15 autres demandes" in " ".join(mail.body.split())


def test_a_run_that_is_cut_goes_on_from_where_it_was(
    desk: Desk, at: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = waiting(desk)
    many(case, 9)
    at(55)
    monkeypatch.setattr(legal_watch, "_AT_ONCE", 4)
    told = legal_watch._tell
    calls = []

    def cut(*args: Any, **more: Any) -> None:
        calls.append(args)
        if len(calls) == 4:
            raise SystemExit
        told(*args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(legal_watch, "_tell", cut)
        with pytest.raises(SystemExit):
            watch_legal_dates()
    # What was written was told: what was cut is not written.
    assert LegalNotice.objects.count() == 4
    assert len(mails()) == 2
    assert watch_legal_dates() == 6
    assert LegalNotice.objects.count() == 10
    assert watch_legal_dates() == 0


# --- The outage -----------------------------------------------------------------------------------------------------


def test_a_worker_stopped_across_a_legal_date_loses_nothing(desk: Desk, at: Callable[[int], None]) -> None:
    case = waiting(desk, "acceptance", taken=True)
    at(20)
    watch_legal_dates()
    at(80)
    # The pages need no worker: they say what silence has produced as soon as the day is over.
    browser = Portal()
    browser.force_login(desk.nadia)
    page = browser.get(url(case))
    assert said("Silence has decided") in text_of(page)
    assert said("Confirm what silence has produced") in text_of(browser.get("/agent/"))
    watch_legal_dates()
    watch_legal_dates()
    assert mails() == [("nadia", "spoken"), ("claire", "spoken")]
    at(83)
    watch_legal_dates()
    watch_legal_dates()
    assert mails()[2:] == [("claire", "unconfirmed")]
    case.refresh_from_db()
    assert case.status == "under_review"


def test_the_last_day_is_still_a_day_to_answer(desk: Desk, at: Callable[[int], None]) -> None:
    case = waiting(desk, "acceptance", taken=True)
    at(60)
    browser = Portal()
    browser.force_login(desk.nadia)
    assert said("Silence has decided") not in text_of(browser.get(url(case)))
    transitions.apply(case, "refuse", by=Actor(user=desk.helene), grounds=GROUNDS)
    case.refresh_from_db()
    assert case.outcome_by == "decision"


# --- Confirming -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("effect", "outcome", "words"),
    [("acceptance", "granted", "comme acceptée depuis"), ("rejection", "refused", "comme refusée depuis")],
)
def test_crpa_27_an_agent_confirms_what_silence_has_produced_and_the_citizen_is_told_prudently(
    portal: Portal, desk: Desk, at: Callable[[int], None], effect: str, outcome: str, words: str
) -> None:
    case = waiting(desk, effect, taken=True)
    at(61)
    citizen = Portal()
    citizen.force_login(desk.zoe)
    before = text_of(citizen.get(f"/demandes/{case.reference}/"))
    assert words in before
    portal.force_login(desk.nadia)
    page = portal.fill(portal.get(url(case)), button=None, follow=True)
    case.refresh_from_db()
    assert (case.status, case.outcome, case.outcome_by) == ("decided", outcome, "silence")
    assert said("Silence has decided") not in text_of(page)
    assert said("Effect of silence confirmed") in text_of(page)
    event = Event.objects.of(case.key).filter(kind="silence_confirmed").get()
    assert (event.data["effect"], event.data["due_on"]) == (effect, str(case.due_on))
    after = text_of(citizen.get(f"/demandes/{case.reference}/"))
    assert words in after
    assert "La décision est ci-dessous" not in after
    assert "terminé" in Delivery.objects.get(purpose="silence_confirmed").body


def test_confirming_twice_or_too_early_changes_nothing(portal: Portal, desk: Desk, at: Callable[[int], None]) -> None:
    case = waiting(desk, taken=True)
    portal.force_login(desk.nadia)
    portal.post(url(case, "silence/"))
    case.refresh_from_db()
    assert case.outcome_by == ""
    at(61)
    portal.force_login(desk.nadia)
    for _click in range(2):
        assert portal.post(url(case, "silence/")).status_code == 302
    assert Event.objects.of(case.key).filter(kind="silence_confirmed").count() == 1
    assert Delivery.objects.filter(purpose="silence_confirmed").count() == 1


def test_a_page_opened_before_a_late_grant_confirms_nothing_and_says_why(
    portal: Portal, desk: Desk, at: Callable[[int], None]
) -> None:
    case = waiting(desk, taken=True)
    at(61)
    portal.force_login(desk.nadia)
    assert said("Confirm what silence has produced") in text_of(portal.get(url(case)))
    transitions.apply(case, "grant", by=Actor(user=desk.helene), grounds=GROUNDS)
    answer = portal.post(url(case, "silence/"), follow=True)
    assert answer.status_code == 200
    assert said("Confirm what silence has produced") not in text_of(answer)
    case.refresh_from_db()
    assert (case.outcome, case.outcome_by) == ("granted", "decision")
    assert not Event.objects.of(case.key).filter(kind="silence_confirmed").exists()


def test_what_was_typed_to_refuse_before_silence_accepted_is_shown_again(
    portal: Portal, desk: Desk, at: Callable[[int], None]
) -> None:
    case = waiting(desk, "acceptance", taken=True)
    at(60)
    portal.force_login(desk.nadia)
    portal.get(url(case, "actions/propose_refusal/"))
    at(61)
    portal.force_login(desk.nadia)
    answer = portal.post(url(case, "actions/propose_refusal/"), {"law": LAW, "fact": "Écrit hier soir."})
    assert answer.status_code == 422
    assert "Écrit hier soir." in answer.text
    assert not case.decisions.exists()


@pytest.mark.parametrize("who", ["helene", "paul"])
def test_neither_a_signatory_nor_an_auditor_confirms(
    portal: Portal, desk: Desk, at: Callable[[int], None], who: str
) -> None:
    case = waiting(desk, taken=True)
    at(61)
    portal.force_login(getattr(desk, who))
    assert said("Confirm what silence has produced") not in portal.get(url(case)).text
    assert portal.post(url(case, "silence/")).status_code == 403


def test_a_workflow_without_decision_notes_it_and_stays_open(desk: Desk, at: Callable[[int], None]) -> None:
    desk.procedure = samples.procedure("saisine", department=desk.civil, id="saisine", workflow="handling")
    case = transitions.apply(desk.file(), "take_charge", by=Actor(user=desk.nadia))
    at(70)
    silence.confirm(case, by=Actor(user=desk.nadia))
    case.refresh_from_db()
    assert (case.status, case.outcome, case.outcome_by) == ("under_review", "refused", "silence")
    assert watch_legal_dates() == 0
    transitions.apply(case, "handle", by=Actor(user=desk.nadia))


# --- Deciding after silence -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("confirmed", [False, True])
def test_what_silence_accepted_is_no_longer_refused_and_the_way_to_withdraw_is_named(
    portal: Portal, desk: Desk, at: Callable[[int], None], confirmed: bool
) -> None:
    case = waiting(desk, "acceptance", taken=True)
    at(61)
    portal.force_login(desk.nadia)
    page = text_of(portal.get(url(case)))
    assert "L. 242-1" in page
    assert "Proposer de refuser" not in page
    answer = portal.post(url(case, "actions/propose_refusal/"), {"law": LAW, "fact": FACT})
    assert answer.status_code == 422
    assert "L. 242-1" in text_of(answer)
    if confirmed:
        silence.confirm(case, by=Actor(user=desk.nadia))
        with pytest.raises((transitions.StaleAction, transitions.SilenceHasSpoken)):
            transitions.apply(case, "refuse", by=Actor(user=desk.helene), grounds=GROUNDS)
    else:
        with pytest.raises(transitions.SilenceHasSpoken):
            transitions.apply(case, "refuse", by=Actor(user=desk.helene), grounds=GROUNDS)
    case.refresh_from_db()
    assert not case.decisions.exists()


def test_what_silence_accepted_may_be_granted_in_words(desk: Desk, at: Callable[[int], None]) -> None:
    case = waiting(desk, "acceptance", taken=True)
    at(61)
    transitions.apply(case, "grant", by=Actor(user=desk.helene), grounds=GROUNDS)
    case.refresh_from_db()
    assert (case.outcome, case.outcome_by) == ("granted", "decision")


@pytest.mark.parametrize("confirmed", [False, True])
def test_what_silence_refused_may_still_be_granted(
    portal: Portal, desk: Desk, at: Callable[[int], None], confirmed: bool
) -> None:
    case = waiting(desk, taken=True)
    at(61)
    key = "grant"
    if confirmed:
        silence.confirm(case, by=Actor(user=desk.nadia))
        key = "grant_after_silence"
        portal.force_login(desk.helene)
        assert "Accorder malgré le refus né du silence" in text_of(portal.get(url(case)))
    transitions.apply(case, key, by=Actor(user=desk.helene), grounds=GROUNDS)
    case.refresh_from_db()
    assert (case.status, case.outcome, case.outcome_by) == ("decided", "granted", "decision")


def test_a_refusal_that_was_signed_is_not_granted_as_if_silence_had_decided(portal: Portal, desk: Desk) -> None:
    case = waiting(desk, taken=True)
    transitions.apply(case, "refuse", by=Actor(user=desk.helene), grounds=GROUNDS)
    portal.force_login(desk.helene)
    assert "Accorder malgré le refus né du silence" not in text_of(portal.get(url(case)))
    assert portal.get(url(case, "actions/grant_after_silence/")).status_code == 403


def test_pieces_asked_for_after_silence_has_spoken_change_nothing(
    portal: Portal, desk: Desk, at: Callable[[int], None]
) -> None:
    case = waiting(desk, "acceptance", taken=True)
    at(61)
    portal.force_login(desk.nadia)
    page = portal.get(url(case, "actions/ask_pieces/"))
    assert said("Silence has already decided: asking for pieces no longer changes the legal date.") in text_of(page)
    due: Any = case.due_on
    desk.ask_pieces(case)
    case.refresh_from_db()
    assert case.due_on == due
    assert f"Dernier jour pour répondre : le {day_in_words(due)}." in text_of(portal.get(url(case)))
