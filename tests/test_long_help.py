"""A help of several paragraphs is drawn as prose, tied to its control; a help of one line as it always was."""

from typing import Any

import pytest
from django import forms
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy

from portal.kit.fields import draw_hint, render_field
from portal.kit.prose import followed
from procedures.definition.fields import FIELD_TYPES, Field
from tests.support import samples
from tests.support.client import Portal
from tests.support.document import Element, read
from tests.test_filing import begin

LONG = "Le document porte votre nom.\n\nIl peut être :\n\n- un bail ;\n- une <facture>."
# A statement holds its control and its hint in one box; the other types stand in order.
HELPED = {name: kind for name, kind in FIELD_TYPES.items() if kind.asked}


def drawn(question: Field) -> SafeString:
    form = forms.Form(auto_id="f-%s")
    form.fields["q"] = question.form_field()
    return render_field(form["q"])


def tree(html: str) -> Element:
    root, faults = read(f"<!DOCTYPE html><html><body>{html}</body></html>")
    assert not faults
    return root


def hint_of(root: Element) -> Element:
    (found,) = [node for node in root.walk() if node.get("id") == "f-q-hint"]
    return found


@pytest.mark.parametrize("name", HELPED)
def test_every_control_has_its_long_help_as_paragraphs_and_a_list(name: str) -> None:
    root = tree(drawn(HELPED[name].sample().model_copy(update={"help": LONG})))
    hint = hint_of(root)
    assert (hint.tag, hint.get("class")) == ("div", "hint prose")
    assert [node.tag for node in hint.children if isinstance(node, Element)][:3] == ["p", "p", "ul"]
    assert [item.text for item in hint.find_all("li")] == ["un bail ;", "une <facture>."]
    assert any("f-q-hint" in node.get("aria-describedby").split() for node in root.walk())
    # Phrasing alone may stand in a label or a legend.
    for words in root.find_all("label", "legend"):
        assert not words.find_all("p", "ul", "div")


@pytest.mark.parametrize("name", HELPED)
@pytest.mark.parametrize("text", ["Une aide.", "Une aide\nsur deux lignes.", "- Une aide"])
def test_a_help_of_one_paragraph_draws_as_it_did(name: str, text: str) -> None:
    root = tree(drawn(HELPED[name].sample().model_copy(update={"help": text})))
    hint = hint_of(root)
    assert hint.get("class") == "hint"
    assert not [node for node in hint.children if isinstance(node, Element)]
    assert hint.text.startswith(" ".join(text.split()))


@pytest.mark.parametrize(
    ("name", "rule"), [("file", "2 fichiers"), ("partial_date", "vide"), ("family_quotient", "CAF")]
)
def test_what_a_type_adds_to_a_long_help_is_a_paragraph_of_its_own(name: str, rule: str) -> None:
    hint = hint_of(tree(drawn(HELPED[name].sample().model_copy(update={"help": LONG}))))
    assert rule in hint.find_all("p")[-1].text
    assert rule not in hint.find_all("ul")[0].text


def test_a_sentence_more_follows_a_short_help_on_its_line() -> None:
    assert followed("Une aide.", "Et ceci.") == "Une aide. Et ceci."
    assert followed("", "Et ceci.") == "Et ceci."


@pytest.mark.parametrize("text", [mark_safe("<b>Une</b>\n\naide"), gettext_lazy("Search")])
def test_html_and_words_to_translate_are_left_as_they_are(text: Any) -> None:
    assert draw_hint(text, "h") == f'<div class="hint" id="h">{text}</div>'


def test_a_computed_value_has_its_long_help_too() -> None:
    question = FIELD_TYPES["computed"].sample()
    root = tree(drawn(question.model_copy(update={"help": LONG})))
    assert [node.tag for node in root.walk() if node.get("class") == "hint prose"] == ["div"]
    assert len(root.find_all("li")) == 2
    short = tree(drawn(question.model_copy(update={"help": "Une aide."})))
    assert [node.tag for node in short.walk() if node.get("class") == "hint"] == ["p"]


def test_the_page_of_a_step_keeps_the_rules_with_long_helps(portal: Portal) -> None:
    content = samples.content()
    for step in content["steps"]:
        for field in step["sections"][0]["fields"]:
            field["help"] = LONG
    samples.procedure(steps=content["steps"])
    first = begin(portal)
    page = portal.get(first)
    assert page.text.count("<li>un bail") == 3
    page = portal.fill(page, kind="full", copies="", button="action")
    assert page.status_code == 422
    assert "f-copies-hint f-copies-err" in page.text
