"""Opinions: asked, recorded as they are, given up; they inform a decision and never move the legal date."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.permissions import Actor
from journal.models import Event
from procedures.lifecycle import clock, opinions
from procedures.lifecycle.transition import StaleAction
from procedures.models import Opinion
from tests.support import people
from tests.support.client import Portal
from tests.support.people import Desk
from tests.test_desk import said, text_of, url

WORDS = "Favorable, si un passage d’un mètre quarante reste libre."


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


def today(days: int = 0) -> Any:
    return timezone.localdate() + timedelta(days=days)


def test_an_opinion_is_asked_then_recorded_and_the_legal_date_stays(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    due = case.due_on
    portal.force_login(desk.nadia)
    page = portal.get(url(case, "avis/"))
    shown = portal.fill(
        page,
        values={"body": "Service de la voirie", "words": "Le passage suffit-il ?", "reply_by": today(10)},
        follow=True,
    )
    assert "Service de la voirie" in text_of(shown)
    opinion = Opinion.objects.get()
    page = portal.get(url(case, f"avis/{opinion.public_id}/"))
    shown = portal.fill(page, values={"sense": "reserved", "words": WORDS}, follow=True)
    assert WORDS in text_of(shown)
    opinion.refresh_from_db()
    assert (opinion.sense, opinion.given_on, opinion.recorded_by) == ("reserved", today(), desk.nadia)
    case.refresh_from_db()
    assert case.due_on == due
    clock.recompute(case)
    assert case.due_on == due
    kinds = [event.kind for event in Event.objects.of(case.key)]
    assert kinds[-2:] == ["opinion_asked", "opinion_given"]
    assert not any(WORDS in str(event.data) for event in Event.objects.of(case.key))


def test_what_prepares_a_decision_is_not_shown_to_the_person_before_it(desk: Desk) -> None:
    case = desk.file()
    opinion = desk.ask_opinion(case)
    opinions.record(case, opinion.public_id, opinions.Answer("favourable", WORDS, today()), by=Actor(user=desk.nadia))
    zoe = Portal()
    zoe.force_login(desk.zoe)
    assert WORDS not in text_of(zoe.get(f"/demandes/{case.reference}/"))


def test_an_opinion_that_does_not_come_is_given_up(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    opinion = desk.ask_opinion(case)
    portal.force_login(desk.nadia)
    page = portal.get(url(case, f"avis/{opinion.public_id}/"))
    shown = portal.fill(page, values={"drop": "1"}, follow=True)
    assert said("It is no longer waited for.") in text_of(shown)
    opinion.refresh_from_db()
    assert opinion.dropped_on == today()
    with pytest.raises(StaleAction):
        opinions.record(
            case, opinion.public_id, opinions.Answer("favourable", WORDS, today()), by=Actor(user=desk.nadia)
        )


def test_a_late_answer_is_said_to_be_late(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    opinion = desk.ask_opinion(case)
    Opinion.objects.filter(pk=opinion.pk).update(asked_on=today(-9), reply_by=today(-1))
    portal.force_login(desk.nadia)
    assert "il est en retard" in text_of(portal.get(url(case)))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"body": " "}, "Say whose opinion it is."),
        ({"asked_on": (timezone.localdate() + timedelta(days=2)).isoformat()}, "This day is before the request, or"),
        ({"reply_by": "2020-01-01"}, "The answer cannot be expected before it is asked: check the day."),
    ],
)
def test_a_question_that_cannot_be_is_said_beside_it_and_kept(
    portal: Portal, desk: Desk, values: dict[str, Any], message: str
) -> None:
    case = desk.file()
    portal.force_login(desk.nadia)
    given = {"body": "Voirie", "words": "Gêne-t-il ?", **values}
    page = portal.fill(portal.get(url(case, "avis/")), values=given)
    assert page.status_code == 422
    assert "Gêne-t-il" in page.text
    if message.endswith("."):
        assert said(message) in text_of(page)
    assert not Opinion.objects.exists()


def test_an_answer_needs_its_sense_its_words_and_a_day_that_can_be(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    opinion = desk.ask_opinion(case)
    portal.force_login(desk.nadia)
    where = url(case, f"avis/{opinion.public_id}/")
    page = portal.fill(portal.get(where), values={"words": "", "given_on": today()})
    assert page.status_code == 422
    for message in ("Choose what the opinion is.", "Write what the opinion says, as it is."):
        assert said(message) in text_of(page)
    page = portal.fill(portal.get(where), values={"sense": "favourable", "words": WORDS, "given_on": today(3)})
    assert said("This day is before it was asked, or still to come: check it.") in text_of(page)
    assert WORDS in page.text


def test_a_request_that_is_over_asks_for_nothing_more(portal: Portal, desk: Desk) -> None:
    case = desk.decide(desk.file())
    portal.force_login(desk.nadia)
    assert said("Ask for an opinion") not in text_of(portal.get(url(case)))
    page = portal.get(url(case, "avis/"), follow=True)
    assert page.redirect_chain
    with pytest.raises(StaleAction):
        desk.ask_opinion(case)


@pytest.mark.parametrize("who", ["helene", "paul", "roger"])
def test_only_agents_and_heads_ask(desk: Desk, who: str) -> None:
    case = desk.file()
    question = opinions.Question("Voirie", "", today())
    with pytest.raises(PermissionDenied):
        opinions.ask(case, question, by=Actor(user=getattr(desk, who)))


def test_the_opinion_of_another_request_is_not_found(portal: Portal, desk: Desk) -> None:
    other = desk.ask_opinion(desk.file())
    portal.force_login(desk.nadia)
    assert portal.get(url(desk.file(), f"avis/{other.public_id}/")).status_code == 404
