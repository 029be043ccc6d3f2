"""Exports of the desk: who may take what, asked for once, made apart, handed over to whoever asked, then forgotten."""

from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import Membership, User
from exchange import tasks, verbs
from exchange.exporting import making, reading
from exchange.models import FOLDER, Export, Stopped
from journal.models import AccessLog, record_access
from messaging.models import Delivery
from procedures.models import CaseAccess
from procedures.space.holdings import own_accesses
from tests.support import people, samples
from tests.support.client import Portal, page_of
from tests.support.exports import ASK, MINE, ask, data_of, download, rows_of, taken
from tests.support.queue import drain
from tests.support.rights import browser_of


@pytest.fixture(autouse=True)
def nothing_stored() -> None:
    """Begin with no file of an earlier test."""
    for name in stored():
        default_storage.delete(f"{FOLDER}/{name}")


@pytest.fixture
def town(db: None) -> people.Desk:
    return people.desk()


def signed_in(user: User) -> Portal:
    browser = Portal()
    people.sign_in(browser, user)
    return browser


@pytest.fixture
def nadia(town: people.Desk) -> Portal:
    return signed_in(town.nadia)


def text_of(page: Any) -> str:
    return " ".join(page_of(page).find("main").text.split()).replace("\u00a0", " ")  # type: ignore[union-attr]


def references(content: bytes) -> list[str]:
    return [row["Référence"] for row in rows_of(content)]


def stored() -> list[str]:
    """Return the names of the files of exports that are in the storage."""
    try:
        return list(default_storage.listdir(FOLDER)[1])
    except FileNotFoundError:
        return []


def later(export: Export) -> None:
    """Let the lease of a worker that died run out."""
    Export.objects.filter(pk=export.pk).update(next_try_at=timezone.now() - timedelta(minutes=2))


# --- What leaves -----------------------------------------------------------------------------------------------------


def test_the_list_leads_to_the_export_of_its_very_view(town: people.Desk, nadia: Portal) -> None:
    town.file()
    page = nadia.get("/agent/demandes/?etat=deposees&demarche=acte")
    links = [a.get("href") for a in page_of(page).find_all("a") if a.text == "Exporter"]
    assert links == [f"{ASK}?demarche=acte&etat=deposees"]
    said = text_of(nadia.get(links[0]))
    assert "1 demande" in said
    assert "Démarche : Demander un acte" in said
    assert "État : Déposées" in said


def test_only_the_requests_of_the_view_leave(town: people.Desk, nadia: Portal) -> None:
    zoe, ali = town.file(), town.file(applicant_family_name="Trouvé", applicant_given_names="Ali")
    assert references(taken(nadia)) == [zoe.reference, ali.reference]
    assert references(taken(nadia, "q=trouve")) == [ali.reference]
    assert references(taken(nadia, "etat=toutes&agent=a-attribuer&q=lefevre")) == [zoe.reference]


def test_nothing_is_asked_of_an_empty_view(town: people.Desk, nadia: Portal) -> None:
    page = nadia.get(f"{ASK}?etat=decidees")
    assert "Aucune demande de cette vue ne peut être exportée" in text_of(page)


def test_identity_and_answers_leave_only_when_ticked(town: people.Desk, nadia: Portal) -> None:
    town.file()
    bare = taken(nadia, answers=None).decode()
    assert "Lefèvre" not in bare
    assert "Copie intégrale" not in bare
    (whole,) = rows_of(taken(nadia, identity="on"))
    assert (whole["Nom"], whole["Prénoms"], whole["Code postal"]) == ("Lefèvre", "Zoé", "99240")
    assert (whole["Type d’acte"], whole["Nombre d’exemplaires"]) == ("Copie intégrale", "2")


def test_sensitive_answers_leave_with_a_head_who_asks_for_them(town: people.Desk, nadia: Portal) -> None:
    town.file()
    assert "sensitive" not in text_of(nadia.get(ASK))
    claire = signed_in(town.claire)
    assert b"sensible" not in taken(claire, identity="on")
    (row,) = rows_of(taken(claire, sensitive="on"))
    assert row["Chose sensible"] == "mot très sensible"


def test_sensitive_answers_forced_by_an_agent_are_not_asked_for(town: people.Desk, nadia: Portal) -> None:
    town.file()
    nadia.post(f"{ASK}?etat=toutes", {"format": "csv", "answers": "on", "sensitive": "on"})
    drain()
    assert b"sensible" not in download(nadia).taken


def test_a_head_elsewhere_takes_no_sensitive_answer_of_a_department_where_she_is_an_agent(town: people.Desk) -> None:
    other = samples.department("cimetieres", "Cimetières", "population")
    Membership.objects.create(user=town.claire, department=other, role="agent", title="agente")
    here = town.file()
    town.procedure = samples.procedure("tombe", department=other)
    there = town.file()
    found = data_of(taken(signed_in(town.claire), format="json", sensitive="on"))["demandes"]
    assert {one["reference"]: one["reponses"].get("secret") for one in found} == {
        here.reference: "mot très sensible",
        there.reference: None,
    }


def test_what_is_only_audited_does_not_leave(town: people.Desk) -> None:
    other = samples.department("cimetieres", "Cimetières", "population")
    Membership.objects.create(user=town.nadia, department=other, role="auditor", title="contrôleuse")
    mine = town.file()
    town.procedure = samples.procedure("tombe", department=other)
    seen = town.file()
    browser = signed_in(town.nadia)
    assert browser.get(f"/agent/demandes/{seen.reference}/").status_code == 200
    assert references(taken(browser, answers=None)) == [mine.reference]


# --- Asked for once, made once ---------------------------------------------------------------------------------------


def test_asked_for_twice_it_is_one_export(town: people.Desk, nadia: Portal) -> None:
    town.file()
    first = ask(nadia)
    assert "Votre export est demandé" in text_of(first)
    assert "déjà demandé cet export aujourd’hui" in text_of(ask(nadia))
    assert Export.objects.count() == 1
    ask(nadia, identity="on")
    ask(signed_in(town.claire))
    assert Export.objects.count() == 3


def test_deleted_it_is_made_anew(town: people.Desk, nadia: Portal) -> None:
    town.file()
    taken(nadia)
    page = nadia.get(MINE)
    page = nadia.post(f"{MINE}{Export.objects.get().public_id}/supprimer/", follow=True)
    assert "L’export est supprimé" in text_of(page)
    assert Export.objects.count() == 0
    town.file()
    assert len(rows_of(taken(nadia))) == 2


def test_too_many_at_once_are_refused_in_words(town: people.Desk, nadia: Portal) -> None:
    town.file()
    for slug in ("toutes", "deposees", "en-instruction", "decidees", "terminees"):
        nadia.post(f"{ASK}?etat={slug}", {"format": "csv"})
    page = nadia.post(f"{ASK}?etat=en-cours", {"format": "csv"})
    assert page.status_code == 422
    assert "Plusieurs de vos exports sont encore en préparation" in text_of(page)
    assert Export.objects.count() == 5


def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_next_one_makes_it_whole(
    town: people.Desk, nadia: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [town.file() for _ in range(3)]
    monkeypatch.setattr(reading, "CHUNK", 1)
    ask(nadia)
    export = Export.objects.get()
    with (
        mock.patch.object(making.Work, "beat", side_effect=[None, SystemExit]),
        pytest.raises(SystemExit),
    ):
        drain()
    assert stored() == []
    assert not AccessLog.objects.filter(action="export", subject__startswith="submission:").exists()
    assert "en cours" in text_of(nadia.get(MINE))
    # The first worker still holds it: nobody else begins.
    tasks.make_export(export.pk)
    export.refresh_from_db()
    assert (export.state, export.attempts) == ("working", 1)
    later(export)
    tasks.sweep()
    drain()
    assert references(download(nadia).taken) == [case.reference for case in cases]
    assert len(stored()) == 1
    assert AccessLog.objects.filter(action="export", subject__startswith="submission:").count() == 3


def test_a_worker_killed_once_the_bytes_are_there_leaves_none_behind(town: people.Desk, nadia: Portal) -> None:
    town.file()
    ask(nadia)
    with mock.patch.object(making, "_finish", side_effect=SystemExit), pytest.raises(SystemExit):
        drain()
    assert stored() == []
    export = Export.objects.get()
    # Killed outright, not even that is undone.
    default_storage.save(export.place, ContentFile(b"half"))
    later(export)
    tasks.sweep()
    drain()
    with mock.patch("django.core.files.storage.FileSystemStorage.get_modified_time") as modified:
        modified.return_value = timezone.now() - timedelta(hours=1)
        tasks.sweep()
    export.refresh_from_db()
    assert stored() == [export.place.removeprefix(f"{FOLDER}/")]


def test_two_workers_make_one_file(town: people.Desk, nadia: Portal) -> None:
    town.file()
    ask(nadia)
    export = Export.objects.get()
    slow = Export.claim(export.pk)
    assert slow is not None
    later(export)
    tasks.make_export(export.pk)
    with pytest.raises(Stopped):
        making.make(slow)
    export.refresh_from_db()
    assert (export.state, export.attempts) == ("done", 2)
    assert len(stored()) == 1
    assert AccessLog.objects.filter(action="export", subject__startswith="submission:").count() == 1


def test_cancelled_while_it_is_made_it_stops(town: people.Desk, nadia: Portal) -> None:
    town.file()
    ask(nadia)
    export = Export.objects.get()

    def cancel(*_: object) -> str:
        nadia.post(f"{MINE}{export.public_id}/supprimer/")
        return "csv"

    with mock.patch.object(making, "_write", cancel):
        tasks.make_export(export.pk)
    assert Export.objects.count() == 0
    assert stored() == []
    assert not Delivery.objects.filter(purpose="export").exists()


def test_a_failure_is_tried_again_and_shows_no_inner_words(town: people.Desk, nadia: Portal) -> None:
    town.file()
    ask(nadia)
    with mock.patch.object(making, "_write", side_effect=ValueError("inner words")):
        drain()
    page = text_of(nadia.get(MINE))
    assert "n’a pas marché : nouvel essai dans quelques minutes" in page
    assert "inner words" not in page
    later(Export.objects.get())
    tasks.sweep()
    drain()
    assert Export.objects.get().state == "done"


def test_a_failed_export_asked_for_again_begins_anew(town: people.Desk, nadia: Portal) -> None:
    town.file()
    ask(nadia)
    Export.objects.update(state="failed", attempts=12)
    assert "n’a pas pu être préparé" in text_of(nadia.get(MINE))
    assert len(rows_of(taken(nadia))) == 1


# --- Rights, between the asking and the taking -----------------------------------------------------------------------


def test_to_ask_and_to_take_it_must_be_proven_again_that_it_is_she(town: people.Desk, nadia: Portal) -> None:
    town.file()
    taken(nadia)
    borrowed = browser_of("agent", town.nadia, proved=1000)
    for path in (f"{ASK}?etat=toutes", f"{MINE}{Export.objects.get().public_id}/fichier/"):
        answer = borrowed.post(path, {"format": "csv", "identity": "on"})
        assert answer.status_code == 302
        assert "confirmation" in answer.headers["Location"]
    assert Export.objects.count() == 1
    assert AccessLog.objects.filter(action="export", subject__startswith="export:").count() == 2


def test_an_export_is_nobody_elses(town: people.Desk, nadia: Portal) -> None:
    town.file()
    taken(nadia)
    for other in (town.claire, town.helene, town.roger):
        browser = signed_in(other)
        assert download(browser).status_code == 404
        assert browser.post(f"{MINE}{Export.objects.get().public_id}/supprimer/").status_code == 404
        assert "Vous n’avez aucun export" in text_of(browser.get(MINE))
    assert Export.objects.count() == 1


def test_a_role_that_ended_meanwhile_closes_the_file(town: people.Desk, nadia: Portal) -> None:
    other = samples.department("cimetieres", "Cimetières", "population")
    Membership.objects.create(user=town.nadia, department=other, role="agent", title="agente")
    town.file()
    taken(nadia)
    ended = Membership.objects.filter(user=town.nadia, department=town.civil)
    ended.update(ends_on=timezone.localdate() - timedelta(days=1))
    page = download(nadia)
    assert page.status_code == 403
    assert "Vos droits ont changé" in text_of(page)


def test_a_head_who_is_one_no_more_keeps_no_sensitive_answer(town: people.Desk) -> None:
    town.file()
    claire = signed_in(town.claire)
    taken(claire, sensitive="on")
    kept = Export.objects.latest("pk")
    taken(claire)
    Membership.objects.filter(user=town.claire).update(role="agent")
    assert download(claire, kept).status_code == 403
    assert download(claire).status_code == 200


def test_a_role_narrowed_to_another_procedure_closes_the_file(town: people.Desk, nadia: Portal) -> None:
    town.file()
    taken(nadia)
    other = samples.procedure("autre", department=town.civil)
    Membership.objects.filter(user=town.nadia).update(procedures=[str(other.public_id)])
    assert download(nadia).status_code == 403


def test_a_request_given_to_read_leaves_until_it_is_taken_back(town: people.Desk) -> None:
    other = samples.department("cimetieres", "Cimetières", "population")
    guest = people.staff("ines@exemple.fr", "Inès", "Guest", other, "agent")
    case = town.file()
    access = CaseAccess.objects.create(submission=case, department=other, reason="avis")
    browser = signed_in(guest)
    assert references(taken(browser)) == [case.reference]
    log = AccessLog.objects.get(action="export", subject=case.key)
    assert (log.role, log.service) == ("", "Cimetières")
    assert download(browser).status_code == 200
    access.delete()
    assert download(browser).status_code == 403


def test_rights_lost_before_it_is_made_let_nothing_leave(town: people.Desk, nadia: Portal) -> None:
    Membership.objects.create(user=town.nadia, department=town.roads, role="agent", title="agente")
    town.file()
    ask(nadia)
    ended = Membership.objects.filter(user=town.nadia, department=town.civil)
    ended.update(ends_on=timezone.localdate() - timedelta(days=1))
    drain()
    export = Export.objects.get()
    assert (export.state, export.size) == ("failed", None)
    assert stored() == []
    assert download(nadia).status_code == 404


def test_in_another_sector_of_hers_an_export_is_not_there(town: people.Desk, nadia: Portal) -> None:
    Membership.objects.create(user=town.nadia, department=town.roads, role="agent", title="agente")
    town.file()
    taken(nadia)
    nadia.post("/agent/secteur/", {"sector": town.roads.sector_id})
    assert download(nadia).status_code == 404
    assert "Vous n’avez aucun export" in text_of(nadia.get(MINE))
    nadia.post("/agent/secteur/", {"sector": town.civil.sector_id})
    assert download(nadia).status_code == 200


def test_who_works_in_several_sectors_chooses_one_before_she_exports_a_search(town: people.Desk) -> None:
    Membership.objects.create(user=town.nadia, department=town.roads, role="agent", title="agente")
    town.file()
    browser = signed_in(town.nadia)
    for answer in (browser.get(f"{ASK}?q=lefevre"), browser.post(f"{ASK}?q=lefevre", {"format": "csv"})):
        assert answer.headers["Location"].startswith("/agent/secteur/?next=")
    assert Export.objects.count() == 0


# --- What is written down, what is told, what is forgotten -----------------------------------------------------------


def test_asking_and_each_taking_are_written_down(town: people.Desk, nadia: Portal) -> None:
    town.file()
    taken(nadia)
    download(nadia)
    rows = AccessLog.objects.filter(action="export", subject=Export.objects.get().key)
    expected = (town.nadia.key, "agent", "Service État civil")
    assert [(row.actor, row.role, row.service) for row in rows] == [expected] * 3


def test_each_person_sees_that_her_request_was_exported(town: people.Desk, nadia: Portal) -> None:
    case = town.file()
    ask(nadia)
    zoe = Portal()
    zoe.force_login(town.zoe)
    address = f"/demandes/{case.reference}/consultations/"
    assert "a exporté la demande" not in text_of(zoe.get(address))
    drain()
    page = text_of(zoe.get(address))
    assert "Service État civil" in page
    assert "a exporté la demande" in page
    assert "Roussel" not in page


def test_an_auditor_sees_one_line_an_export(town: people.Desk, nadia: Portal) -> None:
    cases = [town.file() for _ in range(3)]
    taken(nadia)
    page = text_of(signed_in(town.paul).get("/agent/acces/?quoi=export"))
    assert page.count("Nadia Roussel") == 3  # asked for and taken once, and her name in the filter
    assert cases[0].reference not in page


def test_what_she_exports_for_her_work_is_not_data_about_her(town: people.Desk, nadia: Portal) -> None:
    town.file()
    taken(nadia)
    assert not own_accesses(town.nadia).filter(action="export").exists()
    record_access("export", f"person:{town.nadia.public_id}", actor=town.nadia.key)
    assert own_accesses(town.nadia).filter(action="export").count() == 1


def test_a_mail_without_content_says_when_it_is_ready(town: people.Desk, nadia: Portal) -> None:
    case = town.file()
    ask(nadia)
    assert not Delivery.objects.filter(purpose="export").exists()
    drain()
    mail = Delivery.objects.get(purpose="export")
    assert (mail.address, mail.subject) == ("nadia@exemple.fr", "Votre export est prêt")
    assert MINE in mail.body
    for word in (case.reference, "Lefèvre", "acte"):
        assert word not in mail.body


def test_after_its_hours_it_is_forgotten(
    town: people.Desk, nadia: Portal, django_capture_on_commit_callbacks: Any
) -> None:
    town.file()
    taken(nadia)
    export = Export.objects.get()
    assert export.done_at is not None
    assert timedelta(hours=31) < export.expires_at - timezone.now() <= timedelta(hours=32)
    Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with django_capture_on_commit_callbacks(execute=True):
        verbs.purge()
    assert Export.objects.count() == 0
    assert stored() == []
    assert download(nadia, export).status_code == 404


def test_a_file_that_is_lost_is_said_to_be(town: people.Desk, nadia: Portal) -> None:
    town.file()
    taken(nadia)
    default_storage.delete(Export.objects.get().place)
    page = download(nadia)
    assert page.status_code == 410
    assert "Le fichier n’est plus là" in text_of(page)


def test_the_desk_shows_how_far_it_is(town: people.Desk, nadia: Portal) -> None:
    town.file()
    ask(nadia)
    assert "en attente de son tour" in text_of(nadia.get(MINE))
    Export.objects.update(state="working", attempts=1, done=250, total=1000)
    assert "en cours : 25 %" in text_of(nadia.get(MINE))
    assert "250 sur 1000" in text_of(nadia.get(MINE))
