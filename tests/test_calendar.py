"""A view of the list as a month: by legal date, or by a date that the procedure asks for."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from procedures.models import Facet, Submission
from tests.support import people, samples
from tests.support.client import Portal, page_of
from tests.support.document import Element
from tests.support.people import Desk
from tests.support.queries import count_queries
from tests.test_desk import said, text_of

URL = "/agent/demandes/calendrier/"


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


def on(page: Any, day: date) -> str:
    """Return the words of one day of the page."""
    month = next(ol for ol in page_of(page).find_all("ol") if ol.get("class").startswith("month"))
    items = [one for one in month.children if isinstance(one, Element)]
    return items[day.day - 1].text


def due(case: Submission, day: date) -> Submission:
    Submission.objects.filter(pk=case.pk).update(due_on=day)
    return case


def test_each_request_is_on_its_legal_date(portal: Portal, desk: Desk) -> None:
    case = due(desk.file(), date(2027, 3, 17))
    portal.force_login(desk.nadia)
    page = portal.get(f"{URL}?mois=2027-03")
    assert case.reference in on(page, date(2027, 3, 17))
    assert case.reference not in on(page, date(2027, 3, 18))
    assert case.reference not in text_of(portal.get(f"{URL}?mois=2027-04"))
    # The seventeenth is a Wednesday.
    assert said("Wednesday") in on(page, date(2027, 3, 17)).lower()


def test_only_the_view_that_one_may_see_is_shown(portal: Portal, desk: Desk) -> None:
    case = due(desk.file(), date(2027, 3, 17))
    portal.force_login(desk.roger)
    assert case.reference not in text_of(portal.get(f"{URL}?mois=2027-03"))
    portal.force_login(desk.nadia)
    assert case.reference not in text_of(portal.get(f"{URL}?mois=2027-03&agent=moi"))


def test_a_procedure_with_a_date_is_shown_by_it(portal: Portal, desk: Desk) -> None:
    steps = samples.content()["steps"]
    asked = {"id": "held_on", "type": "date", "label": "Date de la fête", "required": False, "filterable": True}
    steps[0]["sections"][0]["fields"].append(asked)
    feast = samples.procedure("fete", department=desk.civil, id="fete", steps=steps)
    case = desk.file()
    Submission.objects.filter(pk=case.pk).update(procedure=feast, version=feast.current_version)
    Facet.objects.create(
        submission=case,
        department=case.department,
        procedure=feast,
        field_id="held_on",
        day=date(2027, 6, 21),
    )
    portal.force_login(desk.nadia)
    page = portal.get(f"{URL}?demarche=fete&mois=2027-06&par=held_on")
    assert "Date de la fête" in text_of(page)
    assert case.reference in on(page, date(2027, 6, 21))


def test_a_full_day_names_some_and_says_how_many_more(portal: Portal, desk: Desk) -> None:
    for _ in range(8):
        due(desk.file(), date(2027, 3, 17))
    portal.force_login(desk.nadia)
    shown = on(portal.get(f"{URL}?mois=2027-03"), date(2027, 3, 17))
    assert shown.count("2026-") == 6
    assert "2" in shown.rsplit("2026-", 1)[1]


@pytest.mark.parametrize("month", ["", "x", "2027", "2027-13", "2027-00", "9999-01", "2027-03-04", "\x00", "-1"])
def test_a_month_that_is_none_is_this_one(portal: Portal, desk: Desk, month: str) -> None:
    portal.force_login(desk.nadia)
    page = portal.get(URL, {"mois": month, "par": "rien"})
    assert page.status_code == 200
    assert said("today") in on(page, timezone.localdate())


def test_the_months_around_are_links_that_keep_the_view(portal: Portal, desk: Desk) -> None:
    portal.force_login(desk.nadia)
    page = portal.get(f"{URL}?mois=2026-12&etat=toutes")
    assert "mois=2027-01" in page.text
    assert "mois=2026-11" in page.text
    assert "etat=toutes" in page.text


def test_a_month_costs_the_same_queries_for_one_request_and_for_thirty(portal: Portal, desk: Desk) -> None:
    portal.force_login(desk.nadia)
    due(desk.file(), date(2027, 3, 1))
    one = count_queries(portal, f"{URL}?mois=2027-03")
    for number in range(29):
        due(desk.file(), date(2027, 3, 1) + timedelta(days=number))
    assert count_queries(portal, f"{URL}?mois=2027-03") == one
