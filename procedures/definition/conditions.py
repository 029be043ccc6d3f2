"""Whether a condition holds: does a field, section, step or option apply, given the answers before it."""

import unicodedata
from datetime import date

from django.utils import timezone

from .base import Answers, Json
from .expressions import as_day, evaluate, number, relative_day
from .language import NEGATIVE, All, Any, Compare, Condition, Not, Test

__all__ = ["All", "Any", "Compare", "Condition", "Not", "Test", "applies", "fold", "holds"]


def applies(condition: Condition | None, answers: Answers, today: date | None = None) -> bool:
    """Say whether ``condition`` holds for ``answers`` on a day (today by default); no condition always holds."""
    # Asked of every question at every request: a comparison of types, which costs less than one of patterns.
    if condition is None:
        return True
    if type(condition) is Test:
        answer = answers.get(condition.field)
        if condition.part:
            answer = answer.get(condition.part) if isinstance(answer, dict) else None
        return holds(condition.op, answer, condition.value, today)
    if type(condition) is All:
        return all(applies(part, answers, today) for part in condition.all)
    if type(condition) is Any:
        return any(applies(part, answers, today) for part in condition.any)
    if type(condition) is Not:
        return not applies(condition.not_, answers, today)
    assert type(condition) is Compare  # noqa: S101 the five kinds of conditions are said
    day = today or timezone.localdate()
    left = evaluate(condition.left, answers, day)
    right = None if condition.right is None else evaluate(condition.right, answers, day)
    if condition.op not in {"answered", "empty"} and right is None:
        return condition.op in NEGATIVE
    return holds(condition.op, left, right, day)


def holds(op: str, answer: Json, value: Json, today: date | None = None) -> bool:
    """Say whether one comparison holds. Numbers compare as doubles, days as days, texts by code point."""
    if answer is None or answer == [] or answer == "":
        return op in NEGATIVE
    match op:
        case "answered":
            return True
        case "empty":
            return False
        case "is":
            return _same(answer, value, today)
        case "is_not":
            return not _same(answer, value, today)
        case "in":
            return any(_same(answer, one, today) for one in _several(value))
        case "not_in":
            return not any(_same(answer, one, today) for one in _several(value))
        case "includes":
            return isinstance(answer, list) and any(_same(one, value, today) for one in answer)
        case "excludes":
            return not (isinstance(answer, list) and any(_same(one, value, today) for one in answer))
        case "contains" | "starts_with":
            if not (isinstance(answer, str) and isinstance(value, str)):
                return False
            text, words = fold(answer), fold(value)
            return words in text if op == "contains" else text.startswith(words)
        case _:
            return _ordered(op, answer, value, today)


def _several(value: Json) -> list[Json]:
    """Return the values of a list; a computed value alone is a list of one."""
    return value if isinstance(value, list) else [value]


def fold(text: str) -> str:
    """Return a text without case nor accents, as people compare words."""
    plain = unicodedata.normalize("NFD", text.lower())
    return "".join(char for char in plain if unicodedata.category(char) != "Mn")


def _same(answer: Json, value: Json, today: date | None) -> bool:
    if isinstance(answer, bool) or isinstance(value, bool):
        return answer is value
    one, other = number(answer), number(value)
    if one is not None or other is not None:
        return one == other
    if isinstance(value, str) and value.startswith("today"):
        day = relative_day(value, today or timezone.localdate())
        return day is not None and as_day(answer) == day
    return bool(answer == value)


def _ordered(op: str, answer: Json, value: Json, today: date | None) -> bool:
    order = _order(answer, value, today)
    if order is None:
        return False
    return {"at_least": order >= 0, "at_most": order <= 0, "more_than": order > 0, "less_than": order < 0}[op]


def _order(answer: Json, value: Json, today: date | None) -> int | None:
    """Compare numbers with numbers, days with days, other texts with texts; never a boolean. None: not comparable."""
    one, other = number(answer), number(value)
    if one is not None and other is not None:
        return (one > other) - (one < other)
    if not (isinstance(answer, str) and isinstance(value, str)):
        return None
    if value.startswith("today"):
        day = relative_day(value, today or timezone.localdate())
        if day is not None:
            value = day.isoformat()
    # ISO days, moments and hours sort as texts.
    return int(answer > value) - int(answer < value)
