"""Sectors: whoever works in several sees one at a time, and chooses it before she searches by name."""

from typing import Any

import pytest

from accounts.models import Membership
from accounts.permissions import Actor
from procedures.models import Message, Submission
from procedures.permissions import visible_submissions
from tests.support import people, samples
from tests.support.client import Portal
from tests.support.queries import count_queries

CHOOSE = "/agent/secteur/"


@pytest.fixture
def town(db: None) -> people.Desk:
    """Return the town; Nadia works in both sectors, population first."""
    here = people.desk()
    Membership.objects.create(user=here.nadia, department=here.roads, role="agent", title="agente de voirie")
    return here


@pytest.fixture
def cases(town: people.Desk) -> tuple[Submission, Submission]:
    """Return a request of each sector."""
    first = town.file()
    town.procedure = samples.procedure("trou", department=town.roads)
    return first, town.file(applicant_family_name="Trouvé", applicant_given_names="Ali")


@pytest.fixture
def nadia(town: people.Desk) -> Portal:
    browser = Portal()
    people.sign_in(browser, town.nadia)
    return browser


def texts(page: Any) -> str:
    return str(page.content.decode()).replace("\u00a0", " ")


def choose(browser: Portal, town: people.Desk, sector: str = "voirie") -> Any:
    wanted = {"voirie": town.roads, "population": town.civil}[sector].sector_id
    return browser.fill(browser.get(CHOOSE), sector=str(wanted), follow=True)


def test_lists_counts_and_filters_show_one_sector(
    nadia: Portal, town: people.Desk, cases: tuple[Submission, Submission]
) -> None:
    civil, roads = cases
    page = texts(nadia.get("/agent/demandes/"))
    assert civil.reference in page
    assert roads.reference not in page
    assert '<option value="trou"' not in page
    assert ">population<" in page
    home = choose(nadia, town)
    assert "Service Voirie" in texts(home)
    assert "Service État civil" not in texts(home)
    page = texts(nadia.get("/agent/demandes/"))
    assert roads.reference in page
    assert civil.reference not in page


@pytest.mark.usefixtures("cases")
def test_a_search_by_name_waits_for_the_choice_then_goes_on(nadia: Portal, town: people.Desk) -> None:
    asked = nadia.get("/agent/demandes/", {"q": "Trouvé"}, follow=True)
    assert asked.request["PATH_INFO"] == CHOOSE
    refused = nadia.post(CHOOSE, {"sector": "999", "next": "/agent/"})
    assert refused.status_code == 422
    found = nadia.fill(asked, sector=str(town.civil.sector_id), follow=True)
    assert found.request["PATH_INFO"] == "/agent/demandes/"
    assert "Ali" not in texts(found)
    choose(nadia, town)
    assert "Ali Trouvé" in texts(nadia.get("/agent/demandes/", {"q": "trouve"}))


def test_a_link_to_the_other_sector_offers_to_change_and_keeps_what_was_typed(
    nadia: Portal, town: people.Desk, cases: tuple[Submission, Submission]
) -> None:
    civil, roads = cases
    address = f"/agent/demandes/{roads.reference}/"
    page = nadia.get(address)
    assert page.status_code == 409
    assert "Ali" not in texts(page)
    sent = nadia.post(f"{address}message/", {"words": "Le trou est comblé."})
    assert sent.status_code == 409
    assert "Ce que vous avez écrit est gardé" in texts(sent)
    assert not Message.objects.exists()
    back = nadia.fill(sent, follow=True)
    assert back.request["PATH_INFO"] == address
    assert "Le trou est comblé." in texts(back)
    assert nadia.get(f"/agent/demandes/{civil.reference}/").status_code == 409


def test_a_reference_typed_whole_leads_to_the_offer(nadia: Portal, cases: tuple[Submission, Submission]) -> None:
    page = nadia.get("/agent/demandes/", {"q": cases[1].reference}, follow=True)
    assert page.status_code == 409


def test_rgpd_05_a_sector_that_is_not_hers_cannot_be_chosen_and_its_requests_do_not_exist(
    town: people.Desk, cases: tuple[Submission, Submission]
) -> None:
    browser = Portal()
    people.sign_in(browser, town.claire)
    assert browser.post(CHOOSE, {"sector": str(town.roads.sector_id)}).status_code == 422
    assert browser.get(f"/agent/demandes/{cases[1].reference}/").status_code == 404
    page = texts(browser.get(CHOOSE))
    assert "Vous travaillez dans un seul secteur" in page
    assert "voirie" not in page.lower()
    session = browser.session
    session["sector"] = town.roads.sector_id
    session.save()
    assert cases[1].reference not in texts(browser.get("/agent/demandes/"))


def test_a_choice_never_leads_elsewhere(nadia: Portal, town: people.Desk) -> None:
    answer = nadia.post(CHOOSE, {"sector": str(town.civil.sector_id), "next": "https://ailleurs.example/"})
    assert answer.headers["Location"] == "/agent/"


@pytest.mark.usefixtures("cases")
def test_the_one_door_to_lists_shows_one_sector_whoever_asks(town: people.Desk) -> None:
    assert visible_submissions(Actor(user=town.nadia)).count() == 1
    there = Actor(user=town.nadia, chosen_sector=town.roads.sector_id)
    assert visible_submissions(there).get().department == town.roads


@pytest.mark.parametrize("role", ["agent", "head", "signatory", "auditor"])
def test_no_role_high_in_the_tree_reaches_another_sector(town: people.Desk, role: str) -> None:
    top = samples.department("direction", "Direction", "population")
    for below in (town.civil, town.roads):
        below.parent = top
        below.save()
    alice = people.staff("alice@exemple.fr", "Alice", "Haute", top, role)
    case = town.file()
    town.procedure = samples.procedure("trou", department=town.roads)
    hidden = town.file(applicant_family_name="Trouvé")
    browser = Portal()
    people.sign_in(browser, alice)
    for address in ("", "demandes/", "demandes/?q=trouve", f"demandes/?q={hidden.reference}", "demandes/?etat=toutes"):
        page = texts(browser.get(f"/agent/{address}"))
        assert f"/agent/demandes/{hidden.reference}/" not in page
        assert "Trouvé" not in page
    assert browser.get(f"/agent/demandes/{case.reference}/").status_code == 200
    assert browser.get(f"/agent/demandes/{hidden.reference}/").status_code == 404


def test_an_auditor_of_two_sectors_watches_one_at_a_time(town: people.Desk) -> None:
    Membership.objects.create(user=town.paul, department=town.roads, role="auditor", title="contrôleur")
    browser = Portal()
    people.sign_in(browser, town.paul)
    assert "Roger" not in texts(browser.get("/agent/acces/"))
    choose(browser, town)
    assert "Roger" in texts(browser.get("/agent/acces/"))


def test_a_second_sector_costs_the_list_no_query(nadia: Portal, town: people.Desk) -> None:
    claire = Portal()
    people.sign_in(claire, town.claire)
    assert count_queries(nadia, "/agent/demandes/") == count_queries(claire, "/agent/demandes/")
