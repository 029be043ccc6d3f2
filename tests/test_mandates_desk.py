"""Mandates at work: the papers that agents check, what they end for who asks, the places that the town recognises."""

from typing import Any

import pytest

from accounts.models import HelpStructure, Mandate, Membership, Person, StructureHelper, User
from accounts.permissions import Actor
from journal.models import AccessLog, Event
from messaging.models import Delivery
from tests.support import people, samples
from tests.support.client import Portal, close_files
from tests.support.people import Desk
from tests.support.queries import count_queries
from tests.test_mandates import browser_of, citizen, texts
from town.models import Department

DESK = "/agent/mandats/"
PLACES = "/atelier/lieux-d-aide/"


@pytest.fixture
def town(db: None) -> Desk:
    return people.desk()


@pytest.fixture
def malik(town: Desk) -> User:
    return citizen("malik@exemple.fr", "Aubrac", "Malik")


def signed(helper: User, scan: str = "clean", **said: Any) -> Mandate:
    """Return a mandate whose signed paper waits."""
    mandate = people.mandate(people.stranger(), helper, evidence="paper", accepted_at=None, **said)
    people.sign(mandate, scan)
    return mandate


def test_nadia_reads_the_paper_and_accepts_the_mandate(town: Desk, malik: User) -> None:
    mandate = signed(malik)
    nadia = browser_of(town.nadia)
    assert "Yvonne Kervella" in texts(nadia.get(DESK))
    page = nadia.get(f"{DESK}{mandate.public_id}/")
    paper = nadia.get(f"{DESK}{mandate.public_id}/papier/")
    assert paper.headers["Content-Disposition"] == 'attachment; filename="mandat.pdf"'
    close_files(paper)
    looks = AccessLog.objects.filter(subject=f"mandate:{mandate.public_id}").values_list("action", flat=True)
    assert set(looks) == {"read", "download"}
    answer = nadia.fill(page, button=("action", "accept"), follow=True)
    assert "Aucun papier n’attend d’être vérifié." in texts(answer)
    assert [one.principal.display_name for one in Actor(user=malik).mandates] == ["Yvonne Kervella"]
    assert Event.objects.of(mandate.principal.key).get().actor == town.nadia.key
    assert Delivery.objects.filter(address="malik@exemple.fr").exists()


def test_a_refusal_says_why_and_the_helper_reads_it(town: Desk, malik: User) -> None:
    mandate = signed(malik)
    nadia = browser_of(town.nadia)
    page = nadia.get(f"{DESK}{mandate.public_id}/")
    answer = nadia.fill(page, button=("action", "refuse"))
    assert answer.status_code == 422
    assert "Écrivez le motif" in texts(answer)
    nadia.fill(page, button=("action", "refuse"), words="La signature manque.")
    assert Actor(user=malik).mandates == []
    mail = Delivery.objects.get(address="malik@exemple.fr")
    assert "La signature manque." in mail.body
    assert "La signature manque." in texts(browser_of(malik).get("/mes-demandes/proches/"))


def test_a_second_click_and_a_colleague_at_the_same_time_change_nothing(town: Desk, malik: User) -> None:
    mandate = signed(malik)
    first, second = browser_of(town.nadia), browser_of(town.claire)
    page = second.get(f"{DESK}{mandate.public_id}/")
    first.fill(first.get(f"{DESK}{mandate.public_id}/"), button=("action", "accept"))
    answer = second.fill(page, button=("action", "refuse"), words="Signature illisible.")
    assert answer.status_code == 422
    assert "une réponse a déjà été donnée" in texts(answer)
    assert "Signature illisible." in texts(answer)
    assert len(Actor(user=malik).mandates) == 1


def test_someone_who_telephones_has_a_mandate_ended(town: Desk, malik: User) -> None:
    mandate = people.mandate(people.stranger(), malik)
    nadia = browser_of(town.nadia)
    page = nadia.get(DESK, {"qui": "KERVELLÀ yv"})
    assert "Yvonne Kervella" in texts(page)
    assert AccessLog.objects.get(action="search").subject == "search:KERVELLÀ yv"
    page = nadia.get(f"{DESK}{mandate.public_id}/")
    nadia.fill(page, button=("action", "end"), words="Mme Kervella l’a demandé par téléphone.")
    mandate.refresh_from_db()
    assert mandate.revoked_by == town.nadia.key
    assert Actor(user=malik).mandates == []
    assert "Aucun mandat en cours" in texts(nadia.get(DESK, {"qui": "Kervella"}))
    assert "terminé" in texts(nadia.get(f"{DESK}{mandate.public_id}/"))


def test_a_mandate_for_other_procedures_is_nothing_to_this_department(town: Desk, malik: User) -> None:
    roads = samples.procedure("voirie_x", department=town.roads)
    mandate = signed(malik, procedures=[str(roads.public_id)])
    nadia, roger = browser_of(town.nadia), browser_of(town.roger)
    assert "Kervella" not in texts(nadia.get(DESK))
    assert "Aucun mandat en cours" in texts(nadia.get(DESK, {"qui": "Kervella"}))
    assert nadia.get(f"{DESK}{mandate.public_id}/").status_code == 404
    assert nadia.get(f"{DESK}{mandate.public_id}/papier/").status_code == 404
    assert nadia.post(f"{DESK}{mandate.public_id}/", {"action": "accept"}).status_code == 404
    assert "Kervella" in texts(roger.get(DESK))


def test_who_works_in_two_sectors_chooses_one_before_she_searches_a_name(town: Desk, malik: User) -> None:
    Membership.objects.create(user=town.nadia, department=town.roads, role="agent", title="agente")
    samples.procedure("voirie_x", department=town.roads)
    people.mandate(people.stranger(), malik)
    nadia = browser_of(town.nadia)
    assert nadia.get(DESK, {"qui": "Kervella"}).headers["Location"].startswith("/agent/secteur/")
    assert not AccessLog.objects.filter(action="search").exists()


@pytest.mark.parametrize("scan", ["pending", "infected"])
def test_a_paper_that_is_not_checked_or_blocked_is_not_given_out(
    scan: str, town: Desk, malik: User, settings: Any
) -> None:
    settings.CLAMAV = "127.0.0.1:1"
    mandate = signed(malik, scan)
    assert browser_of(town.nadia).get(f"{DESK}{mandate.public_id}/papier/").status_code == 404


def test_an_agent_answers_no_mandate_of_her_own(town: Desk) -> None:
    mandate = signed(town.nadia)
    answer = browser_of(town.nadia).post(f"{DESK}{mandate.public_id}/", {"action": "accept"})
    assert answer.status_code == 422
    assert "Ce mandat vous concerne" in texts(answer)
    assert Actor(user=town.nadia).mandates == []


def test_the_mandates_cost_the_desk_the_same_for_one_and_for_thirty(town: Desk, malik: User) -> None:
    def grow(count: int) -> None:
        for _ in range(count):
            signed(malik)
            people.mandate(people.stranger(), malik, procedures=[str(town.procedure.public_id)])

    nadia = browser_of(town.nadia)
    grow(1)
    before = [count_queries(nadia, DESK), count_queries(nadia, f"{DESK}?qui=kervella")]
    grow(29)
    assert [count_queries(nadia, DESK), count_queries(nadia, f"{DESK}?qui=kervella")] == before


@pytest.fixture
def odile(town: Desk) -> Portal:
    user = samples.citizen("odile@exemple.fr", "Tessier", "Odile")
    Membership.objects.create(user=user, department=town.civil, role="town_admin", title="secrétaire générale")
    browser = Portal()
    people.sign_in(browser, user)
    return browser


def test_odile_recognises_a_place_names_its_helpers_and_takes_one_back(odile: Portal, malik: User) -> None:
    assert "Aucun lieu n’est encore reconnu." in texts(odile.get(PLACES))
    page = odile.fill(odile.get(PLACES), name="Médiathèque du Lavoir", kind="library", follow=True)
    page = odile.fill(page, form_id=None, email="Malik@Exemple.fr", follow=True)
    assert "malik@exemple.fr" in texts(page)
    assert "aucun compte n’a encore prouvé" not in texts(page)
    place = HelpStructure.objects.get()
    people.mandate(people.stranger(), malik, basis="structure", structure=place)
    assert "1 mandat en vigueur" in texts(odile.get(f"{PLACES}{place.public_id}/"))
    helper = StructureHelper.objects.get()
    odile.post(f"{PLACES}{place.public_id}/", {"remove": str(helper.pk)})
    assert Actor(user=malik).mandates == []
    odile.post(f"{PLACES}{place.public_id}/", {"email": "malik@exemple.fr"})
    assert len(Actor(user=malik).mandates) == 1
    odile.post(f"{PLACES}{place.public_id}/", {"close": "1"})
    assert Actor(user=malik).mandates == []
    assert [event.kind for event in Event.objects.of(place.key)] == [
        "place.recognised",
        "place.helper_added",
        "place.helper_removed",
        "place.helper_added",
        "place.closed",
    ]


def test_what_is_wrong_with_a_place_is_said_beside_its_question(odile: Portal) -> None:
    HelpStructure.objects.create(name="France Services", kind="france_services")
    answer = odile.fill(odile.get(PLACES), name="FRANCE services", kind="other")
    assert answer.status_code == 422
    assert "déjà sur la liste" in texts(answer)
    place = HelpStructure.objects.get()
    address = f"{PLACES}{place.public_id}/"
    for typed, said in (("malik", "nom@exemple.fr"), ("", "Écrivez une adresse")):
        answer = odile.post(address, {"email": typed})
        assert answer.status_code == 422
        assert said in texts(answer)
    odile.post(address, {"email": "malik@exemple.fr"})
    answer = odile.post(address, {"email": "malik@exemple.fr"})
    assert answer.status_code == 422
    assert "déjà sur la liste" in texts(answer)
    assert "aucun compte n’a encore prouvé" in texts(odile.get(address))


def test_the_administrator_of_a_part_of_the_town_recognises_no_place(town: Desk) -> None:
    part = samples.department("archives", "Service Archives", "population")
    Department.objects.filter(pk=part.pk).update(parent=town.civil)
    user = samples.citizen("lou@exemple.fr", "Part", "Lou")
    Membership.objects.create(user=user, department=part, role="town_admin", title="responsable")
    browser = Portal()
    people.sign_in(browser, user)
    assert browser.get(PLACES).status_code == 403
    assert browser.post(PLACES, {"name": "X", "kind": "other"}).status_code == 403
    assert "lieux-d-aide" not in texts(browser.get("/atelier/equipe/"))
    assert not HelpStructure.objects.exists()


def test_why_a_mandate_ended_is_read_by_both_sides_and_kept_out_of_the_journal(town: Desk, malik: User) -> None:
    mandate = people.mandate(people.stranger(), malik)
    nadia = browser_of(town.nadia)
    page = nadia.get(f"{DESK}{mandate.public_id}/")
    nadia.fill(page, button=("action", "end"), words="Sa sœur l’a demandé au téléphone.")
    assert "Sa sœur l’a demandé au téléphone." in texts(browser_of(malik).get("/mes-demandes/proches/"))
    assert "sœur" not in Event.objects.of(mandate.principal.key).last().body  # type: ignore[union-attr]


def test_the_paper_of_someone_whose_day_of_birth_is_not_known_is_shown(town: Desk, malik: User) -> None:
    mandate = signed(malik)
    Person.objects.filter(pk=mandate.principal_id).update(birth_date="1941-00-00")
    page = browser_of(town.nadia).get(f"{DESK}{mandate.public_id}/")
    assert "1941" in texts(page)
