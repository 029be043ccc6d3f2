"""Filters on the answers of one procedure: those marked filterable, kept apart as rows that an index orders."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..definition.document import ProcedureDefinition
from ..definition.fields import ChoiceField
from ..definition.fields.base import Field
from ..models import Facet, Procedure
from ..models.case import SubmissionQuerySet
from .view import FIELD, View

# How each kind of value is asked for: the ends of the names in an address, and what compares.
_BOUNDS = {"number": (".min", ".max"), "day": (".du", ".au"), "choice": ("",), "text": ("",)}
_LOOKUPS = {".min": "gte", ".max": "lte", ".du": "gte", ".au": "lte"}


@dataclass(frozen=True)
class Control:
    """One control of the filters: a closed list where it has ``options``, else a line to write in."""

    name: str
    label: str
    value: str = ""
    options: list[tuple[str, str, bool]] = field(default_factory=list)
    hint: str = ""


@cache
def _kind(kind: type[Field]) -> str:
    """Return how answers of a type of question are compared; empty for those that lists do not filter."""
    if issubclass(kind, ChoiceField):
        return "choice"
    value = kind.sample().facet(kind.example()[1])
    if isinstance(value, date):
        return "day"
    if isinstance(value, Decimal):
        return "number"
    return "text" if isinstance(value, str) else ""


def filterable(definition: ProcedureDefinition) -> dict[str, tuple[Field, str]]:
    """Return the questions that lists filter on, by their id, each with how it is compared."""
    found = {one.id: (one, _kind(type(one))) for one in definition.fields.values() if one.filterable}
    return {key: (one, kind) for key, (one, kind) in found.items() if kind and not one.sensitive}


def controls(definition: ProcedureDefinition | None, view: View) -> list[Control]:
    """Return the filters on answers of the procedure that is shown, with what was asked."""
    if definition is None:
        return []
    asked, made = dict(view.facets), []
    for key, (one, kind) in filterable(definition).items():
        if kind == "choice" and isinstance(one, ChoiceField):
            value = asked.get(key, "")
            options = [(option.value, option.label, option.value == value) for option in one.options]
            made.append(Control(FIELD + key, one.name, value, [("", _("All"), not value), *options]))
        elif kind == "text":
            made.append(Control(FIELD + key, one.name, asked.get(key, "")))
        else:
            words = (_("at least"), _("at most")) if kind == "number" else (_("from"), _("until"))
            hint = "" if kind == "number" else _("dd/mm/yyyy")
            for end, said in zip(_BOUNDS[kind], words, strict=True):
                made.append(Control(f"{FIELD}{key}{end}", f"{one.name}, {said}", asked.get(key + end, ""), hint=hint))
    return made


def narrowed(
    found: SubmissionQuerySet, definition: ProcedureDefinition, procedure: Procedure, asked: Mapping[str, str]
) -> SubmissionQuerySet:
    """Keep the requests whose answers are as asked; what cannot be read, or names no such question, is no filter."""
    for key, (_one, kind) in filterable(definition).items():
        terms = [term for end in _BOUNDS[kind] if (term := _term(kind, end, asked.get(key + end, "")))]
        if terms:
            # Facets hold the department too: the index begins with it, and rights were decided by ``found``.
            rows = Facet.objects.filter(procedure=procedure, field_id=key, **dict(terms))
            found = found.filter(pk__in=rows.values("submission"))
    return found


def _term(kind: str, end: str, text: str) -> tuple[str, Any] | None:
    """Read what was asked of one value: (lookup, value); None where it says nothing that can be read."""
    if not text:
        return None
    if kind == "choice":
        return ("text", text)
    if kind == "text":
        return ("text__istartswith", text)
    value = _number(text) if kind == "number" else _day(text)
    return None if value is None else (f"{kind}__{_LOOKUPS[end]}", value)


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(text.replace("\u202f", "").replace("\xa0", "").replace(" ", "").replace(",", "."))
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < Decimal(10) ** 15 else None


def _day(text: str) -> date | None:
    parts = text.replace("-", "/").replace(".", "/").split("/")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    numbers = [int(part) for part in parts]
    if len(parts[0]) == 4:
        numbers.reverse()
    try:
        return date(numbers[2], numbers[1], numbers[0])
    except ValueError:
        return None


def unread(definition: ProcedureDefinition | None, view: View) -> list[str]:
    """Say which filters on answers were not applied: written in a way that is not read, or about no such question."""
    if not view.facets:
        return []
    known = filterable(definition) if definition else {}
    told = []
    for name, text in view.facets:
        key, dot, end = name.partition(".")
        one, kind = known.get(key, (None, ""))
        if one is None or dot + end not in _BOUNDS[kind]:
            told.append(_("“%(name)s” is no longer a filter of this procedure.") % {"name": name})
        elif _term(kind, dot + end, text) is None:
            told.append(
                _("“%(name)s”: “%(text)s” cannot be read. It was not applied.") % {"name": one.name, "text": text}
            )
    return told


def said(definition: ProcedureDefinition | None, view: View) -> list[tuple[str, str]]:
    """Say in words the filters on answers that are applied."""
    known = filterable(definition) if definition else {}
    lines = []
    for name, text in view.facets:
        key, dot, end = name.partition(".")
        one, kind = known.get(key, (None, ""))
        term = _term(kind, dot + end, text) if one and dot + end in _BOUNDS[kind] else None
        if one is None or term is None:
            continue
        value = one.display(text) or text if kind == "choice" else text
        if isinstance(term[1], date):
            value = date_format(term[1], "j F Y")
        ends = {".min": _("at least"), ".max": _("at most"), ".du": _("from"), ".au": _("until")}
        lines.append((one.name, f"{ends.get(dot + end, '')} {value}".strip()))
    return lines
