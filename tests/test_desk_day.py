"""A clerk's day at the keyboard: the request before and after in the list she came from, the keys, who else is on it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.permissions import Actor
from procedures.lifecycle.transition import apply
from tests.support import people
from tests.support.client import Portal, page_of
from tests.support.people import Desk
from tests.test_desk import text_of, url

LIST = "/agent/demandes/"


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


def beside(portal: Portal, address: str) -> dict[str, str]:
    """Return where the links to the request before and to the one after lead."""
    links = page_of(portal.get(address)).find_all("a")
    return {one.get("rel"): one.get("href").split("/")[3] for one in links if one.get("rel") in ("prev", "next")}


def test_the_requests_before_and_after_are_those_of_the_list_she_came_from(portal: Portal, desk: Desk) -> None:
    new, mid, old = (desk.file(at=timezone.now() - timedelta(days=day)) for day in (1, 2, 3))
    portal.force_login(desk.nadia)
    assert not beside(portal, url(mid))
    portal.get(LIST)
    assert beside(portal, url(mid)) == {"prev": new.reference, "next": old.reference}
    assert beside(portal, url(new)) == {"next": mid.reference}
    # The nearest legal date first: the oldest has it.
    portal.get(LIST + "?tri=echeance")
    assert beside(portal, url(mid)) == {"prev": old.reference, "next": new.reference}
    portal.get(LIST + "?q=lefevre")
    assert not beside(portal, url(mid))


def test_what_left_the_list_by_her_act_still_has_its_place_in_it(portal: Portal, desk: Desk) -> None:
    new, mid, old = (desk.file(at=timezone.now() - timedelta(days=day)) for day in (1, 2, 3))
    portal.force_login(desk.nadia)
    portal.get(LIST + "?etat=deposees")
    apply(mid, "take_charge", by=Actor(user=desk.nadia))
    assert beside(portal, url(mid)) == {"prev": new.reference, "next": old.reference}
    links = [one.get("href") for one in page_of(portal.get(url(mid))).find_all("a") if one.text == "Demandes"]
    assert LIST + "?etat=deposees" in links


def test_two_colleagues_on_one_request_see_each_other(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    claire = Portal()
    claire.force_login(desk.claire)
    claire.get(url(case))
    portal.force_login(desk.nadia)
    assert "Aussi sur cette demande : Claire Fabre" in text_of(portal.get(url(case)))
    assert "Aussi sur cette demande" in text_of(claire.get(url(case)))


def test_keys_of_a_single_letter_are_turned_off_for_good(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    portal.force_login(desk.nadia)
    page = portal.get(url(case)).content.decode()
    assert 'data-keys="on"' in page
    assert 'aria-keyshortcuts="n"' in page
    shown = portal.fill(portal.get("/agent/clavier/"), button="on", follow=True)
    assert "Les touches sont coupées." in text_of(shown)
    page = portal.get(url(case)).content.decode()
    assert 'data-keys="off"' in page
    assert "aria-keyshortcuts" not in page
    portal.fill(portal.get("/agent/clavier/"), button="on")
    desk.nadia.refresh_from_db()
    assert desk.nadia.shortcuts
