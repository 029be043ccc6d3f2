"""Conditions put into words, as a person would say them: "Type d'acte is Copie intégrale and Age is at least 18"."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from portal.kit.moments import day_in_words

from .base import Json
from .expressions import as_day, as_text
from .language import (
    All,
    Any,
    Call,
    Compare,
    Condition,
    Count,
    Expression,
    If,
    Not,
    Over,
    Ref,
    Shift,
    Test,
    Today,
    Value,
)

if TYPE_CHECKING:
    from .fields import Field

Fields = Mapping[str, "Field"]

_VERBS = {
    "is": gettext_noop("%(left)s is %(right)s"),
    "is_not": gettext_noop("%(left)s is not %(right)s"),
    "in": gettext_noop("%(left)s is one of %(right)s"),
    "not_in": gettext_noop("%(left)s is none of %(right)s"),
    "includes": gettext_noop("%(left)s includes %(right)s"),
    "excludes": gettext_noop("%(left)s does not include %(right)s"),
    "answered": gettext_noop("%(left)s is answered"),
    "empty": gettext_noop("%(left)s is not answered"),
    "at_least": gettext_noop("%(left)s is at least %(right)s"),
    "at_most": gettext_noop("%(left)s is at most %(right)s"),
    "more_than": gettext_noop("%(left)s is more than %(right)s"),
    "less_than": gettext_noop("%(left)s is less than %(right)s"),
    "contains": gettext_noop("%(left)s contains %(right)s"),
    "starts_with": gettext_noop("%(left)s begins with %(right)s"),
}
_DATE_VERBS = {
    "at_least": gettext_noop("%(left)s is %(right)s or later"),
    "at_most": gettext_noop("%(left)s is %(right)s or earlier"),
    "more_than": gettext_noop("%(left)s is after %(right)s"),
    "less_than": gettext_noop("%(left)s is before %(right)s"),
}
_UNITS = {
    "d": gettext_noop("%(n)s days"),
    "w": gettext_noop("%(n)s weeks"),
    "m": gettext_noop("%(n)s months"),
    "y": gettext_noop("%(n)s years"),
}


def say(condition: Condition | None, fields: Fields) -> str:
    """Return a condition in words; "always" where there is none."""
    if condition is None:
        return _("always")
    text = _say(condition, fields)
    return text[:1].upper() + text[1:]


def _say(condition: Condition, fields: Fields, *, inside: bool = False) -> str:
    match condition:
        case All() | Any():
            parts = condition.all if isinstance(condition, All) else condition.any
            joined = (_(" and ") if isinstance(condition, All) else _(" or ")).join(
                _say(part, fields, inside=len(parts) > 1) for part in parts
            )
            return f"({joined})" if inside and len(parts) > 1 else joined
        case Not():
            return _("it is not the case that %(what)s") % {"what": _say(condition.not_, fields, inside=True)}
        case Test():
            field = fields.get(condition.field)
            left = _name(condition.field, condition.part, fields)
            values = condition.value if isinstance(condition.value, list) else [condition.value]
            right = ", ".join(_value(value, field if not condition.part else None) for value in values)
            dated = field is not None and field.value_type in {"date", "datetime"}
            return _verb(condition.op, left, right, dated=dated)
        case Compare():
            right = say_value(condition.right, fields) if condition.right is not None else ""
            return _verb(condition.op, say_value(condition.left, fields), right)


def _verb(op: str, left: str, right: str, *, dated: bool = False) -> str:
    words = _DATE_VERBS.get(op) if dated else None
    return _(words or _VERBS[op]) % {"left": left, "right": right}


def _name(field_id: str, part: str, fields: Fields) -> str:
    field = fields.get(field_id)
    name = _("“%(name)s”") % {"name": field.name if field else field_id}
    return _("%(name)s (%(part)s)") % {"name": name, "part": part} if part else name


def _value(value: Json, field: "Field | None") -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str) and value.startswith("today"):
        return _moved(_("today"), value.removeprefix("today"))
    day = as_day(value)
    if day is not None:
        return day_in_words(day)
    if field is not None and field.value_type not in {"text", "parts", "rows"}:
        # A type that lists options says them in its own words; a condition may name a value that is none of the type's.
        answer = [value] if field.value_type == "choices" else value
        words = field.display(answer) if field.can_show(answer) else ""
        if words:
            return words
    return as_text(value)


def _moved(start: str, by: str) -> str:
    if not by:
        return start
    sign, count, unit = (by[0], by[1:-1], by[-1]) if by[0] in "+-" else ("+", by[:-1], by[-1])
    length = _(_UNITS[unit]) % {"n": count}
    words = _("%(length)s before %(start)s") if sign == "-" else _("%(length)s after %(start)s")
    return words % {"length": length, "start": start}


_FUNCTIONS = {
    "add": gettext_noop("the sum of %(what)s"),
    "subtract": gettext_noop("the difference of %(what)s"),
    "multiply": gettext_noop("the product of %(what)s"),
    "divide": gettext_noop("the quotient of %(what)s"),
    "least": gettext_noop("the least of %(what)s"),
    "most": gettext_noop("the most of %(what)s"),
    "round": gettext_noop("the rounded value of %(what)s"),
    "floor": gettext_noop("the whole part of %(what)s"),
    "join": gettext_noop("the words %(what)s"),
    "age": gettext_noop("the age in years (%(what)s)"),
    "days_between": gettext_noop("the days between %(what)s"),
    "year": gettext_noop("the year of %(what)s"),
    "sum": gettext_noop("the sum of %(what)s"),
}


def say_value(expression: Expression, fields: Fields) -> str:
    """Return a computed value in words."""
    match expression:
        case Ref():
            return _name(expression.field, expression.part, fields)
        case Value():
            return _value(expression.value, None)
        case Today():
            return _moved(_("today"), expression.today)
        case Shift():
            return _moved(say_value(expression.shift, fields), expression.by)
        case Call():
            what = ", ".join(say_value(arg, fields) for arg in expression.args)
            return _(_FUNCTIONS[expression.fn]) % {"what": what}
        case If():
            return _("%(then)s if %(condition)s, else %(otherwise)s") % {
                "then": say_value(expression.then, fields),
                "condition": _say(expression.if_, fields),
                "otherwise": say_value(expression.else_, fields),
            }
        case Count():
            counted = _("the number of rows of %(group)s") % {"group": _name(expression.count, "", fields)}
            return _where(counted, expression.where, fields)
        case Over():
            over = _("%(what)s over %(group)s") % {
                "what": _(_FUNCTIONS[expression.fn]) % {"what": say_value(expression.of, fields)},
                "group": _name(expression.over, "", fields),
            }
            return _where(over, expression.where, fields)


def _where(text: str, where: Condition | None, fields: Fields) -> str:
    if where is None:
        return text
    return _("%(what)s where %(condition)s") % {"what": text, "condition": _say(where, fields)}
