"""Among colleagues: who follows a request, notes, labels, another department, and the last act taken back."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Actor
from journal.models import Event
from messaging.models import Delivery
from procedures.definition.ready import READY
from procedures.lifecycle import assign, colleagues, label, note, route, undo
from procedures.lifecycle.grounds import MissingWords
from procedures.lifecycle.transition import StaleAction, apply
from procedures.models import Facet, Label, Mention, Note, Submission
from tests.support import people, samples
from tests.support.client import Portal
from tests.support.people import Desk
from tests.test_desk import text_of, url
from town.models import Department

WORDS = "Appel de la mairie d’Hautebrume : le dossier est complet."


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


def lea(desk: Desk) -> User:
    return people.staff("lea@exemple.fr", "Léa", "Morel", desk.civil, "agent")


def kinds(case: Submission) -> list[str]:
    return [event.kind for event in Event.objects.of(case.key)]


def neighbour(desk: Desk) -> Department:
    """Return another department of the same sector, with an agent."""
    place = samples.department("scolaire", "Service Scolarité", "population")
    people.staff("ines@exemple.fr", "Inès", "Blum", place, "agent")
    return place


# Who follows it


def test_nadia_gives_a_request_to_lea_who_finds_it_among_hers(portal: Portal, desk: Desk) -> None:
    case, colleague = desk.file(), lea(desk)
    portal.force_login(desk.nadia)
    page = portal.get(url(case))
    shown = portal.fill(page, form_id="follow", values={"agent": str(colleague.public_id)}, follow=True)
    assert "Léa Morel suit maintenant cette demande." in text_of(shown)
    assert "Confiée à Léa Morel" in text_of(shown)
    case.refresh_from_db()
    assert case.assigned_to == colleague
    assert kinds(case)[-1] == "assigned"
    other = Portal()
    other.force_login(colleague)
    assert case.reference in text_of(other.get("/agent/"))


def test_a_request_is_taken_in_one_click_and_given_back(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    portal.force_login(desk.nadia)
    portal.post(url(case, "suivi/"), {"agent": str(desk.nadia.public_id), "seen": ""})
    case.refresh_from_db()
    assert case.assigned_to == desk.nadia
    portal.post(url(case, "suivi/"), {"agent": "", "seen": str(desk.nadia.public_id)})
    case.refresh_from_db()
    assert case.assigned_to is None
    assert "Rendue à l’ensemble du service" in text_of(portal.get(url(case)))


def test_giving_it_twice_is_giving_it_once(desk: Desk) -> None:
    case = desk.file()
    for _time in range(2):
        assign.assign(case, desk.nadia, by=Actor(user=desk.claire), seen=None)
    assert kinds(case).count("assigned") == 1


def test_what_a_colleague_gave_meanwhile_is_not_overwritten(portal: Portal, desk: Desk) -> None:
    case, colleague = desk.file(), lea(desk)
    assign.assign(case, colleague, by=Actor(user=desk.claire), seen=None)
    portal.force_login(desk.nadia)
    shown = portal.post(url(case, "suivi/"), {"agent": str(desk.nadia.public_id), "seen": ""}, follow=True)
    assert "voyez qui la suit maintenant" in text_of(shown)
    case.refresh_from_db()
    assert case.assigned_to == colleague


@pytest.mark.parametrize("who", ["roger", "paul", "zoe", "helene"])
def test_only_who_prepares_requests_of_the_department_is_given_one(portal: Portal, desk: Desk, who: str) -> None:
    case = desk.file()
    portal.force_login(desk.nadia)
    key = str(getattr(desk, who).public_id)
    shown = portal.post(url(case, "suivi/"), {"agent": key, "seen": ""}, follow=True)
    assert "ne travaille pas sur cette demande" in text_of(shown)
    case.refresh_from_db()
    assert case.assigned_to is None


@pytest.mark.parametrize("garbage", ["x", "0", "'; --", "00000000-0000-0000-0000-000000000000"])
def test_garbage_for_a_colleague_changes_nothing(portal: Portal, desk: Desk, garbage: str) -> None:
    case = desk.file()
    portal.force_login(desk.nadia)
    assert portal.post(url(case, "suivi/"), {"agent": garbage, "seen": garbage}).status_code == 302
    case.refresh_from_db()
    assert case.assigned_to is None


def test_a_request_that_is_over_is_given_to_nobody(desk: Desk) -> None:
    case = desk.decide(desk.file())
    with pytest.raises(StaleAction):
        assign.assign(case, desk.claire, by=Actor(user=desk.claire), seen=case.assigned_to)


def test_an_agent_of_the_department_above_may_follow_it_and_one_limited_to_another_procedure_may_not(
    desk: Desk,
) -> None:
    above = samples.department("accueil", "Accueil", "population")
    Department.objects.filter(pk=desk.civil.pk).update(parent=above)
    desk.civil.refresh_from_db()
    chief = people.staff("chef@exemple.fr", "Ali", "Haut", above, "head")
    other = people.staff("autre@exemple.fr", "Bo", "Vent", desk.civil, "agent")
    other.memberships.update(procedures=["00000000-0000-0000-0000-000000000000"])
    followers = colleagues.followers(desk.file())
    assert chief in followers
    assert other not in followers
    # Rights never cross a sector: what is above in another one does not reach it.
    Department.objects.filter(pk=above.pk).update(sector=desk.roads.sector)
    assert chief not in colleagues.followers(desk.file())


# Undo


def test_who_follows_it_is_taken_back_within_two_minutes_by_who_said_so(portal: Portal, desk: Desk) -> None:
    case, colleague = desk.file(), lea(desk)
    portal.force_login(desk.nadia)
    portal.post(url(case, "suivi/"), {"agent": str(colleague.public_id), "seen": ""})
    page = portal.get(url(case))
    shown = portal.fill(page, form_id="undo", follow=True)
    assert "Annulé." in text_of(shown)
    case.refresh_from_db()
    assert case.assigned_to is None
    assert kinds(case)[-2:] == ["assigned", "undone"]
    # What is undone is not undone again.
    assert "annuler/" not in portal.get(url(case)).content.decode()


def test_a_move_that_told_nobody_is_taken_back_with_whom_it_gave_the_request_to(desk: Desk) -> None:
    workflow: Any = READY["decision_with_pieces"].model_dump(mode="json", by_alias=True)
    moved = next(one for one in workflow["transitions"] if one["id"] == "take_charge")
    moved["effects"] = []
    desk.procedure = samples.procedure("discrete", department=desk.civil, id="discrete", workflow=workflow)
    case = desk.file()
    state = case.state
    apply(case, "take_charge", by=Actor(user=desk.nadia))
    undo.undo(case, by=Actor(user=desk.nadia))
    case.refresh_from_db()
    assert (case.state, case.assigned_to) == (state, None)


def test_nobody_undoes_a_colleagues_act_an_old_one_or_what_the_person_was_told(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    assign.assign(case, desk.nadia, by=Actor(user=desk.nadia), seen=None)
    with pytest.raises(StaleAction):
        undo.undo(case, by=Actor(user=desk.claire))
    event = Event.objects.of(case.key).last()
    assert event is not None
    event.at = timezone.now() - timedelta(minutes=3)
    assert not undo.may_undo(case, event, by=Actor(user=desk.nadia))
    asked = desk.ask_correction(desk.file())
    with pytest.raises(StaleAction):
        undo.undo(asked, by=Actor(user=desk.nadia))
    portal.force_login(desk.nadia)
    shown = portal.post(url(asked, "annuler/"), follow=True)
    assert "ne peut plus être annulé" in text_of(shown)


# Notes


def test_a_note_is_for_colleagues_and_who_is_asked_to_look_finds_it_in_her_day(portal: Portal, desk: Desk) -> None:
    case, colleague = desk.file(), lea(desk)
    portal.force_login(desk.nadia)
    page = portal.get(url(case))
    shown = portal.fill(page, form_id="note", values={"words": WORDS, "asked": [str(colleague.public_id)]}, follow=True)
    assert WORDS in text_of(shown)
    assert "Léa Morel (pas encore)" in text_of(shown)
    # Nothing of it in the journal, nor on the person's pages, nor by mail.
    assert not any(WORDS in event.body for event in Event.objects.of(case.key))
    citizen = Portal()
    citizen.force_login(desk.zoe)
    assert WORDS not in citizen.get(f"/demandes/{case.reference}/").content.decode()
    assert not Delivery.objects.filter(body__contains="Hautebrume").exists()
    other = Portal()
    other.force_login(colleague)
    home = other.get("/agent/")
    assert "1 Notes pour moi" in text_of(home)
    assert case.reference in text_of(other.get("/agent/demandes/?etat=notes-pour-moi"))
    shown = other.post(url(case, "notes/"), {"seen": "1"}, follow=True)
    assert "Léa Morel (vu)" in text_of(shown)
    assert "0 Notes pour moi" in text_of(other.get("/agent/"))


def test_a_note_opens_no_door(desk: Desk) -> None:
    case = desk.file()
    note.write(case, WORDS, by=Actor(user=desk.nadia), asking=[desk.roger, desk.zoe, desk.nadia])
    assert not Mention.objects.exists()
    for stranger in (desk.roger, desk.paul, desk.zoe):
        with pytest.raises(PermissionDenied):
            note.write(case, WORDS, by=Actor(user=stranger))


def test_an_empty_note_is_refused_beside_its_field_and_who_was_ticked_stays(portal: Portal, desk: Desk) -> None:
    case, colleague = desk.file(), lea(desk)
    portal.force_login(desk.nadia)
    page = portal.get(url(case))
    shown = portal.fill(page, form_id="note", values={"words": " ", "asked": [str(colleague.public_id)]})
    assert shown.status_code == 422
    assert "Écrivez votre note avant de la garder." in text_of(shown)
    assert f'value="{colleague.public_id}" checked' in shown.content.decode()
    assert not Note.objects.exists()


def test_an_auditor_reads_notes_and_writes_none(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    note.write(case, WORDS, by=Actor(user=desk.nadia))
    portal.force_login(desk.paul)
    page = portal.get(url(case))
    assert WORDS in text_of(page)
    assert "Garder la note" not in text_of(page)


# Labels


def test_a_label_sorts_requests_whatever_its_accents_and_goes_with_the_last_one(portal: Portal, desk: Desk) -> None:
    case, other = desk.file(), desk.file()
    portal.force_login(desk.nadia)
    page = portal.get(url(case))
    shown = portal.fill(page, form_id="label", values={"label": "Été 2027"}, follow=True)
    assert "Été 2027" in text_of(shown)
    label.put(other, "ete  2027", by=Actor(user=desk.claire))
    assert Label.objects.get().name == "Été 2027"
    listed = text_of(portal.get("/agent/demandes/?etiquette=ete-2027"))
    assert case.reference in listed
    assert other.reference in listed
    for one in (case, other):
        portal.post(url(one, "etiquettes/"), {"off": str(Label.objects.get().public_id)})
    assert not Label.objects.exists()


def test_a_label_too_long_or_one_too_many_is_refused_beside_its_field(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    portal.force_login(desk.nadia)
    shown = portal.post(url(case, "etiquettes/"), {"label": "x" * 41})
    assert shown.status_code == 422
    assert "Cette étiquette est trop longue" in text_of(shown)
    assert "x" * 41 in shown.content.decode()
    for number in range(label.MOST_ON_ONE):
        label.put(case, f"mot {number}", by=Actor(user=desk.nadia))
    shown = portal.post(url(case, "etiquettes/"), {"label": "de trop"})
    assert "déjà 8 étiquettes" in text_of(shown)
    assert portal.post(url(case, "etiquettes/"), {"off": "x"}).status_code == 302


# Another department


def test_a_request_is_handed_to_another_department_which_follows_it_from_now_on(portal: Portal, desk: Desk) -> None:
    case, place = desk.file(), neighbour(desk)
    due = case.due_on
    assign.assign(case, desk.nadia, by=Actor(user=desk.nadia), seen=None)
    label.put(case, "Urgent", by=Actor(user=desk.nadia))
    portal.force_login(desk.nadia)
    page = portal.get(url(case, "service/"))
    shown = portal.fill(page, values={"department": place.slug, "why": WORDS}, follow=True)
    assert "Service Scolarité" in text_of(shown)
    case.refresh_from_db()
    assert (case.department, case.assigned_to, case.due_on) == (place, None, due)
    assert not Facet.objects.filter(submission=case).exclude(department=place).exists()
    assert not Label.objects.exists()
    assert portal.get(url(case)).status_code == 404
    other = Portal()
    other.force_login(place.memberships.get().user)
    read = text_of(other.get(url(case)))
    assert WORDS in read
    assert "Confiée à : Service Scolarité" in read
    mail = Delivery.objects.filter(about=case.key, purpose="routed").get()
    assert "Service Scolarité" in mail.body
    assert WORDS not in mail.body
    citizen = Portal()
    citizen.force_login(desk.zoe)
    assert "Service Scolarité" in text_of(citizen.get(f"/demandes/{case.reference}/"))


def test_the_first_department_may_go_on_reading_it_until_a_day(portal: Portal, desk: Desk) -> None:
    case, place = desk.file(), neighbour(desk)
    portal.force_login(desk.nadia)
    until = timezone.localdate() + timedelta(days=10)
    page = portal.get(url(case, "service/"))
    portal.fill(page, values={"department": place.slug, "why": WORDS, "read_until": until})
    page = portal.get(url(case))
    assert page.status_code == 200
    assert "service/" not in page.content.decode()
    assert portal.post(url(case, "suivi/"), {"agent": "", "seen": ""}).status_code == 403


def test_it_is_not_handed_where_nobody_treats_it_nor_to_another_authority(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    samples.department("vide", "Service Vide", "population")
    portal.force_login(desk.nadia)
    shown = portal.post(
        url(case, "service/"), {"department": "vide", "why": WORDS, "read_until": "", "seen": desk.civil.pk}
    )
    assert shown.status_code == 422
    assert "Personne n’y traite cette démarche" in text_of(shown)
    assert WORDS in shown.content.decode()
    shown = portal.post(url(case, "service/"), {"department": "ailleurs", "why": "", "read_until": "32/13/2026"})
    assert shown.status_code == 422
    case.refresh_from_db()
    assert case.department == desk.civil


def test_a_page_drawn_before_it_moved_moves_nothing(portal: Portal, desk: Desk) -> None:
    case, place = desk.file(), neighbour(desk)
    people.staff("deux@exemple.fr", "Deux", "Places", place, "agent")
    with pytest.raises(StaleAction):
        route.hand_over(case, route.Route(place, WORDS), by=Actor(user=desk.nadia), seen=place.pk)
    with pytest.raises(MissingWords):
        route.hand_over(case, route.Route(place, " "), by=Actor(user=desk.nadia), seen=desk.civil.pk)
    far = timezone.localdate() + timedelta(days=400)
    with pytest.raises(MissingWords):
        route.hand_over(case, route.Route(place, WORDS, far), by=Actor(user=desk.nadia), seen=desk.civil.pk)
    assert not Note.objects.exists()


# The person's other requests


def test_the_other_requests_of_the_person_are_shown_and_a_twin_is_said_to_be_one(portal: Portal, desk: Desk) -> None:
    case, twin, done = desk.file(), desk.file(), desk.decide(desk.file())
    portal.force_login(desk.nadia)
    page = text_of(portal.get(url(case)))
    assert twin.reference in page
    assert done.reference in page
    assert page.count("la même, déposée deux fois ?") == 1


def test_what_another_sector_follows_is_not_among_them(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    Submission.objects.filter(pk=desk.file().pk).update(department=desk.roads)
    portal.force_login(desk.nadia)
    assert "Autres demandes de cette personne" not in text_of(portal.get(url(case)))


@pytest.mark.parametrize("seen", ["9" * 5000, "٣", "-1", "x", ""])
def test_garbage_for_the_department_that_was_shown_moves_nothing(portal: Portal, desk: Desk, seen: str) -> None:
    case, place = desk.file(), neighbour(desk)
    portal.force_login(desk.nadia)
    sent = {"department": place.slug, "why": WORDS, "read_until": "", "seen": seen}
    assert portal.post(url(case, "service/"), sent).status_code == 302
    case.refresh_from_db()
    assert case.department == desk.civil
