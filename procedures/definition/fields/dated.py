"""What every question about a day shares: reading its inputs, and its bounds."""

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import field_validator, model_validator

from portal.kit.moments import day_in_words

from .. import bounds
from ..lookups import Context
from .base import Field, at_parts, clean_text

PARTS = ("day", "month", "year")
_FIGURES = {"day": r"[0-9]{1,2}", "month": r"[0-9]{1,2}", "year": r"[0-9]{4}"}


class DatedField(Field):
    """A question bounded by days: "2026-01-31", "today-18y", or another answer: "field:start+3d", "field:stay.to"."""

    earliest: str = ""
    latest: str = ""

    @field_validator("earliest", "latest")
    @classmethod
    def bound_is_readable(cls, value: str) -> str:
        """Refuse a bound that names no day."""
        bounds.check(value)
        return value

    @model_validator(mode="after")
    def bound_is_another_answer(self) -> Self:
        """An answer cannot bound itself."""
        if self.id in self.field_references():
            raise ValueError("a date cannot be bounded by itself")
        return self

    def field_references(self) -> set[str]:
        """Return the questions whose answers bound this one."""
        return bounds.referred(self.earliest) | bounds.referred(self.latest)

    def limits(self, context: Context | None) -> tuple[bounds.Bound | None, bounds.Bound | None]:
        """Return the earliest and the latest day, given the answers so far."""
        today = context.today if context else timezone.localdate()
        answers = context.answers if context else {}
        return bounds.resolve(self.earliest, today, answers), bounds.resolve(self.latest, today, answers)

    def check_day(self, day: date, context: Context | None, parts: Sequence[str] = PARTS) -> None:
        """Raise the error of a day out of bounds, with the day that bounds it."""
        earliest, latest = self.limits(context)
        if earliest and day < earliest.day:
            raise wrong(too_early(earliest), parts)
        if latest and day > latest.day:
            raise wrong(too_late(latest), parts)


def too_early(limit: bounds.Bound) -> str:
    """Say the first day that is accepted, and where it comes from."""
    words = {"day": day_in_words(limit.day), "base": day_in_words(limit.base) if limit.base else ""}
    if limit.base:
        return _("This date must be %(day)s or later: it follows from another of your answers (%(base)s).") % words
    return _("This date must be %(day)s or later.") % words


def too_late(limit: bounds.Bound) -> str:
    """Say the last day that is accepted, and where it comes from."""
    words = {"day": day_in_words(limit.day), "base": day_in_words(limit.base) if limit.base else ""}
    if limit.base:
        return _("This date must be %(day)s or earlier: it follows from another of your answers (%(base)s).") % words
    return _("This date must be %(day)s or earlier.") % words


def wrong(message: str, parts: Sequence[str]) -> ValidationError:
    """Build an error that names the wrong inputs."""
    return at_parts(message, parts)


def about(part: str, message: str) -> str:
    """Say of which input of a question a message speaks: its border alone would not tell everyone (RGAA 11.10)."""
    return _("%(part)s: %(message)s") % {"part": part, "message": message}


def typed(value: Any, names: Sequence[str], limit: int = 200) -> dict[str, str]:
    """Return the text of each input, cleaned; whatever is missing or is no text is empty."""
    given = value if isinstance(value, Mapping) else {}
    return {name: clean_text(text)[:limit] if isinstance(text := given.get(name), str) else "" for name in names}


def read_day(parts: Mapping[str, str], prefix: str = "") -> date:
    """Return the day typed in three inputs; the error names the wrong one and how to mend it."""
    missing = [prefix + name for name in PARTS if not parts[prefix + name]]
    if missing:
        raise wrong(_("Write the day, the month and the year."), missing)
    year = read_year(parts, prefix)
    month = read_month(parts, prefix)
    return date(year, month, read_day_number(parts, year, month, prefix))


def read_year(parts: Mapping[str, str], prefix: str = "") -> int:
    """Return the year, of four figures."""
    year = _figures(parts, "year", prefix)
    if year < 1:
        raise wrong(_("Check the year."), [prefix + "year"])
    return year


def read_month(parts: Mapping[str, str], prefix: str = "") -> int:
    """Return the month."""
    month = _figures(parts, "month", prefix)
    if not 1 <= month <= 12:
        raise wrong(_("The month goes from 1 to 12. Check the month."), [prefix + "month"])
    return month


def read_day_number(parts: Mapping[str, str], year: int, month: int, prefix: str = "") -> int:
    """Return the day of the month."""
    day, last = _figures(parts, "day", prefix), monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise wrong(
            _("This date does not exist: that month has %(days)d days. Check the day.") % {"days": last},
            [prefix + "day"],
        )
    return day


def _figures(parts: Mapping[str, str], name: str, prefix: str) -> int:
    if not re.fullmatch(_FIGURES[name], parts[prefix + name]):
        raise wrong(_("Write the date in figures, the year with 4 figures, for example: 27 3 1957."), [prefix + name])
    return int(parts[prefix + name])
