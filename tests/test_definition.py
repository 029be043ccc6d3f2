"""A definition: conditions, dates, formats, and faults said in words."""

from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter

from procedures.definition import upgrade, workflow
from procedures.definition.checks import blocking_problems
from procedures.definition.conditions import Condition, applies
from procedures.definition.legal import Delay, add_delay
from procedures.definition.ready import DECISION, DECISION_WITH_PIECES, HANDLING, READY
from procedures.definition.upgrade import DefinitionError, dump, parse
from tests.support import samples

CONDITION: TypeAdapter[Any] = TypeAdapter(Condition)


@pytest.mark.parametrize(
    ("condition", "answers", "holds"),
    [
        ({"field": "a", "value": "x"}, {"a": "x"}, True),
        ({"field": "a", "value": "x"}, {}, False),
        ({"field": "a", "op": "is_not", "value": "x"}, {}, True),
        ({"field": "a", "op": "in", "value": ["x", "y"]}, {"a": "y"}, True),
        ({"field": "a", "op": "includes", "value": "x"}, {"a": ["x", "z"]}, True),
        ({"field": "a", "op": "includes", "value": "x"}, {"a": "x"}, False),
        ({"field": "a", "op": "answered"}, {"a": False}, True),
        ({"field": "a", "op": "answered"}, {"a": []}, False),
        ({"field": "a", "op": "at_least", "value": 3}, {"a": 3}, True),
        ({"field": "a", "op": "at_least", "value": 3}, {"a": "3"}, False),
        ({"field": "a", "op": "at_least", "value": 1}, {"a": True}, False),
        ({"field": "a", "op": "at_most", "value": "2026-01-01"}, {"a": "2025-12-31"}, True),
        ({"all": [{"field": "a", "value": 1}, {"not": {"field": "b", "value": 2}}]}, {"a": 1, "b": 3}, True),
        ({"any": [{"field": "a", "value": 1}, {"field": "b", "value": 2}]}, {"b": 2}, True),
    ],
)
def test_a_condition_over_earlier_answers(condition: Any, answers: Any, holds: bool) -> None:
    assert applies(CONDITION.validate_python(condition), answers) is holds


@pytest.mark.parametrize(
    ("start", "count", "unit", "end"),
    [
        (date(2026, 11, 24), 2, "months", date(2027, 1, 24)),
        (date(2026, 12, 31), 2, "months", date(2027, 2, 28)),
        (date(2027, 12, 31), 2, "months", date(2028, 2, 29)),
        (date(2026, 8, 31), 1, "months", date(2026, 9, 30)),
        (date(2026, 11, 24), 1, "weeks", date(2026, 12, 1)),
        (date(2026, 11, 24), 15, "days", date(2026, 12, 9)),
    ],
)
def test_a_delay_ends_on_the_same_day_of_the_month_or_its_last(start: date, count: int, unit: Any, end: date) -> None:
    """CRPA-22."""
    assert add_delay(start, Delay(count=count, unit=unit)) == end


def test_a_fault_names_its_place_in_words() -> None:
    content = samples.content()
    content["steps"][0]["sections"][0]["fields"][0]["options"] = []
    with pytest.raises(DefinitionError) as caught:
        parse(content)
    assert any("steps “acte” › sections “acte_s” › fields “kind”" in fault for fault in caught.value.faults)


def test_a_condition_on_a_later_question_is_refused() -> None:
    content = samples.content()
    content["steps"][0]["when"] = {"field": "mother", "value": "x"}
    with pytest.raises(DefinitionError, match="aucune question précédente"):
        parse(content)


@pytest.mark.parametrize(
    ("part", "change", "words"),
    [
        ("legal", {"silence_effect": None}, "silence"),
        ("legal", {"remedies": []}, "recours"),
        ("privacy", {"purpose": ""}, "finalité"),
        ("privacy", {"retention_months": None}, "conservation"),
        ("legal", {"financial": True, "silence_effect": "acceptance"}, "L231-4"),
    ],
)
def test_crpa_21_what_the_law_wants_blocks_publication(part: str, change: dict[str, Any], words: str) -> None:
    content = samples.content()
    content[part] = {**content[part], **change}
    assert any(words in str(problem) for problem in blocking_problems(parse(content)))


def test_the_sample_can_be_published() -> None:
    assert blocking_problems(parse(samples.content())) == []


def test_a_definition_survives_its_own_dump() -> None:
    definition = parse(samples.content())
    assert parse(dump(definition)) == definition


def test_an_older_format_is_lifted_on_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(upgrade.LIFTS, 0, lambda old: {**old, "format": 1, "title": old["title"] + " !"})
    assert parse(samples.content(format=0)).title == "Demander un acte !"


def test_an_unknown_format_is_said() -> None:
    with pytest.raises(DefinitionError, match="99"):
        parse(samples.content(format=99))


@pytest.mark.parametrize("name", list(READY))
def test_the_ready_workflows_have_no_fault(name: str) -> None:
    assert list(workflow.check(READY[name])) == []


def test_a_workflow_with_an_unreachable_state_or_no_end_is_refused() -> None:
    ready = HANDLING.model_dump(by_alias=True)
    ready["states"] = [state for state in ready["states"] if state["id"] != "handled"]
    faults = " ".join(workflow.check(workflow.Workflow.model_validate(ready)))
    assert "handled" in faults


def test_pieces_are_asked_for_only_where_they_can_be_sent() -> None:
    known = DECISION_WITH_PIECES.model_dump(by_alias=True)
    known["transitions"] = [one for one in known["transitions"] if one["act"] != "send_pieces"]
    faults = " ".join(workflow.check(workflow.Workflow.model_validate(known)))
    assert "rien ne permet à la personne d’envoyer les pièces" in faults
    for one in known["transitions"]:
        if one["act"] == "ask_pieces":
            one["to"] = "awaiting_citizen"
    faults = " ".join(workflow.check(workflow.Workflow.model_validate(known)))
    assert "elle doit mener à un état qui les attend" in faults


def test_an_agent_cannot_be_the_one_who_decides() -> None:
    ready = DECISION.model_dump(by_alias=True)
    for transition in ready["transitions"]:
        if transition["act"] == "decide":
            transition["role"] = "agent"
    assert any("seul un signataire" in fault for fault in workflow.check(workflow.Workflow.model_validate(ready)))
