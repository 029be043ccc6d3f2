"""Once silence has decided: the attestation on request, the reasons within a month, heads told of what nobody confirms."""

from collections.abc import Callable
from typing import Any

import page as validator
import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.permissions import Actor
from journal.models import Event
from messaging.models import Delivery
from portal.kit.moments import day_in_words
from procedures.definition.legal import Delay, add_delay
from procedures.documents import attestation as paper
from procedures.lifecycle import silence, silence_asks, withdraw
from procedures.lifecycle import transition as transitions
from procedures.lifecycle.grounds import Grounds, MissingWords
from procedures.models import Document, SilenceRequest, Submission
from procedures.tasks import watch_legal_dates
from tests.support import people
from tests.support.client import Portal, close_files
from tests.support.people import Desk
from tests.support.queue import drain
from tests.test_desk import FACT, LAW, said, text_of, url
from tests.test_receipt import text_of as words_of
from tests.test_silence import at, mails, waiting
from tests.test_withdrawal import what

__all__ = ["at"]


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


def enter(desk: Desk) -> Portal:
    """Return Zoé's browser, signed in now: a session does not last until silence decides."""
    browser = Portal()
    browser.force_login(desk.zoe)
    return browser


def hers(case: Submission, end: str = "") -> str:
    return f"/demandes/{case.reference}/{end}"


def silent(desk: Desk, at: Callable[[int], None], effect: str, *, confirmed: bool = True) -> Submission:
    case = waiting(desk, effect, taken=True)
    at(61)
    return silence.confirm(case, by=Actor(user=desk.nadia)) if confirmed else case


def months(since: Any, count: int) -> Any:
    return add_delay(since, Delay(count=count, unit="months"))


# --- The attestation --------------------------------------------------------------------------------------------------


def test_crpa_27_the_attestation_is_made_on_request_once_an_agent_has_confirmed(
    desk: Desk, at: Callable[[int], None]
) -> None:
    case = silent(desk, at, "acceptance")
    zoe = enter(desk)
    page = zoe.get(hers(case))
    assert said("Ask for the attestation") in text_of(page)
    asked = zoe.post(hers(case, "silence/attestation/"), follow=True)
    assert said("Your attestation is being made: it will be in your documents in a minute.") in text_of(asked)
    drain()
    document = Document.objects.get(kind=Document.Kind.ATTESTATION)
    words = words_of(paper.pdf(document))
    for mention in (case.reference, "Attestation d’acceptation", "Zoé Lefèvre", "L. 232-3", document.verification_code):
        assert mention in words.replace("\u00a0", " "), mention
    assert case.due_on is not None
    assert day_in_words(case.due_on) in words.replace("\u00a0", " ")
    assert said("Download the attestation") in text_of(zoe.get(hers(case)))
    download = zoe.get(hers(case, "attestation/"))
    close_files(download)
    assert f"attestation-{case.reference}.pdf" in download.headers["Content-Disposition"]
    event = Event.objects.of(case.key).get(kind="attestation_issued")
    assert (document.anchor_number, document.anchor_digest) == (event.number, event.digest)
    assert Delivery.objects.filter(purpose="attestation_issued").count() == 1


@pytest.mark.parametrize("profile", ["ua1", "3a"])
def test_the_attestation_keeps_both_claims(desk: Desk, at: Callable[[int], None], profile: str) -> None:
    case = silent(desk, at, "acceptance")
    silence_asks.ask(case, "attestation", by=Actor(user=desk.zoe))
    data = paper.pdf(Document.objects.get(kind=Document.Kind.ATTESTATION))
    verdict = validator.validate_pdf_bytes(data, profile=profile)
    assert verdict.is_compliant, [str(failure.message) for failure in verdict.failures]


def test_before_an_agent_confirms_heads_are_told_at_once_and_it_is_made_then(
    portal: Portal, desk: Desk, at: Callable[[int], None]
) -> None:
    case = silent(desk, at, "acceptance", confirmed=False)
    zoe = enter(desk)
    zoe.post(hers(case, "silence/attestation/"))
    assert not Document.objects.filter(kind=Document.Kind.ATTESTATION).exists()
    assert mails() == [("claire", "unconfirmed")]
    watch_legal_dates()
    assert [kind for _who, kind in mails()].count("unconfirmed") == 1
    assert "Le service vérifie d’abord" in text_of(zoe.get(hers(case)))
    portal.force_login(desk.nadia)
    assert said("It is made as soon as an agent has confirmed what silence has produced.") in text_of(
        portal.get(url(case))
    )
    silence.confirm(case, by=Actor(user=desk.nadia))
    silence.confirm(case, by=Actor(user=desk.nadia))
    assert Document.objects.filter(kind=Document.Kind.ATTESTATION).count() == 1


def test_two_clicks_ask_once(desk: Desk, at: Callable[[int], None]) -> None:
    case = silent(desk, at, "acceptance")
    zoe = enter(desk)
    for _click in range(2):
        assert zoe.post(hers(case, "silence/attestation/")).status_code == 302
    assert SilenceRequest.objects.count() == 1
    assert Document.objects.filter(kind=Document.Kind.ATTESTATION).count() == 1
    assert Event.objects.of(case.key).filter(kind="attestation_asked").count() == 1


def test_before_the_last_day_is_over_nothing_is_attested(desk: Desk, at: Callable[[int], None]) -> None:
    case = waiting(desk, "acceptance", taken=True)
    at(60)
    zoe = enter(desk)
    assert said("Ask for the attestation") not in text_of(zoe.get(hers(case)))
    answer = zoe.post(hers(case, "silence/attestation/"), follow=True)
    assert said("Your request has changed meanwhile: here is where it stands now.") in text_of(answer)
    assert not SilenceRequest.objects.exists()
    assert zoe.post(hers(case, "silence/autre/")).status_code == 404


def test_a_stranger_asks_for_nothing(desk: Desk, at: Callable[[int], None]) -> None:
    case = silent(desk, at, "acceptance")
    with pytest.raises(PermissionDenied):
        silence_asks.ask(case, "attestation", by=Actor(user=desk.roger))


def test_a_withdrawn_acceptance_is_attested_no_more_and_the_page_of_verification_says_so(
    desk: Desk, at: Callable[[int], None]
) -> None:
    case = silent(desk, at, "acceptance")
    silence_asks.ask(case, "attestation", by=Actor(user=desk.zoe))
    drain()
    document = Document.objects.get(kind=Document.Kind.ATTESTATION)
    address = f"/verifier/?numero={case.reference}&code={document.verification_code}"
    assert said("Yes, this town issued this document.") in text_of(Portal().get(address))
    withdraw.withdraw(case, what(), by=Actor(user=desk.helene))
    day = day_in_words(timezone.localdate())
    assert said("What it attests was withdrawn on %(when)s: it no longer holds.", when=day) in text_of(
        Portal().get(address)
    )
    SilenceRequest.objects.all().delete()
    with pytest.raises(transitions.StaleAction):
        silence_asks.ask(case, "attestation", by=Actor(user=desk.zoe))


# --- The reasons ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("confirmed", [False, True])
def test_crpa_27_the_reasons_are_asked_for_and_owed_within_a_month(
    portal: Portal, desk: Desk, at: Callable[[int], None], confirmed: bool
) -> None:
    case = silent(desk, at, "rejection", confirmed=confirmed)
    zoe = enter(desk)
    asked = zoe.post(hers(case, "silence/motifs/"), follow=True)
    assert said("The department has been asked for the reasons: it has one month to give them.") in text_of(asked)
    row = SilenceRequest.objects.get()
    assert row.due_on == months(timezone.localdate(), 1)
    assert ("nadia", "reasons") in mails()
    portal.force_login(desk.nadia)
    page = portal.get(url(case, "motifs/"))
    short = portal.fill(page, law=LAW, fact="Non.")
    assert short.status_code == 422
    assert LAW in short.text
    shown = portal.fill(page, law=LAW, fact=FACT, follow=True)
    assert FACT in text_of(shown)
    again = portal.fill(page, law=LAW, fact=FACT, follow=True)
    assert said("The reasons were given already. Nothing was done.") in text_of(again)
    mine = text_of(zoe.get(hers(case)))
    for part in (LAW, FACT, "Nadia Roussel", day_in_words(months(timezone.localdate(), 2))):
        assert part in mine, part
    event = Event.objects.of(case.key).get(kind="reasons_given")
    assert FACT not in str(event.data)
    mail = Delivery.objects.get(purpose="reasons_given")
    assert FACT not in mail.body
    case.refresh_from_db()
    assert case.outcome_by == ("silence" if confirmed else "")


def test_the_reasons_that_are_owed_are_reminded_once_through_outages(desk: Desk, at: Callable[[int], None]) -> None:
    case = silent(desk, at, "rejection")
    silence_asks.ask(case, "reasons", by=Actor(user=desk.zoe))
    before = len(mails())
    watch_legal_dates()
    assert len(mails()) == before
    # The worker was stopped across the day: the reminder leaves late, and once.
    at(61 + 45)
    watch_legal_dates()
    watch_legal_dates()
    assert [kind for _who, kind in mails()[before:]] == ["reasons_5", "reasons_5"]
    silence_asks.give_reasons(case, Grounds(law=LAW, fact=FACT), by=Actor(user=desk.nadia))
    watch_legal_dates()
    assert len(mails()) == before + 2


def test_they_are_asked_for_in_the_time_to_appeal_only(desk: Desk, at: Callable[[int], None]) -> None:
    case = silent(desk, at, "rejection")
    assert case.due_on is not None
    last = (months(case.due_on, 2) - case.due_on).days
    at(60 + last)
    assert silence_asks.may_be_asked(case) == "reasons"
    at(61 + last)
    zoe = enter(desk)
    assert silence_asks.may_be_asked(case) == ""
    assert said("Ask for the reasons") not in text_of(zoe.get(hers(case)))
    with pytest.raises(transitions.StaleAction):
        silence_asks.ask(case, "reasons", by=Actor(user=desk.zoe))


def test_a_late_grant_ends_what_was_owed(desk: Desk, at: Callable[[int], None]) -> None:
    case = silent(desk, at, "rejection")
    silence_asks.ask(case, "reasons", by=Actor(user=desk.zoe))
    transitions.apply(case, "grant_after_silence", by=Actor(user=desk.helene))
    case.refresh_from_db()
    assert silence_asks.asked_of(case) is None
    at(61 + 45)
    watch_legal_dates()
    assert "reasons_5" not in [kind for _who, kind in mails()]


@pytest.mark.parametrize("who", ["helene", "paul", "roger"])
def test_only_agents_and_heads_give_them(desk: Desk, at: Callable[[int], None], who: str) -> None:
    case = silent(desk, at, "rejection")
    silence_asks.ask(case, "reasons", by=Actor(user=desk.zoe))
    with pytest.raises(PermissionDenied):
        silence_asks.give_reasons(case, Grounds(law=LAW, fact=FACT), by=Actor(user=getattr(desk, who)))


def test_reasons_without_a_rule_are_refused(desk: Desk, at: Callable[[int], None]) -> None:
    case = silent(desk, at, "rejection")
    silence_asks.ask(case, "reasons", by=Actor(user=desk.zoe))
    with pytest.raises(MissingWords):
        silence_asks.give_reasons(case, Grounds(fact=FACT), by=Actor(user=desk.nadia))


# --- Heads are told ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [1, 10])
def test_the_days_left_to_confirm_are_a_setting(
    desk: Desk, at: Callable[[int], None], settings: Any, days: int
) -> None:
    settings.SILENCE_UNCONFIRMED_DAYS = days
    waiting(desk, "acceptance", taken=True)
    at(61)
    watch_legal_dates()
    at(60 + days)
    watch_legal_dates()
    assert "unconfirmed" not in [kind for _who, kind in mails()]
    at(61 + days)
    watch_legal_dates()
    assert mails()[-1] == ("claire", "unconfirmed")
