"""Figures of a department: volumes, delays, what silence decided, what is corrected most."""

from datetime import timedelta

import pytest
from django.utils import timezone

from procedures.models import Decision, Submission, figures
from tests.support import people
from tests.support.client import Portal, page_of
from tests.support.people import Desk
from tests.support.queries import count_queries
from tests.test_desk import text_of

PAGE = "/agent/statistiques/"


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


def decided(desk: Desk, days: int, due_in: int | None = None) -> Submission:
    """Let a request be decided today, received some days ago; its legal date as many days from now."""
    case = desk.decide(desk.file(at=timezone.now() - timedelta(days=days)))
    due_on = None if due_in is None else timezone.localdate() + timedelta(days=due_in)
    Submission.objects.filter(pk=case.pk).update(due_on=due_on)
    return case


def only(days: int = 90) -> figures.Figures:
    rows, _spans = figures.by_procedure(Submission.objects.all(), figures.Period.of(days))
    assert len(rows) == 1
    return rows[0]


def test_delays_are_the_median_and_what_nine_in_ten_took(desk: Desk) -> None:
    for days in (1, 2, 3, 4, 5, 6, 7, 8, 9, 80):
        decided(desk, days)
    row = only()
    assert (row.received, row.decided) == (10, 10)
    assert (row.median_days, row.nine_in_ten) == (6, 9)


def test_a_hundred_in_time_means_all_of_those_with_a_legal_date(desk: Desk) -> None:
    decided(desk, 3, due_in=0)
    assert only().in_time_percent == 100
    for _number in range(2):
        decided(desk, 3, due_in=-1)
    decided(desk, 3)
    assert only().in_time_percent == 33


def test_what_has_no_figure_says_nothing_rather_than_zero(desk: Desk) -> None:
    desk.file()
    row = only()
    assert (row.median_days, row.nine_in_ten, row.in_time_percent) == (None, None, None)
    assert row.online_percent == 100


def test_what_was_decided_before_the_period_is_not_counted(desk: Desk) -> None:
    decided(desk, 3)
    old = decided(desk, 200)
    Decision.objects.filter(submission=old).update(signed_at=timezone.now() - timedelta(days=100))
    assert only().decided == 1


def test_the_weeks_of_a_period_are_all_there_even_empty(desk: Desk) -> None:
    desk.file(at=timezone.now() - timedelta(days=20))
    _rows, weeks = figures.by_procedure(Submission.objects.all(), figures.Period.of(30))
    assert [week.first.weekday() for week in weeks] == [0] * len(weeks)
    assert len(weeks) in (5, 6)
    assert sum(week.received for week in weeks) == 1
    _rows, months = figures.by_procedure(Submission.objects.all(), figures.Period.of(365))
    assert len(months) in (12, 13)


def test_an_agent_sees_the_figures_of_what_she_may_see(portal: Portal, desk: Desk) -> None:
    decided(desk, 3)
    desk.ask_correction(desk.file())
    Submission.objects.filter(pk=desk.file().pk).update(department=desk.roads)
    portal.force_login(desk.nadia)
    page = portal.get(PAGE)
    text = text_of(page)
    assert "Demander un acte" in text
    assert "Type d’acte" in text
    cells = [cell.text for cell in page_of(page).find_all("td") if cell.get("data-l") == "Reçues"]
    assert cells == ["2"]
    portal.force_login(desk.roger)
    cells = [cell.text for cell in page_of(portal.get(PAGE)).find_all("td") if cell.get("data-l") == "Reçues"]
    assert cells == ["1"]


@pytest.mark.parametrize("period", ["", "30-jours", "12-mois", "x", "'", "%00"])
def test_an_unknown_period_is_the_usual_one(portal: Portal, desk: Desk, period: str) -> None:
    desk.file()
    portal.force_login(desk.nadia)
    page = portal.get(PAGE, {"periode": period})
    here = [
        link.text
        for link in page_of(page).find_all("a")
        if "?periode=" in link.get("href") and link.has("aria-current")
    ]
    assert here == [{"30-jours": "30 jours", "12-mois": "12 mois"}.get(period, "90 jours")]


def test_a_department_without_requests_is_told_so(portal: Portal, desk: Desk) -> None:
    portal.force_login(desk.nadia)
    assert "Rien n’a été reçu ni décidé" in text_of(portal.get(PAGE))


def test_the_page_costs_the_same_queries_with_one_and_with_many(portal: Portal, desk: Desk) -> None:
    decided(desk, 1)
    portal.force_login(desk.nadia)
    little = count_queries(portal, PAGE)
    for days in range(8):
        decided(desk, days)
    assert count_queries(portal, PAGE) == little
