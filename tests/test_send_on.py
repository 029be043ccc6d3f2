"""A request that is another administration's: sent on, the person told, and the legal date as each effect of silence wants."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.permissions import Actor
from journal.models import Event
from messaging.models import Delivery
from portal.kit.moments import day_in_words
from procedures.lifecycle import send_on, withdraw
from procedures.lifecycle import transition as transitions
from procedures.lifecycle.grounds import MissingWords
from procedures.models import PiecesRequest, SentOn, Submission
from tests.support import people, samples
from tests.support.client import Portal
from tests.support.people import Desk
from tests.test_desk import said, text_of, url
from tests.test_pieces_asked import two_months, with_effect

REASON = "La préfecture délivre ce titre, la mairie ne le délivre pas."


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


def typed(**changes: Any) -> dict[str, Any]:
    given = {"authority": "Préfecture de l’Exemple", "address": "1 place Fictive, 99000 Hautebrume", "reason": REASON}
    return {**given, "kept": "no", **changes}


def in_days(count: int) -> date:
    return timezone.localdate() + timedelta(days=count)


def test_crpa_25_a_request_is_sent_on_and_the_person_is_told_to_whom_and_why(portal: Portal, desk: Desk) -> None:
    case = with_effect(desk, "rejection")
    portal.force_login(desk.nadia)
    page = portal.get(url(case, "transmission/"))
    shown = portal.fill(page, values=typed(), follow=True)
    case.refresh_from_db()
    assert (case.status, case.outcome, case.outcome_by) == ("closed", "transmitted", "decision")
    assert case.closed_at is not None
    assert "Préfecture de l’Exemple" in text_of(shown)
    event = Event.objects.of(case.key).get(kind="sent_on")
    assert (event.data["to"], event.data["kept"]) == ("closed", False)
    assert REASON not in str(event.data)
    mail = Delivery.objects.get(purpose="sent_on")
    assert "nous la lui avons transmise le" in mail.body
    assert "Préfecture" not in mail.body
    zoe = Portal()
    zoe.force_login(desk.zoe)
    hers = text_of(zoe.get(f"/demandes/{case.reference}/"))
    for words in ("Préfecture de l’Exemple", "1 place Fictive, 99000 Hautebrume", REASON):
        assert words in hers, words
    assert withdraw.target(case) is None
    again = portal.fill(page, values=typed(), follow=True)
    assert said("This request is over, or was sent on already. Nothing was done.") in text_of(again)
    assert SentOn.objects.count() == 1


@pytest.mark.parametrize("effect", ["acceptance", "rejection"])
def test_crpa_25_a_rejection_runs_from_the_first_reception_and_an_acceptance_from_the_competent_authority_s(
    portal: Portal, desk: Desk, effect: str
) -> None:
    case = with_effect(desk, effect)
    before = case.due_on
    portal.force_login(desk.nadia)
    portal.fill(portal.get(url(case, "transmission/")), values=typed(kept="yes", day=in_days(-6).isoformat()))
    case.refresh_from_db()
    assert case.status == "under_review"
    assert case.due_on == (None if effect == "acceptance" else before)
    assert "Transmise à l’autorité compétente le" in text_of(portal.get(url(case)))
    page = portal.get(url(case, "transmission/arrivee/"))
    for wrong in (in_days(-7), in_days(1)):
        assert portal.fill(page, day=wrong.isoformat()).status_code == 422
    arrived = in_days(-4)
    portal.fill(page, day=arrived.isoformat())
    case.refresh_from_db()
    assert case.due_on == (two_months(arrived) if effect == "acceptance" else before)
    again = portal.fill(page, day=arrived.isoformat(), follow=True)
    assert said("This request is over, or was sent on already. Nothing was done.") in text_of(again)
    assert Event.objects.of(case.key).filter(kind="sent_on_arrived").count() == 1
    zoe = Portal()
    zoe.force_login(desk.zoe)
    assert day_in_words(arrived) in text_of(zoe.get(f"/demandes/{case.reference}/"))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"authority": ""}, "Name the authority that is competent."),
        ({"address": " "}, "Give its address: the person may have to write to it."),
        ({"reason": ""}, "Say why it is competent: the person reads it."),
        ({"kept": None}, "Say what becomes of the request here."),
        ({"day": "2999-01-05"}, "This day is still to come."),
        ({"day": "2019-01-05"}, "The request itself came later: check the day."),
    ],
)
def test_what_is_missing_is_said_beside_its_question_and_nothing_typed_is_lost(
    portal: Portal, desk: Desk, values: dict[str, Any], words: str
) -> None:
    case = with_effect(desk, "rejection")
    portal.force_login(desk.nadia)
    page = portal.fill(portal.get(url(case, "transmission/")), values=typed(**values))
    assert page.status_code == 422
    assert said(words) in text_of(page)
    assert ("authority" in values) or ("Préfecture de l’Exemple" in page.text)
    assert not SentOn.objects.exists()


def test_pieces_that_were_awaited_are_awaited_no_more_once_it_is_finished_here(desk: Desk) -> None:
    case = desk.ask_pieces(with_effect(desk, "rejection"))
    case = desk.send_on(case, kept=False)
    assert (case.status, case.awaiting) == ("closed", "")
    assert PiecesRequest.objects.get().waived_on == timezone.localdate()


def test_a_workflow_without_an_end_for_it_keeps_the_request(desk: Desk) -> None:
    desk.procedure = samples.procedure("dire", department=desk.civil, id="dire", workflow="handling")
    case = transitions.apply(desk.file(), "take_charge", by=Actor(user=desk.nadia))
    with pytest.raises(MissingWords):
        desk.send_on(case, kept=False)
    case = desk.send_on(case)
    assert case.status == "under_review"
    assert transitions.apply(case, "handle", by=Actor(user=desk.nadia)).outcome == "no_object"


def test_what_is_decided_is_not_sent_on(portal: Portal, desk: Desk) -> None:
    case = desk.decide(desk.file())
    portal.force_login(desk.nadia)
    assert said("Send on to the competent authority") not in text_of(portal.get(url(case)))
    assert portal.get(url(case, "transmission/")).status_code == 302
    with pytest.raises(transitions.StaleAction):
        desk.send_on(case)


def test_what_silence_has_decided_is_not_sent_on(desk: Desk) -> None:
    case = with_effect(desk, "acceptance")
    Submission.objects.update(due_on=in_days(-1))
    with pytest.raises(transitions.StaleAction):
        desk.send_on(case)


@pytest.mark.parametrize("who", ["helene", "paul", "roger"])
def test_only_agents_and_heads_send_on(desk: Desk, who: str) -> None:
    case = desk.file()
    what = send_on.Sending("Préfecture", "1 place Fictive", REASON, timezone.localdate(), kept=True)
    with pytest.raises(PermissionDenied):
        send_on.send_on(case, what, by=Actor(user=getattr(desk, who)))
