"""The controls of one question: those that every type shares, and those of its own options."""

from dataclasses import replace

from django import forms
from django.utils.translation import gettext as _

from ..definition.document import ProcedureDefinition
from ..definition.fields import FIELD_TYPES
from . import type_words
from .condition_field import ConditionField, before
from .option_controls import Own
from .part_form import Attr, Content, get, line, pick, prose, tick


def attrs_of(part: Content, definition: ProcedureDefinition, key: str) -> list[Attr]:
    """Return the controls of a question that has or would have the id ``key``: an unknown id stands at the end."""
    kind = FIELD_TYPES[part["type"]]
    made = [
        Attr("type", _type_field(part["type"], inside=_is_inside(definition, key))),
        Attr(
            "label",
            line(
                _("Name of the explanation") if part["type"] == "explanation" else _("Question"),
                hint=_("Only agents read it.") if part["type"] == "explanation" else "",
                needed=_("Write the question."),
            ),
        ),
    ]
    if kind.asked:
        made.append(
            Attr(
                "help",
                prose(_("Help"), hint=_("Under the question: where to find the answer, why it is asked."), rows=2),
            )
        )
    own = Own(part, definition, key)
    made += [attr for name in kind.model_fields if (attr := own.control(name)) is not None]
    if kind.asked:
        made.append(_required())
        made.append(_condition("required_when", part, definition, key))
    made.append(_condition("when", part, definition, key))
    if kind.asked:
        made += _rarely()
    return made


def _type_field(kind: str, *, inside: bool) -> forms.Field:
    offered = [
        (family, [one for one in kinds if not (inside and one[0] == "group")])
        for family, kinds in type_words.offered(kind)
    ]
    return pick(_("Type of answer"), [one for one in offered if one[1]])


def _is_inside(definition: ProcedureDefinition, key: str) -> bool:
    return key in definition.every_field and key not in definition.fields


def _required() -> Attr:
    field = pick(
        _("Answer"), [("yes", _("needed")), ("no", _("optional"))], radios=True, needed=_("Say whether it is needed.")
    )
    return Attr("required", field, lambda value: "no" if value is False else "yes", lambda value: value == "yes")


def _condition(name: str, part: Content, definition: ProcedureDefinition, key: str) -> Attr:
    here = definition.every_field.get(key)
    field = ConditionField(
        definition,
        before(definition, "field", key),
        getattr(here, name, None) if here is not None else None,
        label=_("When it is shown") if name == "when" else _("When the answer is needed"),
        lead=_("Show if") if name == "when" else _("Needed if"),
    )
    return Attr(name, field, lambda _value: field.initial, apart=name == "required_when")


def _rarely() -> list[Attr]:
    """Return the controls that few questions need."""
    sensitive = _("Health, opinions, offences: shown to those who decide alone, in no list and no search.")
    named = _("For lists, letters and exports, where the question is long.")
    made = [
        Attr("short", line(_("Short name"), hint=named, longest=120)),
        Attr("filterable", tick(_("Agents filter and sort their lists by it"))),
        Attr("searchable", tick(_("Agents find the request by it"))),
        Attr("sensitive", tick(_("Sensitive answer"), hint=sensitive)),
        Attr(
            "legal_reference",
            line(_("Text that lets the town ask it"), hint=_("Where a text is needed: a NIR, a sensitive answer.")),
        ),
    ]
    return [replace(one, apart=True) for one in made]


def complete(part: Content) -> Content:
    """Return a kept question with what its bytes leave out while it is as its type has it."""
    made = {name: value for name, value in blank(part["type"]).items() if name not in part}
    return {**made, **part}


def blank(kind: str) -> Content:
    """Return a new question of a type, as its form first shows it: in French, as the whole definition is."""
    part: Content = {"type": kind, "label": "", "required": FIELD_TYPES[kind].asked}
    needs: dict[str, Content] = {
        "linked_choice": {"levels": [], "options": []},
        "choice": {"options": []},
        "choices": {"options": []},
        "explanation": {"text": ""},
        "signature": {"statement": ""},
        "group": {"row_label": "", "fields": [{"type": "text", "label": "Nom"}]},
    }
    for name, info in FIELD_TYPES[kind].model_fields.items():
        if name not in {"id", "type", "label", "required"} and not info.is_required():
            value = info.get_default(call_default_factory=True)
            part[name] = value.model_dump(mode="json") if hasattr(value, "model_dump") else value
    return {**part, **needs.get(kind, {})}


def changed(part: Content, kind: str) -> Content:
    """Return a question under another type: what both have is kept, the rest is as the new type begins."""
    made = blank(kind)
    both = {key: part[key] for key in made if key in part and key not in {"type", "fields", "kind"}}
    if {part["type"], kind} & {"linked_choice", "placeholder"}:
        both.pop("options", None)
    for name in ("minimum", "maximum", "autocomplete", "earliest", "latest"):
        both.pop(name, None)
    if not FIELD_TYPES[kind].asked:
        both["required"] = False
    kept = {
        name: get(part, name)
        for name in ("id", "required_when")
        if get(part, name) is not None and (name == "id" or FIELD_TYPES[kind].asked)
    }
    return {**made, **both, **kept}
