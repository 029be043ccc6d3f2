"""The one contract of field types: every type builds, validates, stores, displays, prints, searches and draws alike."""

import json
from typing import Any

import pytest
from django import forms
from django.http import QueryDict

from portal.kit.fields import render_field
from procedures.definition.fields import FIELD_TYPES, Field
from procedures.definition.fields.base import clean_text
from procedures.definition.fields.file import FilesControl
from tests.support.document import read

ASKED = {name: kind for name, kind in FIELD_TYPES.items() if kind.asked}
TYPES = pytest.mark.parametrize("kind", list(ASKED.values()), ids=list(ASKED))
EVERY_TYPE = pytest.mark.parametrize("kind", list(FIELD_TYPES.values()), ids=list(FIELD_TYPES))


def form_for(question: Field, raw: dict[str, Any]) -> forms.Form:
    data = QueryDict(mutable=True)
    for name, value in raw.items():
        if name != "kept":
            data.setlist(name, value if isinstance(value, list) else [value])
    form = forms.Form(data, auto_id="f-%s")
    control = question.form_field()
    if isinstance(control, FilesControl):
        control.kept = raw.get("kept", [])
    form.fields[question.id] = control
    return form


@TYPES
def test_the_example_becomes_its_json(kind: type[Field]) -> None:
    question, (raw, expected) = kind.sample(), kind.example()
    form = form_for(question, raw)
    assert form.is_valid(), form.errors
    stored = question.to_json(form.cleaned_data["q"])
    assert stored == expected
    assert json.loads(json.dumps(stored)) == stored


@TYPES
def test_each_bad_example_is_refused_with_words(kind: type[Field]) -> None:
    question = kind.sample()
    for raw in kind.bad_examples():
        form = form_for(question, raw)
        assert not form.is_valid(), raw
        assert all(len(str(message)) > 10 for message in form.errors["q"])


@TYPES
def test_an_optional_question_may_be_left(kind: type[Field]) -> None:
    question = kind.sample().model_copy(update={"required": False})
    form = form_for(question, {})
    assert form.is_valid(), form.errors
    assert question.to_json(form.cleaned_data["q"]) in (None, [])


@TYPES
def test_the_stored_answer_is_shown_again_and_stays_the_same(kind: type[Field]) -> None:
    question, (_raw, stored) = kind.sample(), kind.example()
    shown = forms.Form(initial={"q": question.to_initial(stored)}, auto_id="f-%s")
    shown.fields["q"] = question.form_field()
    assert render_field(shown["q"])
    assert question.display(stored)
    assert question.display(None) == ""
    assert all(isinstance(term, str) for term in question.search_terms(stored))
    assert question.search_terms(None) == []
    assert question.facet(None) is None


@TYPES
def test_the_control_is_drawn_with_its_label_hint_and_error_tied_together(kind: type[Field]) -> None:
    question = kind.sample().model_copy(update={"help": "Une aide."})
    form = form_for(question, kind.bad_examples()[0])
    form.is_valid()
    root, faults = read(f"<!DOCTYPE html><html><body>{render_field(form['q'])}</body></html>")
    assert not faults
    described = {token for node in root.walk() for token in node.get("aria-describedby").split()}
    assert {"f-q-hint", "f-q-err"} <= described
    assert {"f-q-hint", "f-q-err"} <= {node.get("id") for node in root.walk()}
    labels = {label.get("for") for label in root.find_all("label")}
    assert all(node.get("id") in labels for node in root.find_all("input", "textarea", "select"))


@EVERY_TYPE
def test_a_definition_of_the_type_survives_its_own_json(kind: type[Field]) -> None:
    question = kind.sample()
    assert kind.model_validate(question.model_dump(mode="json")) == question


def test_marks_that_hide_or_turn_text_are_dropped() -> None:
    assert clean_text("a\u202eb\x00c\u200f") == "abc"


def test_a_pattern_that_could_run_for_ever_is_refused() -> None:
    with pytest.raises(ValueError, match="for ever"):
        FIELD_TYPES["text"].model_validate(
            {"type": "text", "id": "q", "label": "x", "pattern": "(a+)+", "pattern_reason": "x"}
        )
