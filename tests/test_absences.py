"""Absences: the stand-in does meanwhile what an agent does, never signs, and the journal says for whom."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import tasks
from accounts.models import Absence, Membership, User
from accounts.permissions import Actor
from journal.models import Event
from procedures.lifecycle import message as letters
from procedures.lifecycle.transition import apply
from tests.support import people, samples
from tests.support.client import Portal

MINE = "/agent/absence/"


@pytest.fixture
def town(db: None) -> people.Desk:
    """Return the town, with an agent of another department of the same sector."""
    here = people.desk()
    here.reception = samples.department("guichet", "Guichet", "population")  # type: ignore[attr-defined]
    here.ines = people.staff("ines@exemple.fr", "Inès", "Vauquelin", here.reception, "agent")  # type: ignore[attr-defined]
    return here


def days(number: int) -> Any:
    return timezone.localdate() + timedelta(days=number)


def texts(page: Any) -> str:
    return str(page.content.decode()).replace("\u00a0", " ")


def away(user: User, stand_in: User | None, first: int = 0, last: int = 5) -> Absence:
    return Absence.objects.create(user=user, stand_in=stand_in, starts_on=days(first), ends_on=days(last))


def browser_of(user: User) -> Portal:
    browser = Portal()
    people.sign_in(browser, user)
    return browser


def announce(browser: Portal, first: int, last: int, stand_in: User | None = None) -> Any:
    chosen = str(stand_in.public_id) if stand_in else ""
    values = {"starts_on": days(first).isoformat(), "ends_on": days(last).isoformat(), "stand_in": chosen}
    return browser.post(MINE, values)


def test_an_agent_notes_her_absence_and_who_stands_in(town: Any) -> None:
    browser = browser_of(town.nadia)
    assert announce(browser, 1, 9, town.ines).status_code == 302
    page = browser.get(MINE)
    assert "Votre absence est notée." in texts(page)
    assert "Inès Vauquelin remplace" in texts(page)
    event = Event.objects.of(town.nadia.key).get()
    assert (event.kind, event.role, event.data["stand_in"]) == ("absence.announced", "agent", town.ines.key)
    assert "Vous remplacez" in texts(browser_of(town.ines).get(MINE))
    absence = Absence.objects.get()
    browser.post(f"{MINE}{absence.pk}/annuler/")
    assert not Absence.objects.exists()
    assert Event.objects.of(town.nadia.key).last().kind == "absence.cancelled"  # type: ignore[union-attr]


def test_the_stand_in_does_what_the_absent_does_and_the_journal_says_for_whom(town: Any) -> None:
    case = town.file()
    ines = browser_of(town.ines)
    assert ines.get(f"/agent/demandes/{case.reference}/").status_code == 404
    absence = away(town.nadia, town.ines)
    assert case.reference in texts(ines.get("/agent/demandes/"))
    assert ines.post(f"/agent/demandes/{case.reference}/actions/take_charge/").status_code == 302
    event = Event.objects.of(case.key).last()
    assert event is not None
    assert (event.actor, event.data["for"]) == (town.ines.key, town.nadia.key)
    assert "Inès Vauquelin, pour Nadia Roussel" in texts(ines.get(f"/agent/demandes/{case.reference}/"))
    letters.send(case, "Bonjour", by=Actor(user=town.ines))
    assert Event.objects.of(case.key).last().data["for"] == town.nadia.key  # type: ignore[union-attr]
    absence.delete()
    assert ines.get(f"/agent/demandes/{case.reference}/").status_code == 404


def test_her_own_right_comes_first_and_names_nobody(town: Any) -> None:
    case = town.file()
    away(town.claire, town.nadia)
    apply(case, "take_charge", by=Actor(user=town.nadia))
    assert "for" not in Event.objects.of(case.key).last().data  # type: ignore[union-attr]


def test_requests_in_the_name_of_the_absent_are_among_those_of_the_stand_in(town: Any) -> None:
    case = town.file()
    apply(case, "take_charge", by=Actor(user=town.nadia))
    away(town.nadia, town.ines)
    page = texts(browser_of(town.ines).get("/agent/"))
    assert case.reference in page
    assert "Vous remplacez Nadia Roussel jusqu’au" in page


def test_the_right_to_sign_is_never_lent(town: Any) -> None:
    Membership.objects.create(user=town.helene, department=town.civil, role="agent", title="agente")
    Membership.objects.create(user=town.helene, department=town.civil, role="town_admin", title="agente")
    away(town.helene, town.ines)
    assert Actor(user=town.ines).roles_in(town.civil.pk) == {"agent"}


def test_nothing_is_lent_before_after_across_a_sector_or_twice(town: Any) -> None:
    absence = away(town.nadia, town.ines, 1, 2)
    assert Actor(user=town.ines).roles_in(town.civil.pk) == set()
    Absence.objects.update(starts_on=days(-5), ends_on=days(-1))
    assert Actor(user=town.ines).roles_in(town.civil.pk) == set()
    Absence.objects.update(ends_on=days(3))
    assert Actor(user=town.ines).roles_in(town.civil.pk) == {"agent"}
    # Nadia, back early and standing in for no one, lends nothing on: roles do not travel twice.
    away(town.ines, town.claire)
    assert Actor(user=town.claire).departments.keys() == {town.civil.pk, town.reception.pk}
    absence.stand_in = town.roger
    absence.save()
    assert Actor(user=town.roger).departments.keys() == {town.roads.pk}
    town.nadia.is_active = False
    town.nadia.save()
    assert Actor(user=town.ines).roles_in(town.civil.pk) == set()


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (-1, 3, "Ce jour est passé"),
        (5, 2, "Le dernier jour précède le premier"),
        (9, 12, "Une absence est déjà notée sur une partie de ces jours"),
        (21, 22, "cette personne doit remplacer un collègue"),
    ],
)
def test_days_that_do_not_hold_are_refused_beside_the_question(town: Any, first: int, last: int, words: str) -> None:
    away(town.nadia, None, 10, 15)
    away(town.claire, town.nadia, 20, 25)
    answer = announce(browser_of(town.nadia), first, last)
    assert answer.status_code == 422
    assert texts(answer).count(words) == 2
    assert Absence.objects.count() == 2


def test_a_stand_in_of_another_sector_or_who_is_away_too_is_refused(town: Any) -> None:
    browser = browser_of(town.nadia)
    offered = texts(browser.get(MINE))
    assert "Inès Vauquelin" in offered
    for hidden in ("Roger", "Hélène", "Paul Audit", "Zoé"):
        assert hidden not in offered
    for user in (town.roger, town.helene, town.zoe, town.nadia):
        answer = announce(browser, 1, 2, user)
        assert "Choisissez un collègue de la liste." in texts(answer)
        assert "Pavé" not in texts(answer)
    assert "Choisissez un collègue de la liste." in texts(
        browser.post(MINE, {"starts_on": days(1), "ends_on": days(2), "stand_in": "n’importe quoi"})
    )
    away(town.ines, town.nadia, 20, 22)
    answer = announce(browser, 1, 2, town.ines)
    assert answer.status_code == 302
    away(town.ines, None, 4, 6)
    answer = announce(browser, 5, 7, town.ines)
    assert "Ce collègue est absent lui aussi" in texts(answer)


def test_two_do_not_stand_in_for_each_other(town: Any) -> None:
    away(town.nadia, town.ines, 3, 6)
    answer = announce(browser_of(town.ines), 4, 5, town.nadia)
    assert answer.status_code == 422
    assert Absence.objects.count() == 1


def test_an_administrator_notes_the_absence_of_someone_she_administers(town: Any) -> None:
    odile = people.staff("odile@exemple.fr", "Odile", "Tessier", town.civil, "town_admin", "directrice")
    admin = browser_of(odile)
    address = f"/atelier/equipe/personnes/{town.nadia.public_id}/"
    page = admin.get(f"{address}absence/")
    # Inès works in a department that Odile does not administer: her name is not given.
    assert "Inès" not in texts(page)
    values = {"starts_on": days(1).isoformat(), "ends_on": days(4).isoformat(), "stand_in": str(town.claire.public_id)}
    shown = admin.fill(page, values=values, follow=True)
    assert "Claire Fabre remplace" in texts(shown)
    event = Event.objects.of(town.nadia.key).get()
    assert (event.actor, event.role) == (odile.key, "town_admin")
    Absence.objects.update(stand_in=town.ines)
    shown = admin.get(address)
    assert "un collègue remplace" in texts(shown)
    assert "Inès" not in texts(shown)
    admin.post(f"{address}absences/{Absence.objects.get().pk}/annuler/")
    assert not Absence.objects.exists()


def test_an_administrator_does_not_lend_herself_the_roles_of_another(town: Any) -> None:
    odile = people.staff("odile@exemple.fr", "Odile", "Tessier", town.civil, "town_admin", "directrice")
    Membership.objects.create(user=odile, department=town.civil, role="agent", title="directrice")
    admin = browser_of(odile)
    page = admin.get(f"/atelier/equipe/personnes/{town.claire.public_id}/absence/")
    values = {"starts_on": days(0).isoformat(), "ends_on": days(4).isoformat(), "stand_in": str(odile.public_id)}
    answer = admin.fill(page, values=values)
    assert "Vous ne pouvez pas changer vos propres rôles" in texts(answer)
    assert Actor(user=odile).roles_in(town.civil.pk) == {"town_admin", "agent"}


def test_an_absence_is_forgotten_a_year_after_its_end(town: Any) -> None:
    away(town.nadia, town.ines, -400, -366)
    kept = away(town.nadia, None, -400, -364)
    assert tasks.sweep() == 1
    assert Absence.objects.get() == kept


def test_nobody_cancels_the_absence_of_another(town: Any) -> None:
    absence = away(town.nadia, None)
    assert browser_of(town.ines).post(f"{MINE}{absence.pk}/annuler/").status_code == 404
    assert Absence.objects.exists()
