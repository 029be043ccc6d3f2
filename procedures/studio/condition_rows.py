"""A condition as sentences that one picks: rows of a question, a comparison and an answer, all of them or any of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.kit.text import fold

from ..definition.base import Json
from ..definition.document import ProcedureDefinition
from ..definition.fields import Field
from ..definition.language import All, Condition, Test
from ..definition.language import Any as AnyOf
from . import bound_words

MOST = 12
# What is offered to compare with, whatever the question; several choices and the others say it in their own way.
OPERATORS: dict[str, str | Promise] = {
    "is": gettext_lazy("is"),
    "is_not": gettext_lazy("is not"),
    "at_least": gettext_lazy("is at least, or from"),
    "at_most": gettext_lazy("is at most, or until"),
    "more_than": gettext_lazy("is more than, or after"),
    "less_than": gettext_lazy("is less than, or before"),
    "contains": gettext_lazy("contains the words"),
    "starts_with": gettext_lazy("begins with"),
    "answered": gettext_lazy("is answered"),
    "empty": gettext_lazy("is not answered"),
}
_BARE = {"answered", "empty"}
_ORDER = {"at_least", "at_most", "more_than", "less_than"}
_BY_TYPE: dict[str, set[str]] = {
    "choice": {"is", "is_not"},
    "choices": {"is", "is_not"},
    "boolean": {"is", "is_not"},
    "number": {"is", "is_not", *_ORDER},
    "date": {"is", "is_not", *_ORDER},
    "datetime": _ORDER,
    "time": {"is", "is_not", *_ORDER},
    "text": {"is", "is_not", "contains", "starts_with"},
}


@dataclass(frozen=True)
class Row:
    """One comparison as it is typed."""

    field: str = ""
    op: str = "is"
    value: str = ""


@dataclass(frozen=True)
class Typed:
    """A whole condition as it is typed; ``kept``: the one written in another way stays."""

    rows: tuple[Row, ...] = ()
    joined: str = "all"
    kept: bool = False


class Wrong(ValueError):
    """A row that says nothing; the message says how to write it."""


def comparable(field: Field) -> bool:
    """Say whether a condition may read a question by rows: what is only read, and files, cannot be compared."""
    return (field.asked or field.derived) and field.value_type not in {"none", "rows"}


def rows_of(condition: Condition | None, definition: ProcedureDefinition) -> Typed | None:
    """Return a condition as rows; None for one that rows cannot say."""
    if condition is None:
        return Typed()
    parts: Sequence[Condition] = [condition]
    joined = "all"
    if isinstance(condition, All | AnyOf):
        parts = condition.all if isinstance(condition, All) else condition.any
        joined = "all" if isinstance(condition, All) else "any"
    rows: list[Row] = []
    for part in parts:
        made = _row(part, definition)
        if made is None or len(rows) == MOST:
            return None
        rows.append(made)
    return Typed(tuple(rows), joined)


def _row(part: Condition, definition: ProcedureDefinition) -> Row | None:
    if not isinstance(part, Test) or part.part:
        return None
    field = definition.fields.get(part.field)
    if field is None or not comparable(field):
        return None
    op = {"includes": "is", "excludes": "is_not"}.get(part.op, part.op)
    if op in _BARE:
        return Row(part.field, op)
    if op not in _BY_TYPE.get(field.value_type, set()):
        return None
    typed = _value_words(part.value, field)
    try:
        known = typed is not None and _value(typed, field) == part.value
    except Wrong:
        known = False
    return Row(part.field, op, typed or "") if known else None


def _value_words(value: Json, field: Field) -> str | None:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.value_type in {"choice", "choices"}:
        return next((label for label, key in _answers(field) if key == value), None)
    if field.value_type == "number":
        number = Decimal(str(value)) / 100 if field.type == "amount" else Decimal(str(value))
        return f"{number.normalize():f}".replace(".", ",")
    if field.value_type in {"date", "datetime"}:
        return bound_words.say(str(value), {})
    return str(value)


def _answers(field: Field) -> Iterator[tuple[str, str]]:
    """Yield the answers that a choice offers: (words, value)."""
    for option in getattr(field, "options", ()):
        if hasattr(option, "value"):
            yield option.label, option.value
    if field.type == "civility":
        yield from ((field.display(key), key) for key in ("madame", "monsieur", "neutral") if field.can_show(key))


def suggestions(fields: Sequence[Field]) -> list[str]:
    """Return the answers that a row may name, each once: what the browser proposes while one types."""
    found: dict[str, None] = {}
    for field in fields:
        if field.value_type == "boolean":
            found |= {_("yes"): None, _("no"): None}
        for label, _value in _answers(field):
            found[label] = None
            if len(found) >= 300:
                return list(found)
    return list(found)


def condition_of(typed: Typed, fields: Mapping[str, Field]) -> dict[str, Any] | None:
    """Return the JSON of a typed condition over the questions ``fields``; None for none. Raises Wrong."""
    tests = [_test(row, fields) for row in typed.rows if row.field]
    if not tests:
        return None
    return tests[0] if len(tests) == 1 else {typed.joined: tests}


def _test(row: Row, fields: Mapping[str, Field]) -> dict[str, Any]:
    field = fields.get(row.field)
    if field is None:
        raise Wrong(_("Choose a question that is asked before this one."))
    if row.op not in OPERATORS:
        raise Wrong(_("Choose a comparison of the list."))
    if row.op in _BARE:
        return {"field": row.field, "op": row.op}
    allowed = _BY_TYPE.get(field.value_type, set())
    if row.op not in allowed:
        fit = [str(words) for key, words in OPERATORS.items() if key in allowed | _BARE]
        raise Wrong(_("“%(name)s” can be compared so: %(fit)s.") % {"name": field.name, "fit": ", ".join(fit)})
    if not row.value.strip():
        raise Wrong(_("Write the answer with which “%(name)s” is compared.") % {"name": field.name})
    op = {"is": "includes", "is_not": "excludes"}.get(row.op, row.op) if field.value_type == "choices" else row.op
    return {"field": row.field, "op": op, "value": _value(row.value.strip(), field)}


def _value(typed: str, field: Field) -> Json:
    match field.value_type:
        case "boolean":
            known = {fold(_("yes")): True, fold(_("no")): False, "oui": True, "non": False}
            if fold(typed) not in known:
                raise Wrong(_("“%(name)s” is answered by yes or by no.") % {"name": field.name})
            return known[fold(typed)]
        case "choice" | "choices":
            answers = dict(_answers(field))
            found = [value for label, value in answers.items() if fold(label) == fold(typed) or value == typed]
            if found:
                return found[0]
            raise Wrong(
                _("“%(typed)s” is no answer of “%(name)s”: choose one of %(answers)s.")
                % {
                    "typed": typed,
                    "name": field.name,
                    "answers": ", ".join(_("“%(name)s”") % {"name": label} for label in list(answers)[:12]),
                }
            )
        case "number":
            return _number(typed, field)
        case "date" | "datetime":
            try:
                return bound_words.read(typed, {})
            except ValueError as error:
                raise Wrong(str(error)) from error
    return typed


def _number(typed: str, field: Field) -> Json:
    try:
        number = Decimal(
            typed.replace("\u202f", "").replace("\u00a0", "").replace(" ", "").replace("€", "").replace(",", ".")
        )
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) > 10**12:
        raise Wrong(_("Write a number to compare “%(name)s” with.") % {"name": field.name})
    if field.type == "amount":
        number *= 100
    return int(number) if number == number.to_integral_value() else float(number)
