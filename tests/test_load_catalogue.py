"""The library of procedures: installed once, brought up to date where the town changed nothing, refused in words."""

import io
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.permissions import Actor
from procedures.definition.upgrade import parse
from procedures.interchange.library import FOLDER
from procedures.lifecycle.publish import publish
from procedures.models import Procedure, ProcedureVersion
from tests.support import samples


def write(folder: Path, name: str = "acte", **changes: Any) -> None:
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(samples.content(id=name, **changes), allow_unicode=True))


def run(folder: Path) -> str:
    out = io.StringIO()
    call_command("load_catalogue", folder=folder, stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture
def folder(tmp_path: Path, db: None) -> Path:
    samples.department()
    write(tmp_path)
    return tmp_path


def test_a_file_becomes_a_published_procedure_of_its_department(folder: Path) -> None:
    write(folder, "acte_rare")
    assert "acte.yaml: version 1" in run(folder)
    procedure = Procedure.objects.get(origin_id="acte_rare")
    assert procedure.slug == "acte-rare"
    assert procedure.department.slug == "etat-civil"
    assert procedure.current_version is not None
    assert procedure.current_version.digest == procedure.origin_digest
    assert procedure.is_open


def test_a_second_run_changes_nothing(folder: Path) -> None:
    run(folder)
    run(folder)
    assert ProcedureVersion.objects.count() == 1


def test_a_new_edition_of_an_untouched_procedure_is_published_as_its_next_version(folder: Path) -> None:
    run(folder)
    write(folder, title="Demander un acte, autrement")
    run(folder)
    procedure = Procedure.objects.get()
    assert procedure.title == "Demander un acte, autrement"
    assert procedure.current_version is not None
    assert procedure.current_version.number == 2


def test_what_the_town_changed_is_left_as_it_is(folder: Path) -> None:
    run(folder)
    procedure = Procedure.objects.get()
    publish(procedure, parse(samples.content(title="Notre titre")), by=Actor())
    write(folder, title="Le titre de la bibliothèque")
    run(folder)
    procedure.refresh_from_db()
    assert procedure.title == "Notre titre"
    assert procedure.versions.count() == 2


def test_broken_files_are_refused_with_their_place_and_the_others_go_on(folder: Path) -> None:
    write(folder, "zzz_bon")
    write(folder, "aaa_faux", theme="")
    write(folder, "nulle_part", service="service_absent")
    (folder / "illisible.yaml").write_text("a: [1, 2")
    out = io.StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("load_catalogue", folder=folder, stdout=out, stderr=out)
    assert refusal.value.returncode == 1
    said = out.getvalue()
    assert "aaa_faux.yaml: page de la démarche: choisissez le thème" in said
    assert "service-absent" in said
    assert "illisible.yaml: " in said
    assert set(Procedure.objects.values_list("origin_id", flat=True)) == {"acte", "zzz_bon"}


def test_an_address_already_taken_is_refused(folder: Path) -> None:
    samples.procedure("acte", id="un_autre")
    with pytest.raises(CommandError):
        run(folder)
    assert Procedure.objects.filter(origin_id="acte").count() == 0


def test_a_law_to_review_is_installed_unpublished_outside_the_demonstration(folder: Path, settings: Any) -> None:
    legal = {**samples.content()["legal"], "review": "needed"}
    write(folder, legal=legal)
    settings.DEMO_MODE = False
    run(folder)
    procedure = Procedure.objects.get()
    assert procedure.current_version is None
    assert not procedure.is_open
    settings.DEMO_MODE = True
    run(folder)
    procedure.refresh_from_db()
    assert procedure.current_version is not None


@pytest.mark.django_db
def test_every_ready_procedure_is_installed_in_the_demonstration(settings: Any) -> None:
    settings.DEMO_MODE = True
    files = list(FOLDER.glob("*.yaml"))
    for slug in {read_service(path) for path in files}:
        samples.department(slug.replace("_", "-"))
    run(FOLDER)
    assert Procedure.objects.open().count() == len(files)


def read_service(path: Path) -> str:
    service: str = yaml.safe_load(path.read_text(encoding="utf-8"))["service"]
    return service
