"""The register of processing (RGPD-01): one line a published procedure, read from it, never invented."""

import json
import zipfile
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from exchange import register
from procedures.models import Procedure
from tests.support import people, samples
from tests.support.client import Portal, close_files
from tests.support.people import Desk
from tests.support.queries import count_queries
from tests.test_desk import text_of


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


def admin(desk: Desk) -> Portal:
    browser = Portal()
    browser.force_login(people.staff("ines@exemple.fr", "Inès", "Duval", desk.civil, "town_admin"))
    return browser


def test_a_line_says_what_the_procedure_does_with_data(desk: Desk) -> None:
    line = next(one for one in register.treatments() if one.procedure == desk.procedure.slug)
    assert line.title == "Demander un acte"
    assert line.controller_siret == "21990001500012"
    assert "dpo@val-de-brume.example" in line.dpo
    assert line.purpose == "Délivrer l’acte."
    assert line.basis.startswith("Mission d’intérêt public")
    assert "le service État civil" in line.recipients
    assert "Demande : 24 mois après sa fin" in line.retention
    assert "Fichiers et justificatifs : Livret de famille" in line.categories
    assert line.sensitive == "Chose sensible"


def test_what_nobody_said_is_left_to_be_completed(desk: Desk) -> None:
    line = register.treatments()[0]
    assert line.transfers == "à compléter"
    assert "Transferts hors de l’Union européenne" in line.missing()


def test_a_procedure_that_was_never_published_is_not_in_it(desk: Desk) -> None:
    Procedure.objects.filter(pk=desk.procedure.pk).update(current_version=None)
    assert desk.procedure.slug not in {one.procedure for one in register.treatments()}


def test_an_administrator_reads_and_takes_the_register_of_her_departments(desk: Desk) -> None:
    samples.procedure("voirie", department=desk.roads, id="voirie", title="Signaler un trou")
    portal = admin(desk)
    page = text_of(portal.get("/atelier/registre/"))
    assert "Demander un acte" in page
    assert "Signaler un trou" not in page
    answer: Any = portal.get("/atelier/registre/registre.json")
    said = json.loads(b"".join(answer.streaming_content))
    close_files(answer)
    assert [one["title"] for one in said["treatments"]] == ["Demander un acte"]
    assert said["town"] == "Val-de-Brume"
    answer = portal.get("/atelier/registre/registre.ods")
    content = b"".join(answer.streaming_content)
    close_files(answer)
    with zipfile.ZipFile(BytesIO(content)) as book:
        assert book.read("mimetype") == b"application/vnd.oasis.opendocument.spreadsheet"
        sheet = book.read("content.xml").decode()
    assert "Demander un acte" in sheet
    assert "Délivrer l’acte." in sheet


def test_an_agent_is_refused(desk: Desk) -> None:
    portal = Portal()
    portal.force_login(desk.nadia)
    assert portal.get("/atelier/registre/").status_code == 403
    assert portal.get("/atelier/registre/registre.ods").status_code == 403


def test_an_empty_register_says_so(desk: Desk) -> None:
    portal = admin(desk)
    Procedure.objects.update(current_version=None)
    assert "le registre est vide" in text_of(portal.get("/atelier/registre/"))


def test_thirty_procedures_cost_as_many_queries_as_one(desk: Desk) -> None:
    portal = admin(desk)
    little = count_queries(portal, "/atelier/registre/")
    for number in range(30):
        samples.procedure(f"p{number}", department=desk.civil, id=f"p{number}")
    assert count_queries(portal, "/atelier/registre/") == little


def test_the_command_writes_both_formats(desk: Desk, tmp_path: Path) -> None:
    out = StringIO()
    call_command("register", stdout=out)
    assert json.loads(out.getvalue())["format"] == 1
    call_command("register", "--format", "ods", "--output", str(tmp_path / "r.ods"), stdout=out)
    assert zipfile.is_zipfile(tmp_path / "r.ods")
    with pytest.raises(CommandError, match="--output"):
        call_command("register", "--format", "ods")
    with pytest.raises(CommandError):
        call_command("register", "--output", str(tmp_path / "none" / "r.json"))
