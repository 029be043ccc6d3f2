"""Values computed from answers: references, arithmetic, counts and sums over rows, dates and ages. Pure functions.

Numbers are IEEE doubles and rounding is half away from zero, so that static/js/form.js gives the same values.
A missing answer is None. It makes a difference, a product or an age None; sums, counts, least and most pass over it.
"""

import math
import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from .base import Answers, Json
from .language import Call, Condition, Count, Expression, If, Over, Ref, Shift, Today, Value

_RELATIVE = re.compile(r"today(?:([+-])([0-9]{1,4})([dwmy]))?")
_SHIFT = re.compile(r"([+-]?)([0-9]{1,5})([dwmy])")


def relative_day(text: str, today: date) -> date | None:
    """Return the day that "today" or "today-18y" names; None for any other text."""
    match = _RELATIVE.fullmatch(text)
    if not match:
        return None
    return shifted(today, f"{match[1]}{match[2]}{match[3]}") if match[1] else today


def shifted(day: date, by: str) -> date | None:
    """Return ``day`` moved by "3d", "-2w", "+6m" or "-18y"; a day that a month lacks becomes its last; None out of range."""
    match = _SHIFT.fullmatch(by)
    if not match:
        return day
    count = int(match[2]) * (-1 if match[1] == "-" else 1)
    try:
        if match[3] in "dw":
            return day + timedelta(days=count * (7 if match[3] == "w" else 1))
        months = day.year * 12 + day.month - 1 + count * (12 if match[3] == "y" else 1)
        year, month = divmod(months, 12)
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    except (ValueError, OverflowError):
        return None


def as_day(value: Json) -> date | None:
    """Read an ISO day, or the day of an ISO moment; None for anything else."""
    if not isinstance(value, str) or not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])", value):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def evaluate(expression: Expression, answers: Answers, today: date) -> Json:
    """Return the value of ``expression`` for ``answers``; None where it has none."""
    # The most frequent first: each kind that does not fit costs a look.
    match expression:
        case Ref():
            found = answers.get(expression.field)
            return found.get(expression.part) if expression.part and isinstance(found, dict) else found
        case Value():
            day = relative_day(expression.value, today) if isinstance(expression.value, str) else None
            return day.isoformat() if day else expression.value
        case Call():
            return _call(expression.fn, [evaluate(arg, answers, today) for arg in expression.args])
        case Today():
            moved = shifted(today, expression.today)
            return moved.isoformat() if moved else None
        case Shift():
            start = as_day(evaluate(expression.shift, answers, today))
            moved = shifted(start, expression.by) if start else None
            return moved.isoformat() if moved else None
        case If():
            chosen = expression.then if _holds(expression.if_, answers, today) else expression.else_
            return evaluate(chosen, answers, today)
        case Count():
            return sum(1 for _ in _rows(expression.count, expression.where, answers, today))
        case Over():
            scopes = _rows(expression.over, expression.where, answers, today)
            return _fold(expression.fn, [evaluate(expression.of, scope, today) for scope in scopes])


def _holds(condition: Condition, answers: Answers, today: date) -> bool:
    # Conditions compute values, and values hold conditions: this end of the circle is closed at the call.
    from .conditions import applies

    return applies(condition, answers, today)


def _rows(group: str, where: Condition | None, answers: Answers, today: date) -> Iterator[Answers]:
    rows = answers.get(group)
    for row in rows if isinstance(rows, list) else []:
        scope = {**answers, **row} if isinstance(row, dict) else answers
        if where is None or _holds(where, scope, today):
            yield scope


def number(value: Json) -> float | None:
    """Return a number as a double; None for anything that is not one, or too large to be one."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def _plain(value: float | None) -> Json:
    """Write a whole double as an int, as JSON does from JavaScript; nothing for what is not finite."""
    if value is None or not math.isfinite(value):
        return None
    return int(value) if value == int(value) and abs(value) < 2**53 else value


def _fold(name: str, values: list[Json]) -> Json:
    numbers = [found for value in values if (found := number(value)) is not None]
    if not numbers:
        return 0 if name == "sum" else None
    if name == "sum":
        total = 0.0
        for found in numbers:
            total += found
        return _plain(total)
    return _plain(min(numbers) if name == "least" else max(numbers))


def _rounded(value: float, places: int) -> float:
    try:
        scale = 10.0**places
        scaled = math.floor(abs(value) * scale + 0.5) / scale
    except (OverflowError, ZeroDivisionError):
        return math.nan  # more places than a double has: no value
    return -scaled if value < 0 else scaled


def _call(name: str, args: list[Json]) -> Json:
    match name:
        case "join":
            return " ".join(text for arg in args if arg is not None and (text := as_text(arg))) or None
        case "add":
            return _fold("sum", args) if any(number(arg) is not None for arg in args) else None
        case "least" | "most":
            return _fold(name, args)
        case "age" | "days_between" | "year":
            return _of_days(name, args)
        case _:
            return _plain(_arithmetic(name, [number(arg) for arg in args]))


def _arithmetic(name: str, numbers: list[float | None]) -> float | None:
    first, *rest = numbers
    if first is None or any(other is None for other in rest):
        return None
    value = first
    if name == "round":
        return _rounded(value, int(rest[0] or 0) if rest else 0)
    if name == "floor":
        return float(math.floor(value))
    for other in rest:
        assert other is not None  # noqa: S101 checked above
        if name == "divide" and other == 0:
            return None
        value = value - other if name == "subtract" else value * other if name == "multiply" else value / other
    return value


def _of_days(name: str, args: list[Json]) -> Json:
    first = as_day(args[0])
    if first is None:
        return None
    if name == "year":
        return first.year
    second = as_day(args[1]) if len(args) > 1 else None
    if second is None:
        return None
    if name == "days_between":
        return (second - first).days
    # Whole years lived: someone born on 29 February is a year older on 1 March of common years.
    years = second.year - first.year - ((second.month, second.day) < (first.month, first.day))
    return years if years >= 0 else None


def as_text(value: Json) -> str:
    """Say a scalar as text: six decimals at most; nothing for a list, a set of parts or a number of sixteen figures."""
    if isinstance(value, str):
        return value
    found = number(value)
    if found is None or abs(found) >= 1e15:
        return ""
    return str(_plain(found)) if found == int(found) else f"{_rounded(found, 6):.6f}".rstrip("0").rstrip(".")
