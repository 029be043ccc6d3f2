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


def kinds(types: dict[str, type[Field]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kind", list(types.values()), ids=list(types))


TYPES = kinds(FIELD_TYPES)
ASKED = kinds({name: kind for name, kind in FIELD_TYPES.items() if kind.asked})
READ_ONLY = kinds({name: kind for name, kind in FIELD_TYPES.items() if not kind.asked})
TYPED = {"number": (int, float), "boolean": (bool,), "date": (str,), "datetime": (str,), "time": (str,)}


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


@ASKED
def test_the_example_becomes_its_json(kind: type[Field]) -> None:
    question, (raw, expected) = kind.sample(), kind.example()
    form = form_for(question, raw)
    assert form.is_valid(), form.errors
    stored = question.to_json(form.cleaned_data["q"])
    assert stored == expected
    assert json.loads(json.dumps(stored)) == stored


@ASKED
def test_each_bad_example_is_refused_with_words(kind: type[Field]) -> None:
    question = kind.sample()
    for raw in kind.bad_examples():
        form = form_for(question, raw)
        assert not form.is_valid(), raw
        assert all(len(str(message)) > 10 for message in form.errors["q"])


@ASKED
def test_an_optional_question_may_be_left(kind: type[Field]) -> None:
    question = kind.sample().model_copy(update={"required": False})
    form = form_for(question, {})
    assert form.is_valid(), form.errors
    assert question.to_json(form.cleaned_data["q"]) in (None, [])


@ASKED
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


@ASKED
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
    controls = [node for node in root.find_all("input", "textarea", "select") if node.get("type") != "hidden"]
    assert all(node.get("id") in labels for node in controls)


@ASKED
def test_what_was_typed_is_shown_back_when_it_is_refused(kind: type[Field]) -> None:
    question = kind.sample()
    for raw in kind.bad_examples():
        form = form_for(question, raw)
        form.is_valid()
        root, faults = read(f"<!DOCTYPE html><html><body>{render_field(form['q'])}</body></html>")
        assert not faults
        shown = {node.get("name"): node.get("value") for node in root.find_all("input") if node.get("value") != ""}
        for name, value in raw.items():
            control = next((node for node in root.find_all("input") if node.get("name") == name), None)
            if control is not None and control.get("type") in {"text", ""} and clean_text(str(value)) == value != "":
                assert shown.get(name) == value


@ASKED
def test_marks_emoji_endless_text_and_lists_are_refused_or_cleaned_never_an_error(kind: type[Field]) -> None:
    question, (raw, _stored) = kind.sample(), kind.example()
    strange = ["\u202e\x07\u200f", "\u0000", "🙂👍🏽", "x" * 10_000, "９９９", "-1e999", "\ud7ff", ["a", "b"], []]
    for name in [name for name in raw if name != "kept"]:
        for value in strange:
            form = form_for(question, {**raw, name: value})
            if form.is_valid():
                stored = json.dumps(question.to_json(form.cleaned_data["q"]), ensure_ascii=False)
                assert "\u202e" not in stored
                assert "\\u0000" not in stored
                assert question.export(question.to_json(form.cleaned_data["q"]))
            assert render_field(form["q"])
        form = form_for(question, {other: value for other, value in raw.items() if other != name})
        form.is_valid()
        assert render_field(form["q"])


@TYPES
def test_an_export_has_one_scalar_a_column(kind: type[Field]) -> None:
    question, (_raw, stored) = kind.sample(), kind.example()
    columns = question.export_columns()
    assert len(set(columns)) == len(columns) == len(question.export(stored)) == len(question.export(None))
    assert all(isinstance(value, (str, int, float, bool)) for value in question.export(stored) if value is not None)
    assert all(value is None for value in question.export(None))
    if kind.value_type in TYPED and columns:
        assert isinstance(question.export(stored)[0], TYPED[kind.value_type])


@TYPES
def test_the_parts_of_an_answer_are_those_the_type_names(kind: type[Field]) -> None:
    stored = kind.example()[1]
    assert (kind.value_type == "parts") == bool(kind.parts)
    if kind.value_type == "parts":
        scalars = {name for name, value in stored.items() if not isinstance(value, (list, dict))}
        assert scalars <= set(kind.parts), "what a condition may read has a name"
        numbers = {part for part, value_type in kind.parts.items() if value_type == "number"}
        assert all(isinstance(stored[part], (int, float)) for part in numbers)


@READ_ONLY
def test_what_is_only_read_asks_and_keeps_nothing(kind: type[Field]) -> None:
    question = kind.sample()
    form = form_for(question, {"q": "anything"})
    assert not form.fields["q"].required
    assert form.is_valid()
    assert question.to_json(form.cleaned_data["q"]) is None
    assert not question.search_terms(None)
    root, faults = read(f"<!DOCTYPE html><html><body>{render_field(form['q'])}</body></html>")
    assert not faults
    assert not root.find_all("input", "select", "textarea", "label")


@TYPES
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


@ASKED
def test_a_label_with_a_percent_sign_is_no_format(kind: type[Field]) -> None:
    question = kind.sample().model_copy(update={"label": "Prise en charge à 50 % ou 100 %s"})
    for raw in kind.bad_examples():
        form = form_for(question, raw)
        assert not form.is_valid()
        assert all(str(message) for message in form.errors["q"])
        assert render_field(form["q"])


def test_linked_lists_name_a_level_with_a_percent_sign() -> None:
    question = FIELD_TYPES["linked_choice"].sample().model_copy(update={"levels": ["Part %", "Taux %", "Détail %"]})
    form = form_for(question, {"q-1": "sport"})
    assert not form.is_valid()
    assert "Taux %" in form.errors["q"][0]


def test_a_telephone_number_that_cannot_be_read_is_not_offered() -> None:
    assert not FIELD_TYPES["phone"].sample().can_show("0")
