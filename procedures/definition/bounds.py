"""The bounds of a date: a day, today give or take, or the day given in another answer."""

import re
from dataclasses import dataclass
from datetime import date

from .base import Answers, Json
from .expressions import shifted

_BOUND = re.compile(
    r"(?:today|field:(?P<field>[a-z][a-z0-9_]{0,47})(?:\.(?P<part>[a-z_]{1,20}))?)"
    r"(?:(?P<sign>[+-])(?P<count>[0-9]{1,4})(?P<unit>[dwmy]))?"
)


@dataclass(frozen=True)
class Bound:
    """The day that bounds an answer, and the day of the other answer from which it was counted, if any."""

    day: date
    base: date | None = None


def referred(text: str) -> set[str]:
    """Return the id of the question that a bound names."""
    match = _BOUND.fullmatch(text)
    return {match["field"]} if match and match["field"] else set()


def check(text: str) -> None:
    """Raise ValueError where ``text`` names no day."""
    match = _BOUND.fullmatch(text)
    if text and not match:
        date.fromisoformat(text)
    elif match and _moved(date(2024, 2, 29), match) is None:
        raise ValueError(f"“{text}” is outside the calendar")


def resolve(text: str, today: date, answers: Answers | None = None) -> Bound | None:
    """Return the bound that ``text`` names; None for an empty text, or while the answer it names is not given."""
    if not text:
        return None
    match = _BOUND.fullmatch(text)
    if not match:
        return Bound(date.fromisoformat(text))
    if match["field"] is None:
        day = _moved(today, match)
        return Bound(day) if day else None
    base = _answered((answers or {}).get(match["field"]), match["part"])
    day = _moved(base, match) if base else None
    return Bound(day, base) if day else None


def bound(text: str, today: date) -> date | None:
    """Return the day that "2026-01-31", "today" or "today-18y" names; None for an empty text."""
    found = resolve(text, today)
    return found.day if found else None


def _answered(value: Json, part: str | None) -> date | None:
    if part and isinstance(value, dict):
        value = value.get(part)
    try:
        # A moment is bounded by its day; a date known in part bounds nothing.
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def _moved(day: date, match: re.Match[str]) -> date | None:
    return shifted(day, f"{match['sign']}{match['count']}{match['unit']}") if match["sign"] else day
