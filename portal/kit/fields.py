"""One question as HTML: label, hint, error and control, tied together (RGAA 11.1, 11.5, 11.10)."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .markup import fill
from .prose import hint as hint_words
from .prose import is_long
from .widgets import Content, Control, Group, Suggested, Tick, select, text_input, textarea
from .widgets.search import Search, SearchMany


def errors_of(bound: BoundField) -> tuple[list[str], frozenset[str]]:
    """Return the messages of a question and the parts of its control that are wrong ("*" for all)."""
    data = bound.errors.as_data() if bound.errors else []
    if not data:
        return [], frozenset()
    parts: set[str] = set()
    for error in data:
        parts.update((error.params or {}).get("parts", ()) if isinstance(error.params, dict) else ())
    return [message for error in data for message in error.messages], frozenset(parts or {"*"})


def first_wrong_id(bound: BoundField) -> str:
    """Return the id of the first wrong input, where a link of the error summary leads."""
    widget, wrong = bound.field.widget, errors_of(bound)[1]
    order = getattr(widget, "parts", ())
    for index, part in enumerate(order):
        if part in wrong:
            return bound.auto_id if index == 0 else f"{bound.auto_id}-{part}"
    return bound.auto_id


def faults_of(form: forms.BaseForm) -> list[tuple[str, str]]:
    """Return what is wrong in a form: the id of each wrong input, and its message; row by row in a repeated group."""
    found: list[tuple[str, str]] = []
    for name in form.fields:
        if name not in form.errors:
            continue
        bound = form[name]
        inner = getattr(bound.field, "faults", None)
        found += (inner() if inner else []) or [(first_wrong_id(bound), errors_of(bound)[0][0])]
    return found


def draw_hint(text: Any, identifier: str) -> SafeString:
    """Draw the help of a question, which its control names in `aria-describedby`."""
    css = "hint prose" if is_long(text) else "hint"
    return fill('<div class="{}" id="{}">{}</div>', css, identifier, hint_words(text))


def render_field(bound: BoundField, reveals: Mapping[str, SafeString] | None = None) -> SafeString:
    """Draw one question of any form; hidden inputs are drawn bare."""
    widget: Any = bound.field.widget
    if widget.is_hidden:
        return SafeString(bound)
    if isinstance(widget, Content):
        return widget.content()
    messages, wrong = errors_of(bound)
    required = bound.field.required
    base = bound.auto_id or bound.html_name
    hint_id = f"{base}-hint" if bound.help_text else ""
    error_id = f"{base}-err" if messages else ""
    described = " ".join(filter(None, (hint_id, error_id)))
    hint = draw_hint(bound.help_text, hint_id) if hint_id else ""
    error = (
        fill(
            '<p class="error" id="{}"><span class="sr">{} </span>{}</p>',
            error_id,
            _("Error:"),
            format_html_join(SafeString("<br>"), "{}", ((message,) for message in messages)),
        )
        if messages
        else ""
    )
    # A box, or a list that always says something, is not more optional than another.
    marked = not required and not getattr(bound.field, "unmarked", False)
    label = bound.label if not marked else fill('{} <span class="hint">({})</span>', bound.label, _("optional"))
    control = Control(
        name=bound.html_name,
        id=base,
        value=bound.value(),
        described=described,
        required=required,
        wrong=wrong,
        reveals=reveals or {},
    )
    css = "field bad" if messages else "field"
    if isinstance(widget, (Group, SearchMany)):
        return fill(
            '<fieldset class="{}"{}><legend>{}</legend>{}{}{}</fieldset>',
            css,
            fill(' aria-describedby="{}"', described) if described else "",
            label,
            hint,
            error,
            widget.control(control),
        )
    if isinstance(widget, (Tick, forms.CheckboxInput)):
        return fill(
            '<div class="{}">{}<div class="choice"><input type="checkbox" id="{}" name="{}"{}{}{}{}>'
            '<label for="{}">{}</label>{}</div></div>',
            css,
            error,
            base,
            bound.html_name,
            " checked" if control.value else "",
            " required" if required else "",
            fill(' aria-describedby="{}"', described) if described else "",
            SafeString(' aria-invalid="true"') if wrong else "",
            base,
            label,
            hint,
        )
    return fill(
        '<div class="{}"><label for="{}">{}</label>{}{}{}</div>',
        css,
        base,
        label,
        hint,
        error,
        _single(widget, control),
    )


def _single(widget: Any, control: Control) -> SafeString:
    attrs = dict(widget.attrs)
    if isinstance(widget, (Search, Suggested)):
        return widget.control(control)
    if isinstance(widget, forms.Textarea):
        return textarea(control, attrs)
    if isinstance(widget, forms.Select):
        return select(control, attrs, widget.choices)
    kind = attrs.pop("type", widget.input_type)
    if kind == "number":
        kind, attrs["inputmode"] = "text", "numeric"
    attrs.pop("placeholder", None)
    return text_input(control, attrs, kind)
