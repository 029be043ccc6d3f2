"""The script of form pages: the same verdicts as the server, on the shared table and on anything one can write."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page
from pydantic import TypeAdapter, ValidationError

from procedures.definition.conditions import applies
from procedures.definition.expressions import evaluate
from procedures.definition.language import Condition, Expression
from tests.support.language import CONDITIONS, EXPRESSIONS, TODAY
from tests.support.servers import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

SCRIPT = (ROOT / "static" / "js" / "form.js").read_text(encoding="utf-8")
VERDICTS = "cases => cases.map(([what, answers, day]) => portail.applies(what, answers, day))"
VALUES = "cases => cases.map(([what, answers, day]) => portail.evaluate(what, answers, day) ?? null)"
DAY = date.fromisoformat(TODAY)
condition = TypeAdapter[Any](Condition)
expression = TypeAdapter[Any](Expression)

TEXTS = st.text(alphabet="aàéEßİĲœ’ 0\u0301\ufb01\U0001f600\uffee", max_size=6)
DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31)).map(date.isoformat)
RELATIVE = st.tuples(st.sampled_from("+-"), st.integers(0, 400), st.sampled_from("dwmy")).map(
    lambda parts: f"today{parts[0]}{parts[1]}{parts[2]}"
)
NUMBERS = st.one_of(st.integers(-(10**6), 10**6), st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 3)))
SCALARS = st.one_of(TEXTS, DAYS, NUMBERS, st.booleans(), st.just("today"), RELATIVE)
NAMES = st.sampled_from(["a", "b", "rows", "place"])
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "a": st.one_of(st.none(), SCALARS, st.lists(TEXTS, max_size=3)),
        "b": st.one_of(st.none(), SCALARS),
        "place": st.fixed_dictionaries({"city": TEXTS}),
        "rows": st.lists(st.fixed_dictionaries({}, optional={"b": SCALARS}), max_size=3),
    },
)
_COMPARED = st.sampled_from(
    ["is", "is_not", "includes", "excludes", "at_least", "at_most", "more_than", "less_than", "contains", "starts_with"]
)
TESTS = st.one_of(
    st.fixed_dictionaries(
        {"field": NAMES, "op": _COMPARED, "value": SCALARS}, optional={"part": st.sampled_from(["city", "no"])}
    ),
    st.fixed_dictionaries(
        {"field": NAMES, "op": st.sampled_from(["in", "not_in"]), "value": st.lists(SCALARS, min_size=1, max_size=3)}
    ),
    st.fixed_dictionaries({"field": NAMES, "op": st.sampled_from(["answered", "empty"])}),
)
ATOMS = st.one_of(
    st.fixed_dictionaries({"field": NAMES}, optional={"part": st.sampled_from(["city", "no"])}),
    st.fixed_dictionaries({"value": SCALARS}),
    st.fixed_dictionaries({"today": st.sampled_from(["", "+3d", "-18y", "2m"])}),
)
FUNCTIONS = st.sampled_from(
    ["add", "subtract", "multiply", "divide", "least", "most", "round", "floor", "join", "age", "days_between", "year"]
)


def _grow(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.fixed_dictionaries({"fn": FUNCTIONS, "args": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"shift": inner, "by": st.sampled_from(["1d", "-3w", "+5m", "-1y"])}),
        st.fixed_dictionaries({"if": TESTS, "then": inner, "else": inner}),
        st.fixed_dictionaries({"count": NAMES}, optional={"where": TESTS}),
        st.fixed_dictionaries(
            {"over": NAMES, "fn": st.sampled_from(["sum", "least", "most"]), "of": inner}, optional={"where": TESTS}
        ),
    )


VALUES_WRITTEN = st.recursive(ATOMS, _grow, max_leaves=5)
COMPARES = st.one_of(
    st.fixed_dictionaries({"left": VALUES_WRITTEN, "op": _COMPARED, "right": VALUES_WRITTEN}),
    st.fixed_dictionaries({"left": VALUES_WRITTEN, "op": st.sampled_from(["answered", "empty"])}),
)
WRITTEN = st.recursive(
    st.one_of(TESTS, COMPARES),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=4,
)
MANY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def blank(browser: Any) -> Any:
    """Return an empty page that holds the script alone."""
    page = browser.new_page()
    page.add_script_tag(content=SCRIPT)
    yield page
    page.close()


def test_the_script_judges_the_shared_table_as_the_server_does(blank: Page) -> None:
    found = blank.evaluate(VERDICTS, [[what, answers, TODAY] for what, answers, _ in CONDITIONS])
    wrong = [(case[0], case[2]) for case, verdict in zip(CONDITIONS, found, strict=True) if verdict is not case[2]]
    assert not wrong
    values = blank.evaluate(VALUES, [[what, answers, TODAY] for what, answers, _ in EXPRESSIONS])
    odd = [(case[0], case[2], value) for case, value in zip(EXPRESSIONS, values, strict=True) if value != case[2]]
    assert not odd


def dumped(node: Any) -> Any:
    """Return a node as the page receives it."""
    return json.loads(node.model_dump_json(by_alias=True, exclude_none=True))


@MANY
@given(st.lists(st.tuples(WRITTEN, ANSWERS), min_size=20, max_size=40))
def test_the_script_and_the_server_never_disagree_on_a_condition(blank: Page, cases: list[tuple[Any, Any]]) -> None:
    parsed = [(condition.validate_python(what), answers) for what, answers in cases if _valid(condition, what)]
    expected = [applies(node, answers, DAY) for node, answers in parsed]
    found = blank.evaluate(VERDICTS, [[dumped(node), answers, TODAY] for node, answers in parsed])
    wrong = [
        (dumped(node), answers, want, got)
        for (node, answers), want, got in zip(parsed, expected, found, strict=True)
        if want is not got
    ]
    assert not wrong


@MANY
@given(st.lists(st.tuples(VALUES_WRITTEN, ANSWERS), min_size=20, max_size=40))
def test_the_script_and_the_server_never_disagree_on_a_value(blank: Page, cases: list[tuple[Any, Any]]) -> None:
    parsed = [(expression.validate_python(what), answers) for what, answers in cases if _valid(expression, what)]
    expected = [evaluate(node, answers, DAY) for node, answers in parsed]
    found = blank.evaluate(VALUES, [[dumped(node), answers, TODAY] for node, answers in parsed])
    wrong = [
        (dumped(node), answers, want, got)
        for (node, answers), want, got in zip(parsed, expected, found, strict=True)
        if want != got or isinstance(want, bool) is not isinstance(got, bool)
    ]
    assert not wrong


def _valid(adapter: TypeAdapter[Any], written: Any) -> bool:
    try:
        adapter.validate_python(written)
    except ValidationError:
        return False
    return True
