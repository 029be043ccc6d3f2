"""Every definition at hand goes from its file to a filed request, through its own pages, with generated answers."""

import json
from datetime import date
from pathlib import Path

import pytest

from accounts.permissions import Actor
from procedures.definition.lookups import Context
from procedures.definition.upgrade import parse
from procedures.interchange import demarches_simplifiees as ds
from procedures.interchange import importing, library, reading
from procedures.lifecycle import working_copy
from procedures.lifecycle.publish import publish
from procedures.models import Procedure
from tests.support import answers, samples
from tests.support.client import Portal
from tests.test_import import FILES, FIXTURES

CATALOGUE = sorted(library.FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("turn", [0, 1])
@pytest.mark.parametrize("path", CATALOGUE, ids=lambda path: path.stem)
def test_a_ready_procedure_is_filed_whatever_the_branch(portal: Portal, path: Path, turn: int) -> None:
    definition = library.read(path)
    home = samples.department(definition.service.replace("_", "-"))
    procedure = Procedure.objects.create(slug="p", title="x", department=home)
    publish(procedure, definition, by=Actor(), reviewed_by="Test", reviewed_on=date(2026, 1, 2))
    submission = answers.file(portal, "p", turn=turn)
    assert answers.unanswered(definition, submission.answer_sets.get().answers) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_imported_file_is_completed_published_shown_and_filed(portal: Portal, path: Path) -> None:
    samples.department()
    [outcome] = importing.load([path], source=ds.SOURCE, department="etat-civil")
    assert not outcome.faults
    procedure = Procedure.objects.get()
    working_copy.save(procedure, samples.completed(json.loads(procedure.working_copy.content)), Actor())
    procedure.refresh_from_db()
    definition = procedure.working_copy.definition
    publish(procedure, definition, by=Actor())
    seen: set[str] = set()
    submission = answers.file(portal, procedure.slug, seen=seen)
    assert seen == {step.id for step in definition.all_steps}
    assert answers.unanswered(definition, submission.answer_sets.get().answers) == []


def test_the_other_answer_of_a_list_asks_for_its_words(portal: Portal) -> None:
    samples.department()
    content = samples.completed(ds.read(reading.read(FIXTURES / "preau.json")).content)
    procedure = Procedure.objects.create(slug="p", title="x", department=samples.department())
    publish(procedure, parse(content), by=Actor())
    sent = answers.file(portal, "p", turn=-1).answer_sets.get().answers
    assert sent["salle"] == "autre_a_preciser"
    assert sent["salle_autre"] == "Exemple"


def test_a_question_that_no_answer_fits_is_said_and_not_passed_over() -> None:
    content = samples.content()
    content["steps"][0]["sections"][0]["fields"] = [
        {"type": "text", "id": "x", "label": "Impossible", "pattern": "[#]{3}", "pattern_reason": "Trois dièses."}
    ]
    content["steps"] = content["steps"][:1]
    field = parse(content).fields["x"]

    class Blank(answers.Page):
        def __init__(self) -> None:
            self.names, self.controls = {"x"}, []

        def offers(self, raw: answers.Raw) -> bool:
            return True

    with pytest.raises(answers.NoAnswer, match="Impossible"):
        answers.answer(field, Blank(), Context(today=date(2026, 11, 24)))


def test_the_cases_from_elsewhere_are_all_there_where_their_folder_is() -> None:
    names = {path.stem for path in FILES}
    assert {"preau", "herissons"} <= names
    assert len(names) in {2, 26}
    assert all(reading.read(path) for path in FILES)
