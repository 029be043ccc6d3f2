"""The auditor's pages on unusual readings: who sees them, what they say, and what she answers."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from journal.models import Event, record_access
from messaging.models import Delivery
from procedures.lifecycle import watch
from procedures.models import UnusualReading
from tests.support import people
from tests.support.client import Portal
from tests.support.queries import count_queries
from tests.support.readings import USUAL, at, keys, last_day, read

Kind = UnusualReading.Kind


@pytest.fixture
def desk(db: None, settings: Any) -> people.Desk:
    settings.UNUSUAL_READING = USUAL
    return people.desk()


@pytest.fixture
def day() -> date:
    return last_day()


def texts(page: Any) -> str:
    return str(page.content.decode()).replace("\u00a0", " ")


def test_it_is_never_shown_to_whom_it_watches_even_an_auditor(desk: people.Desk, portal: Portal, day: date) -> None:
    second = people.staff("ines@exemple.fr", "Inès", "Seconde", desk.civil, "auditor")
    read(desk.paul, keys(7), at(day, 10), role="auditor")
    watch.examine()
    row = UnusualReading.objects.get()
    assert [mail.address for mail in Delivery.objects.filter(purpose="unusual_reading")] == [second.email]
    here = f"/agent/acces/inhabituel/{row.public_id}/"
    portal.force_login(desk.paul)
    assert "Rien d’inhabituel" in texts(portal.get("/agent/acces/"))
    assert portal.get(here).status_code == 404
    assert portal.post(here, {"words": "rien à voir"}).status_code == 404
    for user in (desk.nadia, desk.claire):
        portal.force_login(user)
        assert portal.get(here).status_code == 403
    portal.force_login(second)
    assert "Paul Audit a ouvert 7 demandes" in texts(portal.get("/agent/acces/"))
    row.refresh_from_db()
    assert row.looked_at is None


def test_an_auditor_of_another_sector_sees_nothing_of_it(desk: people.Desk, portal: Portal, day: date) -> None:
    other = people.staff("vera@exemple.fr", "Véra", "Voirie", desk.roads, "auditor")
    read(desk.nadia, keys(7), at(day, 10))
    watch.examine()
    portal.force_login(other)
    assert "Nadia" not in texts(portal.get("/agent/acces/"))
    row = UnusualReading.objects.get()
    assert portal.get(f"/agent/acces/inhabituel/{row.public_id}/").status_code == 404


def test_an_auditor_looks_into_it_says_what_she_found_and_keeps_her_filters(
    desk: people.Desk, portal: Portal, day: date
) -> None:
    read(desk.nadia, [desk.file().key for _n in range(4)], at(day, 10))
    record_access("search", "search:mercredi", actor=desk.nadia.key, role="agent")
    watch.examine()
    row = UnusualReading.objects.get()
    filters = f"?qui={desk.nadia.public_id}&quoi=read"
    portal.force_login(desk.paul)
    page = portal.get(f"/agent/acces/{filters}")
    here = f"/agent/acces/inhabituel/{row.public_id}/{filters}"
    assert here.replace("&", "&amp;") in page.text
    shown = portal.get(here)
    assert "4 demandes d’une même personne" in texts(shown)
    assert texts(shown).split("<tbody>")[1].count("a lu une demande") == 4
    refused = portal.post(here, {"words": "  "})
    assert refused.status_code == 422
    assert "Écrivez ce que vous avez trouvé" in texts(refused)
    answer = portal.fill(shown, words="Demandes d’une même famille, suivies par Nadia.")
    assert answer.headers["Location"] == f"/agent/acces/{filters}"
    page = portal.get(f"/agent/acces/{filters}")
    assert "Rien d’inhabituel" in texts(page)
    assert "par Paul Audit" in texts(page)
    assert "Demandes d’une même famille" in texts(portal.get(here))
    event = Event.objects.of(row.key).get()
    assert (event.kind, event.actor, event.data) == ("explained", desk.paul.key, {"kind": "person"})


def test_the_words_of_the_first_to_look_stay(desk: people.Desk, portal: Portal, day: date) -> None:
    second = people.staff("ines@exemple.fr", "Inès", "Seconde", desk.civil, "auditor")
    read(desk.nadia, keys(7), at(day, 10))
    watch.examine()
    row = UnusualReading.objects.get()
    for user, words in ((desk.paul, "vu avec la cheffe"), (second, "autre chose")):
        portal.force_login(user)
        portal.post(f"/agent/acces/inhabituel/{row.public_id}/", {"words": words})
    row.refresh_from_db()
    assert (row.explanation, row.looked_by) == ("vu avec la cheffe", desk.paul)
    assert "ses mots sont gardés" in texts(portal.get("/agent/acces/"))


def test_each_kind_has_its_sentence_and_its_very_accesses(desk: people.Desk, portal: Portal, day: date) -> None:
    mine = [desk.file().key for _n in range(4)]
    read(desk.nadia, mine, at(day, 10))
    read(desk.nadia, keys(3), at(day, 23))
    read(desk.nadia, keys(5), at(day, 12), role="")
    watch.examine()
    portal.force_login(desk.paul)
    page = texts(portal.get("/agent/acces/"))
    said = {
        Kind.MANY: ("Nadia Roussel a ouvert 12 demandes le ", 12),
        Kind.PERSON: ("Nadia Roussel a ouvert 4 demandes d’une même personne le ", 4),
        Kind.NIGHT: ("Nadia Roussel a ouvert 3 demandes dans la nuit du ", 3),
        Kind.OUTSIDE: ("Nadia Roussel a ouvert 5 demandes d’autres services le ", 5),
    }
    assert UnusualReading.objects.count() == len(said)
    for row in UnusualReading.objects.all():
        sentence, count = said[Kind(row.kind)]
        assert sentence in page
        shown = portal.get(f"/agent/acces/inhabituel/{row.public_id}/").text
        assert shown.split("<tbody>")[1].count("<tr>") == count


def test_the_filter_on_a_person_narrows_the_unusual_readings_too(desk: people.Desk, portal: Portal, day: date) -> None:
    for user in (desk.nadia, desk.claire):
        read(user, keys(7), at(day, 10))
    watch.examine()
    portal.force_login(desk.paul)
    page = texts(portal.get(f"/agent/acces/?qui={desk.claire.public_id}"))
    assert "Claire Fabre a ouvert" in page
    assert "Nadia Roussel a ouvert" not in page


def test_there_is_a_word_when_there_is_nothing_and_when_there_is_much(
    desk: people.Desk, portal: Portal, day: date
) -> None:
    portal.force_login(desk.paul)
    page = portal.get("/agent/acces/")
    assert "Rien d’inhabituel" in texts(page)
    for days in range(21):
        read(desk.nadia, keys(7), at(day - timedelta(days=days), 10))
    watch.examine()
    page = portal.get("/agent/acces/")
    assert texts(page).count("Regarder de plus près") == 20
    assert "Il y en a d’autres" in texts(page)


def test_the_page_costs_the_same_with_1_and_20_unusual_readings(desk: people.Desk, portal: Portal, day: date) -> None:
    read(desk.nadia, keys(7), at(day, 10))
    watch.examine()
    portal.force_login(desk.paul)
    portal.get("/agent/acces/")
    little = count_queries(portal, "/agent/acces/")
    for days in range(1, 21):
        UnusualReading.objects.create(kind=Kind.MANY, day=day - timedelta(days=days), actor=desk.nadia.key, count=7)
    UnusualReading.objects.filter(day__lt=day - timedelta(days=10)).update(
        looked_at=timezone.now(), looked_by=desk.paul, explanation="vu"
    )
    assert count_queries(portal, "/agent/acces/") == little
