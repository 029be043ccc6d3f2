"""What a definition's conditions and computations read: unknown names, circles, values that can never match."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from .base import Json
from .expressions import as_day, number, relative_day
from .language import Compare, Condition, Ref, Test, leaves, parts_of, references

if TYPE_CHECKING:
    from .document import ProcedureDefinition, Section, Step
    from .fields import Field
    from .fields.base import ValueType

# Words of a step's id that addresses under a draft already use.
RESERVED = frozenset({"applicant", "recapitulatif", "terminer", "lien", "supprimer", "prefill", "suggestions"})
# What each operator can be asked of; every type can be answered or empty.
_ORDERED = frozenset({"text", "number", "date", "datetime", "time"})
_OPERATORS: dict[str, frozenset[str]] = {
    "is": _ORDERED | {"boolean", "choice"},
    "is_not": _ORDERED | {"boolean", "choice"},
    "in": _ORDERED | {"choice"},
    "not_in": _ORDERED | {"choice"},
    "includes": frozenset({"choices"}),
    "excludes": frozenset({"choices"}),
    "at_least": _ORDERED,
    "at_most": _ORDERED,
    "more_than": _ORDERED,
    "less_than": _ORDERED,
    "contains": frozenset({"text"}),
    "starts_with": frozenset({"text"}),
}


def duplicates(definition: "ProcedureDefinition") -> Iterator[str]:
    """Yield, in words, each id used twice or reserved: those of steps and sections, then those of fields."""
    seen: set[str] = set()
    nodes: list[Step | Section] = []
    for step in definition.steps:
        nodes += [step, *step.sections]
    for node in nodes:
        if node.id in seen or node.id in RESERVED:
            yield _("the id “%(id)s” is used twice, or reserved") % {"id": node.id}
        seen.add(node.id)
    known: set[str] = set()
    for step in definition.steps:
        for top in step.fields:
            for field in (top, *top.inner()):
                if field.id in known or field.id.startswith("applicant_"):
                    yield _("the field id “%(id)s” is used twice, or reserved") % {"id": field.id}
                known.add(field.id)


def readers(definition: "ProcedureDefinition") -> Iterator[tuple[str, str, frozenset[str], frozenset[str]]]:
    """Yield, in order, each place that reads answers: its words, the id it decides of, what it reads, what it may read."""
    known: set[str] = set()
    for step in definition.steps:
        yield _("step “%(id)s”") % {"id": step.id}, "", references(step.when), frozenset(known)
        for section in step.sections:
            yield _("section “%(id)s”") % {"id": section.id}, "", references(section.when), frozenset(known)
            for field in section.fields:
                yield _("field “%(id)s”") % {"id": field.id}, field.id, field.reads, frozenset(known)
                row = set(known)
                for child in field.inner():
                    yield _("field “%(id)s”") % {"id": child.id}, child.id, child.reads, frozenset(row)
                    row.add(child.id)
                known.add(field.id)
        for stop in step.stops:
            yield _("stop “%(id)s”") % {"id": stop.id}, "", references(stop.when), frozenset(known)


def dangling(definition: "ProcedureDefinition") -> Iterator[str]:
    """Yield, in words, each reading of an answer that is unknown, comes later, or closes a circle."""
    inside = {child.id: field.id for step in definition.steps for field in step.fields for child in field.inner()} | {
        field.id: field.id for step in definition.steps for field in step.fields
    }
    graph: dict[str, frozenset[str]] = {}
    wrong: list[tuple[str, str, str]] = []
    for place, decides, reads, may in readers(definition):
        if decides:
            graph[decides] = graph.get(decides, frozenset()) | reads
        # A count or a sum of a group reads the fields of its rows by their own names.
        wrong += [(place, decides, name) for name in sorted(reads - may) if not {inside.get(name)} & reads & may]
    for place, decides, name in wrong:
        circle = _path(graph, name, decides) if decides and name in inside else []
        if circle:
            chain = " → ".join(f"“{one}”" for one in [decides, *circle])
            yield _("%(place)s depends on itself: %(chain)s") % {"place": place, "chain": chain}
        elif name in inside:
            yield _("%(place)s asks for “%(name)s”, which comes later: no earlier question gives it") % {
                "place": place,
                "name": name,
            }
        else:
            yield _("%(place)s asks for “%(name)s”, which no earlier question gives") % {"place": place, "name": name}


def _path(graph: dict[str, frozenset[str]], start: str, end: str) -> list[str]:
    """Return a chain of readings from ``start`` to ``end``, both included; empty when there is none."""
    todo, seen = [[start]], {start}
    while todo:
        path = todo.pop(0)
        if path[-1] == end:
            return path
        for name in sorted(graph.get(path[-1], ())):
            if name not in seen:
                seen.add(name)
                todo.append([*path, name])
    return []


def mismatches(definition: "ProcedureDefinition") -> Iterator[tuple[str, str]]:
    """Yield (place, fault in words) for each comparison that its question's type cannot have, or that can never hold."""
    fields = definition.every_field
    for place, condition in conditions(definition):
        for leaf in leaves(condition):
            if isinstance(leaf, Test):
                fault = _test_fault(leaf, fields.get(leaf.field))
                if fault:
                    yield place, fault
            else:
                yield from ((place, fault) for fault in _compare_faults(leaf, fields))


def conditions(definition: "ProcedureDefinition") -> Iterator[tuple[str, Condition]]:
    """Yield every condition of a definition, with its place in words."""
    for step in definition.steps:
        if step.when is not None:
            yield _("step “%(id)s”") % {"id": step.id}, step.when
        for stop in step.stops:
            yield _("stop “%(id)s”") % {"id": stop.id}, stop.when
        for section in step.sections:
            if section.when is not None:
                yield _("section “%(id)s”") % {"id": section.id}, section.when
            for top in section.fields:
                for field in (top, *top.inner()):
                    place = _("field “%(id)s”") % {"id": field.id}
                    yield from ((place, when) for when in field.conditions())


def value_type(field: "Field", part: str) -> "ValueType | None":
    """Return the type of an answer or of one of its parts; None when it has no such part."""
    return field.parts.get(part) if part else field.value_type


def _test_fault(test: Test, field: "Field | None") -> str:
    if field is None:
        return ""
    kind = value_type(field, test.part)
    if kind is None:
        return _("“%(id)s” has no part “%(part)s”") % {"id": field.id, "part": test.part}
    if test.op in {"answered", "empty"}:
        return ""
    if kind not in _OPERATORS[test.op]:
        return _("“%(id)s” cannot be compared with “%(op)s”") % {"id": field.id, "op": test.op}
    options = {option.value for option in getattr(field, "options", [])} if not test.part else set()
    for value in test.value if isinstance(test.value, list) else [test.value]:
        if not _fits(kind, value):
            return _("“%(value)s” is not a value that “%(id)s” can have") % {"value": value, "id": field.id}
        if kind in {"choice", "choices"} and options and value not in options:
            return _("“%(value)s” is not an option of “%(id)s”: this can never hold") % {
                "value": value,
                "id": field.id,
            }
    return ""


def _fits(kind: str, value: Json) -> bool:
    match kind:
        case "boolean":
            return isinstance(value, bool)
        case "number":
            return number(value) is not None
        case "date" | "datetime":
            known = as_day(value) or (isinstance(value, str) and relative_day(value, date(2024, 2, 29)))
            return bool(known)
        case _:
            return isinstance(value, str)


def _compare_faults(compare: Compare, fields: dict[str, "Field"]) -> Iterator[str]:
    for side in (compare.left, compare.right):
        for part in parts_of(side) if side is not None else ():
            if isinstance(part, Ref) and part.field in fields and value_type(fields[part.field], part.part) is None:
                yield _("“%(id)s” has no part “%(part)s”") % {"id": part.field, "part": part.part}
