"""How long a procedure takes: the author's figure, else an estimate from the questions, and advice between the two."""

import io
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command

from procedures.definition import estimate
from procedures.definition.advice import advice
from procedures.definition.checks import blocking_problems
from procedures.definition.document import ProcedureDefinition
from procedures.definition.fields import FIELD_TYPES
from procedures.definition.upgrade import parse
from procedures.interchange import library
from tests.support import samples
from tests.support.client import Portal, page_of

UNTYPED = {"group", "explanation"}  # counted by their rows and by their words


def asking(*fields: dict[str, Any], identification: str = "none", **parts: Any) -> ProcedureDefinition:
    section = {"id": "s", "fields": [{"label": "x", **field} for field in fields]}
    step = {"id": "p", "title": "x", "question": "x", "sections": [section], **parts.pop("step", {})}
    first = {"id": "before", "title": "x", "question": "x", "sections": [{"id": "b", "fields": [GATE]}]}
    steps = [first, step] if "when" in str(fields) + str(step) else [step]
    return parse(samples.content(steps=steps, applicant={"identification": identification}, **parts))


GATE = {"type": "heading", "id": "gate", "label": "x", "required": False}
IF = {"field": "gate", "op": "answered"}


def files(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"type": "file", "id": f"f{number}", **more} for number in range(count)]


def test_each_type_has_a_time_and_every_time_a_type() -> None:
    assert set(FIELD_TYPES) - UNTYPED <= set(estimate.SECONDS)
    assert estimate.SECONDS["file"] == max(estimate.SECONDS.values()) > estimate.SECONDS["text"]


def test_minutes_are_whole_rounded_up_and_never_none() -> None:
    assert estimate.minutes(asking({"type": "heading", "id": "h", "required": False})) == 1
    assert estimate.minutes(asking({"type": "placeholder", "id": "h", "source_type": "x"})) == 1
    assert estimate.minutes(asking(*files(2))) == 3
    assert estimate.minutes(asking(*files(2), {"type": "yes_no", "id": "y"})) == 4


def test_what_only_some_answers_open_counts_by_half_once() -> None:
    assert estimate.minutes(asking(*files(4))) == 6
    # The page before, on which the condition stands, takes two seconds.
    assert estimate.minutes(asking(*files(4, when=IF))) == 4
    assert estimate.minutes(asking(*files(4), step={"when": IF})) == 4
    assert estimate.minutes(asking(*files(4, when=IF), step={"when": IF})) == 4


def test_a_group_counts_its_least_rows_one_at_least() -> None:
    group: dict[str, Any] = {
        "type": "group",
        "id": "g",
        "row_label": "Pièce",
        "required": False,
        "fields": [
            {"type": "yes_no", "id": "y", "label": "x"},
            {"type": "file", "id": "f", "label": "x", "when": {"field": "y", "value": True}},
        ],
    }
    once = estimate.SECONDS["yes_no"] + estimate.SECONDS["file"] / 2
    for minimum, rows in ((0, 1), (1, 1), (3, 3)):
        field = asking({**group, "minimum": minimum}).fields["g"]
        assert estimate.seconds(field) == rows * once


def test_an_explanation_takes_the_time_of_its_words() -> None:
    text = " ".join(["mot"] * 200)
    assert estimate.seconds(asking({"type": "explanation", "id": "e", "text": text}).fields["e"]) == 60


def test_the_step_of_the_applicant_is_counted() -> None:
    alone = estimate.minutes(asking(*files(2)))
    assert alone < estimate.minutes(asking(*files(2), identification="optional"))
    assert estimate.minutes(asking(*files(2), identification="optional")) < estimate.minutes(
        asking(*files(2), identification="full")
    )


def test_a_definition_without_a_figure_can_be_published() -> None:
    assert blocking_problems(parse(samples.content(minutes=None))) == []


@pytest.mark.parametrize(("minutes", "advised"), [(None, 0), (1, 1), (2, 0), (4, 0), (12, 0), (13, 1)])
def test_a_figure_far_from_the_estimate_is_worth_another_look_and_blocks_nothing(
    minutes: int | None, advised: int
) -> None:
    definition = asking(*files(2), {"type": "time", "id": "t"}, {"type": "time", "id": "u"}, minutes=minutes)
    assert estimate.minutes(definition) == 4
    found = advice(definition)
    assert len(found) == advised
    assert blocking_problems(definition) == []
    if found:
        assert f"{minutes} minute" in str(found[0])
        assert "environ 4 minutes" in str(found[0])


@pytest.mark.parametrize("path", sorted(library.FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_figure_of_a_ready_procedure_agrees_with_its_questions(path: Path) -> None:
    assert [str(one) for one in advice(library.read(path))] == []


@pytest.mark.django_db
def test_the_command_gives_the_advice_after_what_blocks(tmp_path: Path) -> None:
    path, out = tmp_path / "acte.yaml", io.StringIO()
    path.write_text(yaml.safe_dump(samples.content(minutes=90, cost=""), allow_unicode=True), encoding="utf-8")
    call_command("procedure", "validate", path, stdout=out)
    lines = out.getvalue().splitlines()
    assert ["coûte" in line for line in lines] == [False, True, False]
    assert "à revoir" in lines[2]
    assert "90 minutes" in lines[2]


@pytest.mark.parametrize(("minutes", "words"), [(5, "5 minutes"), (1, "1 minute"), (None, "environ 4 minutes")])
def test_the_pages_say_the_figure_of_the_author_else_the_estimate(
    portal: Portal, minutes: int | None, words: str
) -> None:
    samples.procedure(minutes=minutes)
    facts = page_of(portal.get("/demarches/acte/")).find_all("dd")
    assert words in [fact.text.strip() for fact in facts]
    for path in ("/", "/demarches/"):
        rows = [item.text for item in page_of(portal.get(path)).find_all("li") if "Demander un acte" in item.text]
        assert rows
        assert any(row.endswith(f"{words}, Gratuit") for row in rows)
