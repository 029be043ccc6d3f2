"""The language of conditions and computations, by a table of cases that the browser's script must judge alike."""

from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter

from procedures.definition.analysis import mismatches
from procedures.definition.conditions import applies
from procedures.definition.expressions import evaluate
from procedures.definition.fields import FIELD_TYPES
from procedures.definition.language import Condition, Expression
from procedures.definition.upgrade import DefinitionError, parse
from tests.support import samples
from tests.support.language import CONDITIONS, EXPRESSIONS, TODAY

condition = TypeAdapter[Any](Condition)
expression = TypeAdapter[Any](Expression)
DAY = date.fromisoformat(TODAY)


@pytest.mark.parametrize(("written", "answers", "verdict"), CONDITIONS)
def test_a_condition_holds_or_not(written: Any, answers: dict[str, Any], verdict: bool) -> None:
    assert applies(condition.validate_python(written), answers, DAY) is verdict


@pytest.mark.parametrize(("written", "answers", "value"), EXPRESSIONS)
def test_an_expression_has_its_value(written: Any, answers: dict[str, Any], value: Any) -> None:
    assert evaluate(expression.validate_python(written), answers, DAY) == value


def with_fields(*fields: dict[str, Any]) -> dict[str, Any]:
    """Return a definition with these fields in its first step."""
    content = samples.content()
    content["steps"][0]["sections"][0]["fields"] += fields
    return content


def number_field(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "number", "id": name, "label": name.title(), **more}


def test_a_circle_is_named_link_by_link() -> None:
    content = with_fields(
        number_field("rent", when={"field": "income", "op": "answered"}),
        number_field("income", when={"field": "rent", "op": "answered"}),
    )
    with pytest.raises(DefinitionError, match=r"rent.*→.*income.*→.*rent"):
        parse(content)


def test_a_computed_value_that_reads_itself_or_a_later_answer_is_refused() -> None:
    total = {"type": "computed", "id": "total", "label": "Total", "expression": {"fn": "add", "args": []}}
    for name, words in (("total", "dépend d’elle-même"), ("later", "vient après"), ("nobody", "aucune question")):
        total["expression"] = {"fn": "add", "args": [{"field": name}]}
        with pytest.raises(DefinitionError, match=words):
            parse(with_fields(total, number_field("later")))


@pytest.mark.parametrize(
    ("test", "words"),
    [
        ({"field": "copies", "op": "contains", "value": "a"}, "ne peut pas être comparée"),
        ({"field": "copies", "value": "deux"}, "n’est pas une valeur"),
        ({"field": "kind", "value": "never"}, "ce ne sera jamais vrai"),
        ({"field": "kind", "part": "city", "value": "x"}, "n’a pas de partie"),
        ({"field": "born", "op": "at_least", "value": "bientôt"}, "n’est pas une valeur"),
    ],
)
def test_a_comparison_that_can_never_hold_blocks_publication(test: dict[str, Any], words: str) -> None:
    content = with_fields({"type": "date", "id": "born", "label": "Né le"}, number_field("more", when=test))
    faults = list(mismatches(parse(content)))
    assert len(faults) == 1
    assert words in faults[0][1]
    assert "more" in faults[0][0]


def test_a_condition_is_said_as_a_sentence() -> None:
    definition = parse(with_fields({"type": "date", "id": "born", "label": "Né le"}))
    sentence = definition.say(
        condition.validate_python(
            {
                "all": [
                    {"field": "kind", "value": "full"},
                    {"field": "born", "op": "at_most", "value": "today-18y"},
                    {
                        "left": {"fn": "age", "args": [{"field": "born"}, {"today": ""}]},
                        "op": "less_than",
                        "right": {"value": 65},
                    },
                ]
            }
        )
    )
    sentence = sentence.replace("\u00a0", " ")
    assert "« Type d’acte » est Copie intégrale" in sentence
    assert "« Né le » est au plus tard 18 ans avant aujourd’hui" in sentence
    assert "est sous 65" in sentence


def test_a_condition_on_a_value_that_its_question_cannot_have_is_said_too() -> None:
    for kind, value in (("amount", "beaucoup"), ("decimal", "full"), ("date", True), ("time", "12"), ("choices", 3)):
        field = FIELD_TYPES[kind].sample().model_dump(mode="json", by_alias=True) | {"id": "odd"}
        definition = parse(with_fields(field, number_field("more", when={"field": "odd", "value": value})))
        assert "est" in definition.say(definition.fields["more"].when)


@pytest.mark.parametrize(("number", "places"), [(1.5, 309), (0, 400), (12.5, -400), (1e10, 300), (10**400, 0)])
def test_what_no_double_can_hold_has_no_value(number: float, places: int) -> None:
    rounded = expression.validate_python({"fn": "round", "args": [{"value": number}, {"value": places}]})
    assert evaluate(rounded, {}, DAY) is None


def test_a_number_that_json_cannot_write_is_refused() -> None:
    content = with_fields(number_field("more", when={"field": "copies", "value": float("inf")}))
    with pytest.raises(DefinitionError, match="too large"):
        parse(content)
