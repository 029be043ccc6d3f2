"""What people say, how far their drafts come, and what the town publishes of it."""

import csv
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.permissions import Actor
from procedures.lifecycle import draft as drafts
from procedures.lifecycle import quality, rating
from procedures.models import Draft, Procedure, QualitySnapshot, Rating, StepCount, Submission, dropout
from tests.support import people
from tests.support.client import Portal
from tests.support.people import Desk
from tests.test_desk import said, text_of

WORDS = "Le livret de famille est difficile à photographier."


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


def zoe_of(desk: Desk) -> Portal:
    browser = Portal()
    browser.force_login(desk.zoe)
    return browser


def counted(step: str) -> int:
    return sum(StepCount.objects.filter(step=step).values_list("count", flat=True))


def month_ago() -> date:
    return timezone.localdate().replace(day=1) - timedelta(days=1)


def test_someone_says_how_it_went_and_may_change_it(desk: Desk) -> None:
    case, zoe = desk.file(), zoe_of(desk)
    assert f"/demandes/{case.reference}/votre-avis/" in zoe.get(f"/demandes/{case.reference}/recue/").text
    page = zoe.get(f"/demandes/{case.reference}/votre-avis/")
    zoe.fill(page, values={"score": "4", "words": WORDS}, follow=True)
    page = zoe.get(f"/demandes/{case.reference}/votre-avis/")
    assert WORDS in page.text
    zoe.fill(page, values={"score": "5"}, follow=True)
    found = Rating.objects.get()
    assert (found.score, found.clear, found.words, found.moment) == (5, None, WORDS, "filing")


def test_the_end_of_the_request_is_another_moment(desk: Desk) -> None:
    case = desk.file()
    rating.give(case, rating.Said(5), by=Actor(user=desk.zoe))
    desk.decide(case)
    case.refresh_from_db()
    rating.give(case, rating.Said(2), by=Actor(user=desk.zoe))
    assert dict(Rating.objects.values_list("moment", "score")) == {"filing": 5, "over": 2}


@pytest.mark.parametrize(
    "values", [{}, {"score": "6"}, {"score": "x"}, {"score": "4", "clear": "9"}, {"score": "4", "words": "x" * 2001}]
)
def test_an_answer_that_cannot_be_is_said_and_what_was_typed_is_kept(desk: Desk, values: dict[str, str]) -> None:
    case, zoe = desk.file(), zoe_of(desk)
    page = zoe.post(f"/demandes/{case.reference}/votre-avis/", {"words": WORDS, **values})
    assert page.status_code == 422
    assert values.get("words", WORDS) in page.text
    assert not Rating.objects.exists()


def test_a_stranger_says_nothing_of_a_request(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    assert portal.post(f"/demandes/{case.reference}/votre-avis/", {"score": "1"}).status_code == 404
    with pytest.raises(PermissionDenied):
        rating.give(case, rating.Said(1), by=Actor(user=desk.nadia))


def test_the_department_reads_the_words_without_a_name_and_a_head_hides_those_that_name_someone(
    portal: Portal, desk: Desk
) -> None:
    case = desk.file()
    given = rating.give(case, rating.Said(2, words=WORDS), by=Actor(user=desk.zoe))
    portal.force_login(desk.nadia)
    page = portal.get("/agent/statistiques/avis/")
    assert WORDS in text_of(page)
    assert "Zoé" not in text_of(page)
    assert case.reference not in text_of(page)
    assert portal.post(f"/agent/statistiques/avis/{given.pk}/masquer/").status_code == 403
    portal.force_login(desk.roger)
    assert WORDS not in text_of(portal.get("/agent/statistiques/avis/"))
    assert portal.post(f"/agent/statistiques/avis/{given.pk}/masquer/").status_code == 404
    portal.force_login(desk.claire)
    portal.post(f"/agent/statistiques/avis/{given.pk}/masquer/")
    assert WORDS not in text_of(portal.get("/agent/statistiques/avis/"))
    assert Rating.objects.get().score == 2


def test_a_draft_is_counted_once_at_each_step_and_once_it_is_gone(desk: Desk) -> None:
    draft, today = drafts.start(desk.procedure, desk.zoe.person), timezone.localdate()
    for _ in range(3):
        drafts.save_step(draft, "acte", {"kind": "full", "which": None, "copies": 2})
    assert counted("acte") == 1
    desk.file()
    assert counted("acte") == 2
    # What is entered at the counter says nothing of the form.
    desk.enter()
    assert counted("acte") == 2
    assert dropout.begun(today, today)[desk.procedure.pk] == 2
    drafts.discard(draft)
    assert dropout.begun(today, today)[desk.procedure.pk] == 2


def test_the_department_sees_how_far_drafts_come(portal: Portal, desk: Desk) -> None:
    desk.file()
    drafts.start(desk.procedure, desk.zoe.person)
    portal.force_login(desk.nadia)
    shown = text_of(portal.get("/agent/statistiques/"))
    assert said("How far drafts come") in shown
    assert "50 %" in shown


def snapshot(desk: Desk, **said_of: Any) -> QualitySnapshot:
    figures = {
        "received": 40,
        "decided": 38,
        "median_days": 3,
        "in_time_percent": 97,
        "by_silence": 0,
        "begun": 50,
        "sent": 40,
        "ratings": 25,
        "satisfaction": 84,
        "clarity": 62,
        **said_of,
    }
    return QualitySnapshot.objects.create(procedure=desk.procedure, month=month_ago().replace(day=1), **figures)


def test_the_figures_of_a_month_that_has_ended_are_taken_once(desk: Desk) -> None:
    last = month_ago()
    case = desk.file(at=timezone.now() - timedelta(days=40))
    rating.give(case, rating.Said(5), by=Actor(user=desk.zoe))
    Rating.objects.update(given_on=last)
    Draft.objects.update(created_at=timezone.now() - timedelta(days=40))
    # Of this month: not counted yet.
    desk.file()
    assert quality.is_due()
    assert quality.take() == Procedure.objects.listed().count()
    assert not quality.is_due()
    assert quality.take() == 0
    one = QualitySnapshot.objects.get(procedure=desk.procedure)
    assert (one.month, one.received, one.begun, one.sent, one.ratings) == (last.replace(day=1), 1, 1, 1, 1)
    assert one.satisfaction == 100


def test_the_public_page_judges_in_words(portal: Portal, desk: Desk) -> None:
    snapshot(desk)
    shown = text_of(portal.get("/statistiques/"))
    assert "97 %" in shown
    assert "8,4" in shown
    assert said("good") in shown
    assert said("to watch") in shown


def test_small_numbers_are_not_told(portal: Portal, desk: Desk) -> None:
    snapshot(desk, received=3, ratings=4, begun=4, sent=3, median_days=217)
    shown = text_of(portal.get("/statistiques/"))
    assert "217" not in shown
    assert "8,4" not in shown
    rows = list(csv.reader(StringIO(portal.get("/statistiques/donnees.csv").content.decode()), delimiter=";"))
    assert len(rows) == 2
    assert rows[1][2:] == [""] * 10


def test_a_decision_left_to_silence_is_no_good_delay(portal: Portal, desk: Desk) -> None:
    snapshot(desk, by_silence=1)
    assert f"au plus – {said('to watch')}" in text_of(portal.get("/statistiques/"))


@pytest.mark.parametrize("query", ["?page=0", "?page=x", "?page=-4", "?page=99999999999999", "?page="])
def test_a_page_that_is_not_there_is_an_answer_all_the_same(portal: Portal, desk: Desk, query: str) -> None:
    snapshot(desk)
    assert portal.get(f"/statistiques/{query}").status_code == 200


def test_before_the_first_month_the_page_says_so(portal: Portal, db: None) -> None:
    assert said("The first figures are published once a whole month has passed.") in text_of(
        portal.get("/statistiques/")
    )
    assert Submission.objects.count() == 0
