"""What holds for any form and anything posted to it, not only for what somebody thought of."""

import copy
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.permissions import Actor
from procedures.definition import limits
from procedures.definition import trace as walking
from procedures.definition.base import Answers
from procedures.definition.conditions import applies
from procedures.definition.document import ProcedureDefinition, Step
from procedures.definition.fields import FIELD_TYPES, Field
from procedures.definition.lookups import Context
from procedures.definition.places import EmbeddedLookups
from procedures.definition.questions import QuestionsForm
from procedures.definition.step_form import StepForm
from procedures.definition.trace import EMPTY, trace
from procedures.definition.upgrade import DefinitionError, canonical, dump, parse
from procedures.filing.forms import querydict, raw_of
from procedures.filing.live import payload
from procedures.interchange import importing
from procedures.lifecycle import working_copy
from tests.support import samples
from tests.support.definitions import Known, conditions, definitions
from tests.test_interchange_properties import VALUES, nodes

DAY = date(2026, 11, 24)
FILE = {"id": "5f0c", "name": "piece.pdf", "size": 12, "type": "application/pdf", "sha256": "ab"}
# Any alphabet and any mark, null characters included; then what is near a good answer, and what is far too long.
JUNK = (
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
    | st.sampled_from(
        ["", "0", "-1", "3", "29", "2024", "٣", "９９９", "1e999", "on", "yes", "today", "\u202e", "\x00", "🙂"]
    )
    | st.sampled_from(["é" * 10_000, "9" * 5_000, "a-" * 3_000, "[" * 2_000])
)
SUFFIXES = (
    "",
    "-1",
    "-2",
    "-row",
    "-day",
    "-month",
    "-year",
    "-text",
    "-value",
    "-pick",
    "-country",
    "-street",
    "-kept",
)
many = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def example(field: Field, name: str) -> dict[str, list[str]]:
    """Return the good answer of the type under the question's name; for a group, two rows of good answers."""
    if field.inner():
        found: dict[str, list[str]] = {f"{name}-row": ["1", "3"]}
        for child in field.inner():
            for row in (1, 3):
                found |= example(child, f"{name}-{row}-{child.id}")
        return found
    raw = type(field).example()[0]
    return {
        name + key.removeprefix("q"): value if isinstance(value, list) else [value]
        for key, value in raw.items()
        if key.partition("-")[0] == "q"
    }


@st.composite
def posts(draw: Any, step: Step) -> dict[str, list[str]]:
    """Draw what may come from a browser, or from anything that speaks to us as one would."""
    raw: dict[str, list[str]] = {}
    for field in step.fields:
        good = example(field, field.id) if draw(st.integers(0, 4)) else {}
        raw |= good
        for name in draw(st.sets(st.sampled_from([*good, *(field.id + suffix for suffix in SUFFIXES)]), max_size=3)):
            raw[name] = draw(st.lists(JUNK, max_size=3))
        for name in draw(st.sets(st.sampled_from([*good, ""]), max_size=1)):
            raw.pop(name, None)
    return raw


def stored(field: Field) -> Any:
    """Return the good answer of the type as it is stored."""
    if field.inner():
        return [{"row": row, **{child.id: stored(child) for child in field.inner()}} for row in (1, 3)]
    return type(field).example()[1]


@st.composite
def answered(draw: Any, definition: ProcedureDefinition) -> Answers:
    """Draw answers to some questions, those that are hidden included."""
    found = {}
    for field in definition.fields.values():
        if field.asked and draw(st.integers(0, 4)):
            found[field.id] = draw(st.sampled_from([stored(field), None]))
    return found


def context(definition: ProcedureDefinition, answers: Answers, step: Step) -> Context:
    """Return what the wizard gives the form of a step."""
    own = {field.id for field in step.fields}
    before = {name: value for name, value in definition.kept(answers).items() if name not in own}
    files = {field.id: [FILE] for field in step.fields if field.type == "file"}
    return Context(today=DAY, answers=before, lookups=EmbeddedLookups(), files=files, say=definition.say)


def is_serialisable(value: Any) -> bool:
    """Say whether both databases keep a value."""
    text = json.dumps(value, allow_nan=False, ensure_ascii=False)
    text.encode()
    return "\\u0000" not in text


def check(field: Field, value: Any, around: Context) -> None:
    """Ask a question all that is asked of an accepted answer."""
    assert is_serialisable(value)
    assert isinstance(field.display(value), str)
    assert all(isinstance(name, str) and isinstance(text, str) for name, text in field.entries(value))
    columns = field.export(value)
    assert len(columns) == len(field.export_columns())
    assert all(one is None or isinstance(one, (str, int, float, bool)) for one in columns)
    assert all(isinstance(term, str) for term in field.search_terms(value))
    assert all(isinstance(words, str) for words in field.warnings(value, around))
    assert isinstance(field.still_valid(value, around), str)
    assert field.files(value) is not None
    field.facet(value)
    field.to_initial(value)


@many
@given(st.data())
def test_anything_posted_to_a_step_is_kept_or_refused_at_a_question_of_the_step(data: st.DataObject) -> None:
    definition = parse(data.draw(definitions()))
    answers = data.draw(answered(definition))
    for step in definition.steps:
        raw = data.draw(posts(step))
        form = StepForm(step=step, context=context(definition, answers, step), data=querydict(raw))
        questions = {field.id: field for field in step.fields}
        if form.is_valid():
            assert set(form.json) <= set(questions)
        else:
            assert set(form.errors) <= set(questions)
            assert all(len(str(message)) > 5 for errors in form.errors.values() for message in errors)
        for name, value in form.json.items():
            check(questions[name], value, form.context)
        drawn = form.sections()
        asked = [name for name in form.fields if questions[name].asked]
        assert [name for name in asked if f'"f-{name}' not in drawn and f'name="{name}' not in drawn] == []
        json.dumps(payload(step, form.context), allow_nan=False)
        answers |= form.json
        kept = definition.kept(answers)
        assert is_serialisable(kept)
        shown(definition, step, form, kept)


def shown(definition: ProcedureDefinition, step: Step, form: StepForm, kept: Answers) -> None:
    """Draw the step again: with what was typed, then with what was kept."""
    typed = querydict(raw_of(form))
    again = {field.id: field.form_field().widget.value_from_datadict(typed, {}, field.id) for field in step.fields}
    known = {field.id: field.to_initial(kept[field.id]) for field in step.fields if field.id in kept}
    for initial in (again, known):
        around = Context(today=DAY, answers=dict(kept), lookups=EmbeddedLookups(), say=definition.say)
        StepForm(step=step, context=around, initial=initial).sections()


def walked(definition: ProcedureDefinition, answers: Answers) -> Iterator[tuple[str, Any, bool]]:
    """Walk a definition in the plainest way: each question that applies, its answer, whether one is missing."""
    kept: Answers = {}
    for step in definition.all_steps:
        if not applies(step.when, kept, DAY):
            continue
        for section in step.sections:
            if not applies(section.when, kept, DAY):
                continue
            for field in section.fields:
                if not applies(field.when, kept, DAY):
                    continue
                value = None
                if field.derived:
                    value = field.derive(kept, DAY)
                elif field.asked and field.id in answers:
                    value = field.kept(answers[field.id], kept, DAY)
                if (field.derived and value is not None) or (field.asked and field.id in answers):
                    kept[field.id] = value
                unanswered = field.id not in answers or (value in EMPTY and field.needs(kept, DAY))
                yield field.id, kept.get(field.id), field.asked and unanswered


@many
@given(st.data())
def test_a_walk_keeps_what_applies_and_a_second_walk_changes_nothing(data: st.DataObject) -> None:
    definition = parse(data.draw(definitions()))
    answers = data.draw(answered(definition))
    found = trace(definition, answers, DAY)
    plain = list(walked(definition, answers))
    nodes = [(here, node) for here in found.steps for _section, node in here.nodes]
    assert [node.id for _here, node in nodes] == [name for name, _value, _missing in plain]
    assert found.kept == {name: value for name, value, _missing in plain if name in found.kept}
    assert {name for name, value, _missing in plain if value is not None} <= set(found.kept)
    missing = {
        here.step.id for (here, _node), (_name, _value, is_missing) in zip(nodes, plain, strict=True) if is_missing
    }
    assert {here.step.id for here in found.steps if not here.done} == missing
    assert list(found.kept) == [field.id for _step, _section, field in definition.sent(found.kept)]
    again = trace(definition, found.kept, DAY)
    assert (again.kept, [here.step.id for here in again.steps]) == (found.kept, [here.step.id for here in found.steps])


@st.composite
def linked(draw: Any) -> ProcedureDefinition:
    """Draw a definition of short steps whose conditions, at every level, read whether earlier questions are answered."""
    known: list[str] = []

    def condition() -> dict[str, Any]:
        name, op = draw(st.sampled_from(known)), draw(st.sampled_from(["answered", "empty"]))
        if name == "rows":
            held = {"count": "rows", "where": {"field": "inner", "op": "is", "value": "x"}}
            return {"left": held, "op": draw(st.sampled_from(["more_than", "less_than"])), "right": {"value": 1}}
        return {"field": name, "op": op, "value": None}

    def seldom(node: dict[str, Any], *names: str) -> dict[str, Any]:
        return node | {name: condition() for name in names if known and draw(st.integers(0, 1)) == 0}

    steps: list[dict[str, Any]] = []
    for number in range(6):
        fields = [seldom({"type": "text", "id": f"q{number}", "label": "Mot"}, "when", "required_when")]
        inner = {"type": "text", "id": "inner", "label": "Mot"}
        if number == 1:
            fields.append({"type": "group", "id": "rows", "label": "Rangs", "row_label": "Rang", "fields": [inner]})
        section = seldom({"id": f"part{number}", "fields": fields}, "when")
        page = seldom({"id": f"page{number}", "title": "Page", "question": "Quoi ?", "sections": [section]}, "when")
        known += [field["id"] for field in fields]
        steps.append(page | {"stops": [{"id": f"stop{number}", "title": "Non", "text": "Non.", "when": condition()}]})
    return parse(samples.content(steps=steps))


@many
@given(st.data())
def test_a_walk_that_follows_others_finds_what_a_walk_from_the_start_finds(data: st.DataObject) -> None:
    definition = data.draw(linked() | definitions().map(parse))
    last, answers = None, data.draw(answered(definition))
    for _change in range(6):
        last = trace(definition, answers, DAY, since=last)
        assert last == trace(definition, answers, DAY)
        field = data.draw(st.sampled_from([field for field in definition.fields.values() if field.asked]))
        answers = {name: value for name, value in answers.items() if name != field.id}
        rows = [{"row": 1, "inner": "x"}, {"row": 2, "inner": "x"}]
        if data.draw(st.booleans()):
            answers |= {field.id: data.draw(st.sampled_from([rows, rows[:1]])) if field.id == "rows" else stored(field)}


def test_an_answer_walks_again_only_the_steps_that_it_may_change(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[dict[str, Any]] = [
        {
            "id": f"page_{number}",
            "title": "Page",
            "question": "Quoi ?",
            "sections": [{"id": f"part_{number}", "fields": [{"type": "text", "id": f"q{number}", "label": "Mot"}]}],
        }
        for number in range(30)
    ]
    steps[20]["when"] = {"field": "q4", "op": "is", "value": "oui"}
    definition = parse(samples.content(steps=steps))
    walks: list[str] = []
    original = walking._walk

    def walk(step: Step, *rest: Any) -> walking.StepTrace:
        walks.append(step.id)
        return original(step, *rest)

    monkeypatch.setattr(walking, "_walk", walk)
    first = trace(definition, {f"q{number}": "non" for number in range(30)}, DAY)
    walks.clear()
    assert trace(definition, first.answers, DAY, since=first).step("page_20") is None
    assert walks == []
    again = trace(definition, first.answers | {"q4": "oui"}, DAY, since=first)
    assert walks == ["page_4", "page_20"]
    assert again.step("page_20") is not None
    # Another day changes what any condition on dates says.
    walks.clear()
    trace(definition, again.answers, DAY + timedelta(days=1), since=again)
    assert len(walks) == len(definition.all_steps)


@many
@given(st.data())
def test_what_was_published_is_read_again_as_it_was(data: st.DataObject) -> None:
    definition = parse(data.draw(definitions()))
    assert parse(json.loads(canonical(dump(definition))), published=True) == definition


@many
@given(st.data())
def test_any_condition_is_said(data: st.DataObject) -> None:
    definition = parse(data.draw(definitions()))
    known: Known = {
        field.id: [inner.id for inner in field.inner()] for step in definition.steps for field in step.fields
    }
    step = {"id": "last", "title": "x", "question": "x", "when": data.draw(conditions(known))}
    asked = {"id": "last_s", "fields": [{"type": "text", "id": "last_q", "label": "x"}]}
    whole = parse({**json.loads(definition.model_dump_json(by_alias=True)), "steps": [
        *json.loads(definition.model_dump_json(by_alias=True))["steps"], {**step, "sections": [asked]}
    ]})  # fmt: skip
    assert len(whole.say(whole.steps[-1].when)) > 3
    for traced in whole.trace({}).steps:
        assert traced.step.id


@st.composite
def offered(draw: Any, field: Field) -> Any:
    """Draw what a partner may send for a question: any JSON, or a good answer with one place of it changed."""
    strange = VALUES | st.sampled_from(["\x00", "\ud800", 10**400, float("inf"), {"value": None}, [{"row": 1}]])
    value = copy.deepcopy(stored(field))
    places = nodes(value)
    if not places or not draw(st.booleans()):
        return draw(strange)
    container, key = draw(st.sampled_from(places))
    container[key] = draw(strange)
    return value


@settings(many, max_examples=300)
@given(st.data())
def test_whatever_a_partner_offers_is_refused_or_can_be_drawn_and_kept(data: st.DataObject) -> None:
    field = FIELD_TYPES[data.draw(st.sampled_from([name for name, kind in FIELD_TYPES.items() if kind.asked]))].sample()
    value = data.draw(offered(field))
    if not field.can_show(value):
        return
    assert is_serialisable(value)
    form = QuestionsForm(
        questions=[field],
        context=Context(today=DAY, lookups=EmbeddedLookups()),
        initial={field.id: field.to_initial(value)},
    )
    assert form.draw([field])


@pytest.mark.parametrize("kind", [name for name, kind in FIELD_TYPES.items() if kind.asked])
def test_a_good_answer_may_be_offered(kind: str) -> None:
    field = FIELD_TYPES[kind].sample()
    assert field.can_show(stored(field))


def nested(kind: str, levels: int) -> Any:
    """Return a condition or a computed value that holds itself ``levels`` times."""
    test: Any = {"field": "kind", "value": "full"}
    value: Any = {"value": 1} if kind in {"fn", "shift", "else"} else test
    for _ in range(levels - 1):
        value = {
            "not": {"not": value},
            "all": {"all": [value]},
            "fn": {"fn": "add", "args": [value]},
            "shift": {"shift": value, "by": "1d"},
            "else": {"if": test, "then": {"value": 1}, "else": value},
            "left": {"left": {"if": value, "then": {"value": 1}, "else": {"value": 1}}, "right": {"value": 1}},
        }[kind]
    return value


@pytest.mark.parametrize("levels", [limits.CONDITION_DEPTH + 1, 10_000])
@pytest.mark.parametrize("kind", ["not", "all", "fn", "shift", "else", "left"])
def test_what_is_nested_deep_is_refused_with_words_wherever_it_enters(
    kind: str, levels: int, tmp_path: Path, db: None
) -> None:
    found = nested(kind, levels)
    content = samples.content()
    section = content["steps"][0]["sections"][0]
    if kind in {"fn", "shift", "else"}:
        section["fields"].append({"type": "computed", "id": "deep", "label": "x", "expression": found})
    else:
        section["fields"].append({"type": "text", "id": "deep", "label": "x", "required_when": found})
    with pytest.raises(DefinitionError, match=r"nested|deep"):
        parse(content)
    procedure = samples.procedure("profond")
    with pytest.raises(DefinitionError, match=r"nested|deep"):
        working_copy.save(procedure, content, Actor())
    text = written(content)
    for suffix in (".json", ".yaml"):
        (tmp_path / f"deep{suffix}").write_text(text)
        (outcome,) = importing.load([tmp_path / f"deep{suffix}"])
        assert any("nested" in fault or "imbriqué" in fault for fault in outcome.faults), outcome.faults


def written(value: Any) -> str:
    """Write JSON of any depth, which the standard library cannot."""
    parts: list[str] = []
    waiting: list[Any] = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, tuple):
            parts.append(one[0])
        elif isinstance(one, dict):
            parts.append("{")
            items = [[(f'{"," if place else ""}"{name}":',), inner] for place, (name, inner) in enumerate(one.items())]
            waiting += [("}",), *(part for item in reversed(items) for part in reversed(item))]
        elif isinstance(one, list):
            parts.append("[")
            waiting += [
                ("]",),
                *(part for place, inner in reversed(list(enumerate(one))) for part in (inner, ("," if place else "",))),
            ]
        else:
            parts.append(json.dumps(one))
    return "".join(parts)
