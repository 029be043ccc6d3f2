"""What holds for any definition and any descriptor, not only for those that somebody thought of."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procedures.definition.upgrade import canonical, dump, parse
from procedures.interchange import demarches_simplifiees as ds
from procedures.interchange import reading, writing
from procedures.interchange.demarches_simplifiees.descriptors import questions_of, root_of
from tests.support.definitions import definitions
from tests.test_import import FIXTURES

RAW = [json.loads((FIXTURES / name).read_text()) for name in ("preau.json", "herissons.json")]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)


@settings(max_examples=60, deadline=None)
@given(definitions())
def test_any_definition_comes_back_from_its_file_as_it_was(content: dict[str, Any]) -> None:
    definition = parse(content)
    for form in ("yaml", "json"):
        written = writing.write(definition, form)
        again = parse(reading.loads(written, as_json=form == "json"))
        assert canonical(dump(again)) == canonical(dump(definition))
        assert writing.write(again, form) == written


def nodes(value: Any) -> list[tuple[Any, Any]]:
    """Return every place of a document: its container, and the key or the position in it."""
    found: list[tuple[Any, Any]] = []
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    for key in keys:
        found.append((value, key))
        found += nodes(value[key])
    return found


@st.composite
def mutated(draw: Any) -> Any:
    """Draw a descriptor in which some places hold something else, are gone, or are there twice."""
    content = copy.deepcopy(draw(st.sampled_from(RAW)))
    for _ in range(draw(st.integers(1, 6))):
        places = nodes(content)
        if not places:
            break
        container, key = places[draw(st.integers(0, len(places) - 1))]
        match draw(st.sampled_from(["replace", "remove", "double", "wrap"])):
            case "replace":
                container[key] = draw(VALUES)
            case "remove":
                del container[key]
            case "wrap":
                container[key] = [container[key]]
            case _ if isinstance(container, list):
                container.insert(key, copy.deepcopy(container[key]))
    return content


@settings(max_examples=300, deadline=None)
@given(mutated())
def test_a_descriptor_is_read_whatever_was_done_to_it_or_refused_with_words(content: Any) -> None:
    root = root_of(content)
    if root is None or not questions_of(root):
        with pytest.raises(reading.Unreadable):
            ds.read(content)
        return
    parsed = ds.read(content)
    definition = parse(parsed.content)
    assert len(parsed.order) <= parsed.report.fields_total
    assert 0 <= parsed.report.fields_expressed <= parsed.report.fields_total
    assert {step.id for step in definition.steps}


@settings(max_examples=300, deadline=None)
@given(st.text(), st.text(), st.lists(st.text(), max_size=5), st.booleans())
def test_any_words_make_a_question(label: str, description: str, options: list[str], other: bool) -> None:
    kind = "DropDownListChampDescriptor"
    item = {"__typename": kind, "label": label, "description": description, "options": options, "otherOption": other}
    parsed = ds.read({"revision": {"champDescriptors": [item, {**item, "__typename": "Linked" + kind}]}})
    parse(parsed.content)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_read_or_refused_with_words(data: bytes, as_json: bool) -> None:
    refused = ""
    try:
        json.dumps(reading.loads(data, as_json=as_json))
    except reading.Unreadable as error:
        refused = str(error)
    assert refused or data.strip()
