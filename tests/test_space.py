"""The personal space: what waits first, the profile that fills in requests, the choices of contact."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import consents
from accounts.models import CertifiedIdentity, Consent, ContactPoint, Person, Purpose
from accounts.permissions import Actor
from journal import models as journal
from procedures.lifecycle import draft as drafts
from procedures.lifecycle.transition import apply
from procedures.models import Draft, Submission
from tests.support import people, samples
from tests.support.client import Portal
from tests.support.queries import count_queries

HOME = "/mes-demandes/"
PROFILE = "/mes-demandes/profil/"
CHOICES = "/mes-demandes/preferences/"
ADDRESS = {
    "street": "14 rue des Tanneurs",
    "extra": "",
    "postcode": "99240",
    "city": "Val-de-Brume",
    "country": "France",
}


@pytest.fixture
def desk(db: None) -> people.Desk:
    return people.desk()


def texts(page: Any) -> str:
    return str(page.content.decode()).replace("\u00a0", " ")


def ask(case: Submission, desk: people.Desk) -> None:
    """Let an agent ask the citizen something."""
    apply(case, "take_charge", by=Actor(user=desk.nadia))
    apply(case, "ask_correction", by=Actor(user=desk.nadia), words="Quelle date ?")


def test_what_waits_for_zoe_comes_before_her_drafts_what_runs_and_what_is_over(
    portal: Portal, desk: people.Desk
) -> None:
    over = desk.file()
    apply(over, "withdraw", by=Actor(user=desk.zoe))
    desk.file()
    ask(desk.file(), desk)
    drafts.start(desk.procedure, desk.zoe.person)
    portal.force_login(desk.zoe)
    page = texts(portal.get(HOME))
    titles = ("À vous de répondre", "Mes brouillons", "Demandes en cours", "Demandes terminées")
    places = [page.index(f">{title}</h2>") for title in titles]
    assert places == sorted(places)
    for which, count in (("en-attente", 1), ("en-cours", 1), ("terminees", 1), ("brouillons", 1)):
        shown = texts(portal.get(f"{HOME}{which}/"))
        assert shown.count('<a href="/demandes/') + shown.count('<a href="/brouillons/') == count, which


def test_an_empty_space_leads_to_the_procedures(portal: Portal, desk: people.Desk) -> None:
    portal.force_login(desk.zoe)
    assert "Vous n’avez encore envoyé aucune demande" in texts(portal.get(HOME))
    assert "Rien ne vous attend" in texts(portal.get(f"{HOME}en-attente/"))


def test_two_drafts_of_one_procedure_are_told_apart(portal: Portal, desk: people.Desk) -> None:
    first, second = (drafts.start(desk.procedure, desk.zoe.person) for _ in range(2))
    Draft.objects.filter(pk=first.pk).update(created_at=timezone.now() - timedelta(days=2))
    drafts.save_step(second, "acte", {"kind": "bare", "copies": 1})
    portal.force_login(desk.zoe)
    page = texts(portal.get(HOME))
    assert "0 étape faite sur 3" in page
    assert "1 étape faite sur 2" in page
    assert page.count("commencé le ") == 2


def test_each_list_is_read_whole_page_by_page(portal: Portal, desk: people.Desk) -> None:
    made = {desk.file().reference for _ in range(23)}
    portal.force_login(desk.zoe)
    home = texts(portal.get(HOME))
    assert sum(reference in home for reference in made) == 5
    assert "Voir toutes les demandes en cours" in home
    first = portal.get(f"{HOME}en-cours/")
    following = next(a for a in first.content.decode().split('href="') if a.startswith("?apres="))
    second = portal.get(f"{HOME}en-cours/" + following.split('"')[0].replace("&amp;", "&"))
    seen = texts(first) + texts(second)
    assert all(reference in seen for reference in made)


@pytest.mark.parametrize("which", ["", "en-attente/", "brouillons/", "en-cours/", "terminees/"])
def test_a_list_costs_the_same_for_one_row_and_for_thirty(portal: Portal, desk: people.Desk, which: str) -> None:
    def grow(times: int) -> None:
        for _ in range(times):
            drafts.start(desk.procedure, desk.zoe.person)
            desk.file()
            ask(desk.file(), desk)
            apply(desk.file(), "withdraw", by=Actor(user=desk.zoe))

    portal.force_login(desk.zoe)
    grow(1)
    before = count_queries(portal, HOME + which)
    grow(29)
    assert count_queries(portal, HOME + which) == before


def test_a_helper_sees_for_whom_a_request_is_made_and_nothing_else_of_that_person(
    portal: Portal, desk: people.Desk
) -> None:
    helper = samples.citizen("aide@exemple.fr", "Petit", "Louis")
    people.mandate(desk.zoe.person, helper)
    ContactPoint.objects.create(person=desk.zoe.person, kind="phone", value="+33639981234")
    paper = people.keep_paper(desk.zoe, name="carte-de-zoe.pdf")
    desk.file()
    portal.force_login(helper)
    assert "pour Zoé Lefèvre" in texts(portal.get(HOME))
    profile = texts(portal.get(PROFILE))
    assert "Lefèvre" not in profile
    assert "06 39 98 12 34" not in profile
    assert portal.get(f"/mes-demandes/papiers/{paper.public_id}/").status_code == 404
    assert portal.get(f"/mes-demandes/papiers/{paper.public_id}/fichier/").status_code == 404
    assert "carte-de-zoe" not in texts(portal.get("/mes-demandes/papiers/"))


def test_the_profile_takes_names_as_given_a_partial_birth_and_an_address_overseas(
    portal: Portal, desk: people.Desk
) -> None:
    portal.force_login(desk.zoe)
    answer = portal.fill(
        portal.get(PROFILE),
        values={
            "family_name": "Ó",
            "usage_name": "d’Ée-Le Goff",
            "given_names": "",
            "birth_date-day": "",
            "birth_date-month": "",
            "birth_date-year": "1962",
            "birth_place": "Oran, Algérie",
            "email": "zoe@exemple.fr",
            "phone": "0262 12 34 56",
            "address-street": "3 rue du Piton",
            "address-postcode": "97460",
            "address-city": "Saint-Paul",
        },
        follow=True,
    )
    assert "Votre profil est enregistré" in texts(answer)
    person = Person.objects.get(user=desk.zoe)
    assert (person.family_name, person.usage_name, person.given_names) == ("Ó", "d’Ée-Le Goff", "")
    assert (person.birth_date, person.birth_place) == ("1962-00-00", "Oran, Algérie")
    points = dict(person.contact_points.values_list("kind", "value"))
    assert points["phone"] == "+262262123456"
    assert points["post"]["postcode"] == "97460"
    shown = texts(portal.get(PROFILE))
    assert 'value="1962"' in shown
    assert 'value="d’Ée-Le Goff"' in shown
    # It fills in the next request.
    draft = drafts.start(desk.procedure, person)
    assert draft.proposed["applicant_address"]["value"]["city"] == "Saint-Paul"
    assert draft.proposed["applicant_phone"]["value"] == "+262262123456"


def test_a_mistake_in_the_profile_is_told_beside_its_field_and_nothing_typed_is_lost(
    portal: Portal, desk: people.Desk
) -> None:
    portal.force_login(desk.zoe)
    answer = portal.fill(
        portal.get(PROFILE),
        values={
            "family_name": "Zoé2",
            "phone": "sur demande",
            "birth_place": "Val-de-Brume",
            "birth_date-day": "31",
            "birth_date-month": "2",
            "birth_date-year": "1990",
        },
    )
    page = texts(answer)
    assert answer.status_code == 422
    assert "3 réponses sont à corriger" in page
    assert page.count('class="error"') == 3
    for typed in ("Zoé2", "sur demande", "Val-de-Brume", "31"):
        assert f'value="{typed}"' in page
    assert Person.objects.get(user=desk.zoe).family_name == "Lefèvre"


def test_what_is_emptied_in_the_profile_is_removed_and_the_journal_knows_no_value(
    portal: Portal, desk: people.Desk
) -> None:
    person = desk.zoe.person
    for value in ("+33639981234", "+33639981235"):
        ContactPoint.objects.create(person=person, kind="phone", value=value)
    portal.force_login(desk.zoe)
    portal.fill(portal.get(PROFILE), phone="")
    assert not person.contact_points.filter(kind="phone").exists()
    events = list(journal.Event.objects.of(f"person:{person.public_id}"))
    assert [event.data for event in events] == [{"fields": ["email", "phone"]}]
    portal.fill(portal.get(PROFILE))
    assert journal.Event.objects.of(f"person:{person.public_id}").count() == 1, "nothing changed"


def test_a_change_of_name_leaves_the_requests_already_sent_as_they_are(portal: Portal, desk: people.Desk) -> None:
    case = desk.file()
    portal.force_login(desk.zoe)
    page = portal.get(PROFILE)
    assert "ne change pas les demandes déjà envoyées" in texts(page)
    portal.fill(page, family_name="Morvan")
    case.refresh_from_db()
    assert case.applicant.family_name == "Lefèvre"
    assert journal.verify(case.key) == []


def test_what_franceconnect_certified_is_shown_as_such_and_cannot_be_changed(portal: Portal, desk: people.Desk) -> None:
    person = desk.zoe.person
    CertifiedIdentity.objects.create(
        person=person,
        service="franceconnect",
        issuer="https://fc.example",
        sub="1",
        claims={
            "family_name": "Lefèvre",
            "given_name": "Zoé Anne",
            "birthdate": "1957-00-00",
            "birthplace": "",
            "birthcountry": "99352",
        },
    )
    portal.force_login(desk.zoe)
    page = portal.get(PROFILE)
    assert "Vérifié par FranceConnect" in texts(page)
    assert "1957" in texts(page)
    assert "Algérie" in texts(page)
    assert 'name="family_name"' not in texts(page)
    portal.post(PROFILE, {"family_name": "Autre", "birth_date-year": "1990", "usage_name": "Morvan"})
    person.refresh_from_db()
    assert (person.family_name, person.birth_date, person.usage_name) == ("Lefèvre", "", "Morvan")


def test_nobody_agrees_to_anything_before_she_says_so(portal: Portal, desk: people.Desk) -> None:
    person = desk.zoe.person
    portal.force_login(desk.zoe)
    page = portal.get(CHOICES)
    assert page.content.decode().count('value="no" checked') == 2
    assert "Toujours envoyés" in texts(page)
    assert "R. 112-11-1" in texts(page)
    assert not any(consents.agrees(person, purpose) for purpose in Purpose)
    portal.fill(page)
    assert not Consent.objects.exists(), "a page sent as it was is no consent"


def test_each_choice_is_given_and_withdrawn_apart_and_keeps_its_dates(portal: Portal, desk: people.Desk) -> None:
    person = desk.zoe.person
    portal.force_login(desk.zoe)
    portal.fill(portal.get(CHOICES), reminders="yes", news="yes")
    portal.fill(portal.get(CHOICES), news="no")
    assert consents.agrees(person, Purpose.REMINDERS)
    assert not consents.agrees(person, Purpose.NEWS)
    assert "Vous avez accepté le" in texts(portal.get(CHOICES))
    withdrawn = Consent.objects.get(person=person, purpose="news")
    assert withdrawn.withdrawn_at is not None
    portal.fill(portal.get(CHOICES), news="yes")
    portal.fill(portal.get(CHOICES), news="yes")
    assert Consent.objects.filter(person=person, purpose="news").count() == 2


def test_a_choice_that_does_not_exist_is_refused(portal: Portal, desk: people.Desk) -> None:
    portal.force_login(desk.zoe)
    answer = portal.post(CHOICES, {"reminders": "peut-être"})
    assert answer.status_code == 422
    assert "2 réponses sont à corriger" in texts(answer)
