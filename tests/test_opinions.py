"""Opinions: asked, recorded as they are, given up; they inform a decision and never move the legal date."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.permissions import Actor
from journal.models import Event
from messaging.models import Delivery
from procedures.lifecycle import clock, opinions
from procedures.lifecycle.transition import StaleAction
from procedures.models import CaseAccess, Opinion, Submission
from tests.support import people
from tests.support.client import Portal, close_files
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
    page = portal.get(url(case, "avis/?par=ailleurs"))
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
    page = portal.fill(portal.get(url(case, "avis/?par=ailleurs")), values=given)
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
    page = portal.get(url(case, "avis/?par=ailleurs"), follow=True)
    assert page.redirect_chain
    with pytest.raises(StaleAction):
        desk.ask_opinion(case)


@pytest.mark.parametrize("who", ["helene", "paul", "roger"])
def test_only_agents_and_heads_ask(desk: Desk, who: str) -> None:
    case = desk.file()
    question = opinions.Question("Voirie", "", today())
    with pytest.raises(PermissionDenied):
        opinions.ask(case, question, by=Actor(user=getattr(desk, who)))


def ask_of(desk: Desk, case: Submission, **said: Any) -> Opinion:
    """Let Nadia ask someone for an opinion: the roads department, or whoever is at ``email``."""
    if "email" not in said:
        said = {"department": desk.roads, **said}
    shown = opinions.Shown(**said.pop("shown", {}))
    question = opinions.Question("SDIS de l’Exemple", "Le passage suffit-il ?", today(), today(10), shown=shown, **said)
    return opinions.ask(case, question, by=Actor(user=desk.nadia))


def mail_to(address: str) -> Delivery:
    found: Delivery = Delivery.objects.filter(address=address).latest("pk")
    return found


def link_in(body: str) -> str:
    found = re.search(r"/avis/\S+", body)
    assert found
    return found[0]


def test_a_department_that_is_asked_reads_the_request_until_it_has_answered(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    portal.force_login(desk.roger)
    assert portal.get(url(case)).status_code == 404
    assert said("Opinions to give") not in text_of(portal.get("/agent/"))
    nadia = Portal()
    nadia.force_login(desk.nadia)
    page = nadia.get(url(case, "avis/?par=service"))
    values = {"department": "voirie", "words": "Le passage suffit-il ?", "reply_by": today(10)}
    nadia.fill(page, values=values, follow=True)
    assert said("Opinions to give") in text_of(portal.get("/agent/"))
    assert case.reference in text_of(portal.get("/agent/demandes/?etat=avis-a-rendre"))
    opinion = Opinion.objects.get()
    assert said("Give the opinion") in text_of(portal.get(url(case)))
    page = portal.get(url(case, f"avis/{opinion.public_id}/"))
    portal.fill(page, values={"sense": "reserved", "words": WORDS}, follow=True)
    opinion.refresh_from_db()
    assert (opinion.sense, opinion.recorded_by, opinion.seen_at) == ("reserved", desk.roger, None)
    assert portal.get(url(case)).status_code == 404
    assert case.reference in text_of(nadia.get("/agent/demandes/?etat=avis-recus"))
    page = nadia.get(url(case))
    assert WORDS in text_of(page)
    nadia.post(url(case, "avis/lus/"))
    assert case.reference not in text_of(nadia.get("/agent/demandes/?etat=avis-recus"))


def test_a_department_that_is_asked_does_nothing_else_on_the_request(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    opinion = ask_of(desk, case)
    portal.force_login(desk.roger)
    for path in ("message/", "notes/", "suivi/", "avis/lus/"):
        assert portal.post(url(case, path), {"words": "Bonjour"}).status_code == 403, path
    portal.post(url(case, f"avis/{opinion.public_id}/"), {"drop": "1"})
    opinion.refresh_from_db()
    assert opinion.is_awaited


def test_the_reading_of_a_department_ends_by_itself(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    opinion = ask_of(desk, case)
    assert opinion.access is not None
    assert opinion.access.until is not None
    assert timezone.localdate(opinion.access.until) == today(10) + Opinion.GRACE + timedelta(days=1)
    CaseAccess.objects.update(until=timezone.now())
    portal.force_login(desk.roger)
    assert portal.get(url(case)).status_code == 404


def test_whoever_is_outside_answers_by_a_link_without_an_account(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    portal.force_login(desk.nadia)
    page = portal.get(url(case, "avis/?par=lien"))
    values = {
        "body": "SDIS de l’Exemple",
        "email": "prevention@sdis.example",
        "words": "Le passage suffit-il ?",
        "shown": ["answers"],
        "reply_by": today(10),
    }
    portal.fill(page, values=values, follow=True)
    link = link_in(mail_to("prevention@sdis.example").body)
    outside = Portal()
    page = outside.get(link)
    shown = text_of(page)
    assert "Le passage suffit-il ?" in shown
    assert "Anne Morvan" in shown
    # Neither who asks, as nobody ticked it, nor what is sensitive, ever.
    assert "Lefèvre" not in shown
    assert "mot très sensible" not in shown
    name = "Capitaine A. Martin, bureau prévention"
    done = outside.fill(page, values={"sense": "reserved", "words": WORDS, "name": name}, follow=True)
    assert WORDS in text_of(done)
    assert "Anne Morvan" not in text_of(done)
    opinion = Opinion.objects.get()
    assert (opinion.sense, opinion.given_on, opinion.recorded_by_name) == ("reserved", today(), name)
    assert case.reference in text_of(portal.get("/agent/demandes/?etat=avis-recus"))
    assert name in text_of(portal.get(url(case)))
    # Once: what is sent again changes nothing.
    outside.post(link, {"sense": "favourable", "words": "Autre avis.", "name": name})
    opinion.refresh_from_db()
    assert opinion.words == WORDS


def test_the_person_sees_that_her_request_was_read_outside(desk: Desk) -> None:
    case = desk.file()
    ask_of(desk, case, email="prevention@sdis.example")
    Portal().get(link_in(mail_to("prevention@sdis.example").body))
    zoe = Portal()
    zoe.force_login(desk.zoe)
    assert "SDIS de l’Exemple" in text_of(zoe.get(f"/demandes/{case.reference}/consultations/"))


def test_a_link_hands_over_the_files_only_where_they_are_shown(desk: Desk) -> None:
    case = desk.file()
    stored = people.attach(case)
    ask_of(desk, case, email="a@sdis.example", shown={"files": True})
    link = link_in(mail_to("a@sdis.example").body)
    page = Portal().get(link)
    assert stored.name in text_of(page)
    handed = Portal().get(f"{link}fichiers/{stored.public_id}/")
    assert handed["Content-Disposition"].startswith("attachment")
    close_files(handed)
    ask_of(desk, case, email="b@sdis.example")
    other = link_in(mail_to("b@sdis.example").body)
    assert Portal().get(f"{other}fichiers/{stored.public_id}/").status_code == 404


def test_a_link_that_was_sent_again_replaces_the_one_before(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    opinion = ask_of(desk, case, email="a@sdis.example")
    first = link_in(mail_to("a@sdis.example").body)
    portal.force_login(desk.nadia)
    page = portal.get(url(case, f"avis/{opinion.public_id}/"))
    portal.fill(page, values={"again": "1"}, follow=True)
    second = link_in(mail_to("a@sdis.example").body)
    assert first != second
    assert Portal().get(first).status_code == 404
    assert Portal().get(second).status_code == 200


@pytest.mark.parametrize("token", ["x", "0" * 32 + "_abc.def", "é", "a" * 3000, "_.", "%00"])
def test_a_forged_link_opens_nothing(portal: Portal, desk: Desk, token: str) -> None:
    assert portal.get(f"/avis/{token}/").status_code == 404


def test_a_link_closes_when_the_request_is_over_or_the_time_is(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    opinion = ask_of(desk, case, email="a@sdis.example")
    link = link_in(mail_to("a@sdis.example").body)
    Opinion.objects.filter(pk=opinion.pk).update(asked_on=today(-50), reply_by=today(-31))
    page = portal.get(link)
    assert page.status_code == 410
    assert "Anne Morvan" not in text_of(page)
    Opinion.objects.filter(pk=opinion.pk).update(reply_by=today(1))
    desk.decide(case)
    assert portal.get(link).status_code == 410
    assert portal.post(link, {"sense": "favourable", "words": "Oui", "name": "A."}).status_code == 410


def test_an_answer_by_the_link_that_is_not_whole_is_said_and_kept(desk: Desk) -> None:
    case = desk.file()
    ask_of(desk, case, email="a@sdis.example")
    link = link_in(mail_to("a@sdis.example").body)
    page = Portal().get(link)
    shown = Portal().fill(page, values={"words": WORDS})
    assert shown.status_code == 422
    assert WORDS in shown.text
    for message in (
        "Choose what your opinion is.",
        "Write your name and your function: an opinion is given by someone.",
    ):
        assert said(message) in text_of(shown)
    assert Opinion.objects.get().is_awaited


def test_whoever_was_asked_is_reminded_once(desk: Desk) -> None:
    case = desk.file()
    opinion = ask_of(desk, case, email="a@sdis.example")
    assert opinions.remind() == 0
    Opinion.objects.filter(pk=opinion.pk).update(asked_on=today(-7), reply_by=today(3))
    assert opinions.remind() == 1
    assert opinions.remind() == 0
    assert "attend" in mail_to("a@sdis.example").subject
    assert Portal().get(link_in(mail_to("a@sdis.example").body)).status_code == 200


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"words": " "}, "Write what you ask: it is all that they are told."),
        ({"reply_by": ""}, "Give a day."),
        ({"reply_by": "2190-01-01"}, "Choose a day from today on, within six months."),
        ({"email": "pas une adresse"}, "Write a whole e-mail address: name@example.org."),
    ],
)
def test_a_question_to_the_outside_that_cannot_be_is_said_beside_it(
    portal: Portal, desk: Desk, values: dict[str, Any], message: str
) -> None:
    case = desk.file()
    portal.force_login(desk.nadia)
    given = {"body": "SDIS", "email": "a@sdis.example", "words": "Assez large ?", "reply_by": today(10), **values}
    page = portal.fill(portal.get(url(case, "avis/?par=lien")), values=given)
    assert page.status_code == 422
    assert said(message) in text_of(page)
    assert not Opinion.objects.exists()


def test_the_opinion_of_another_request_is_not_found(portal: Portal, desk: Desk) -> None:
    other = desk.ask_opinion(desk.file())
    portal.force_login(desk.nadia)
    assert portal.get(url(desk.file(), f"avis/{other.public_id}/")).status_code == 404
