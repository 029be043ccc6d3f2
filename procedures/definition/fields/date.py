"""A date in three inputs, between bounds that may be relative to today."""

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Any, ClassVar, Literal, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from pydantic import field_validator

from portal.kit.widgets import DateParts

from ..base import Json
from ..legal import Delay, add_delay
from ..lookups import Context
from .base import Field, Raw, ValueType, clean_text

_RELATIVE = re.compile(r"today(?:([+-])([0-9]{1,4})([dwmy]))?")


def bound(text: str, today: date) -> date | None:
    """Return the day that "2026-01-31", "today" or "today-18y" names; None for an empty text."""
    if not text:
        return None
    match = _RELATIVE.fullmatch(text)
    if not match:
        return date.fromisoformat(text)
    if not match[1]:
        return today
    count, unit, sign = int(match[2]), match[3], -1 if match[1] == "-" else 1
    if unit in "dw":
        return today + sign * timedelta(days=count * (7 if unit == "w" else 1))
    months = count * (12 if unit == "y" else 1)
    if sign > 0:
        return add_delay(today, Delay(count=max(months, 1), unit="months"))
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


class DateField(Field):
    type: Literal["date"]
    earliest: str = ""
    latest: str = ""
    autocomplete: str = "off"

    grouped: ClassVar[bool] = True
    value_type: ClassVar[ValueType] = "date"

    @field_validator("earliest", "latest")
    @classmethod
    def bound_is_readable(cls, value: str) -> str:
        """Refuse a bound that names no day."""
        bound(value, date(2024, 2, 29))
        return value

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build three inputs: day, month, year."""
        return _Control(self, widget=DateParts(attrs={"autocomplete": self.autocomplete}), **self.common())

    def to_json(self, cleaned: Any) -> Json:
        """Store an ISO date."""
        return cleaned.isoformat() if cleaned else None

    def to_initial(self, value: Json) -> Any:
        """Show the three parts."""
        if not value:
            return None
        day = date.fromisoformat(value)
        return {"day": str(day.day), "month": str(day.month), "year": str(day.year)}

    def display(self, value: Json) -> str:
        """Say the date in words."""
        return date_format(date.fromisoformat(value), "j F Y") if value else ""

    def facet(self, value: Json) -> date | None:
        """Sort by day."""
        return date.fromisoformat(value) if value else None

    @classmethod
    def sample(cls) -> Self:
        """Return a date of birth."""
        return cls(type="date", id="q", label="Date de naissance", earliest="1900-01-01", latest="today")

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return a leap day."""
        return {"q-day": "29", "q-month": "2", "q-year": "1960"}, "1960-02-29"

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, a day that does not exist, a part missing, two figures of year, words, out of bounds."""
        return [
            {"q-day": "", "q-month": "", "q-year": ""},
            {"q-day": "31", "q-month": "11", "q-year": "1957"},
            {"q-day": "3", "q-month": "", "q-year": "1957"},
            {"q-day": "3", "q-month": "4", "q-year": "57"},
            {"q-day": "un", "q-month": "mars", "q-year": "2000"},
            {"q-day": "1", "q-month": "1", "q-year": "1899"},
            {"q-day": "1", "q-month": "1", "q-year": "2999"},
        ]


class _Control(forms.Field):
    def __init__(self, question: DateField, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.question = question

    def clean(self, value: Any) -> date | None:
        """Return the day; the error names the wrong part in ``params["parts"]`` and how to mend it."""
        parts = {name: clean_text(text or "")[:10] for name, text in (value or {}).items()}
        if not any(parts.values()):
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        missing = [name for name in ("day", "month", "year") if not parts.get(name)]
        if missing:
            raise _wrong(_("Write the day, the month and the year."), missing)
        limits = {"day": r"[0-9]{1,2}", "month": r"[0-9]{1,2}", "year": r"[0-9]{4}"}
        for name, pattern in limits.items():
            if not re.fullmatch(pattern, parts[name], re.ASCII):
                raise _wrong(
                    _("Write the date in figures, the year with 4 figures, for example: 27 3 1957."),
                    [name],
                )
        day, month, year = (int(parts[name]) for name in ("day", "month", "year"))
        if not 1 <= month <= 12:
            raise _wrong(_("The month goes from 1 to 12. Check the month."), ["month"])
        if year < 1:
            raise _wrong(_("Check the year."), ["year"])
        if not 1 <= day <= monthrange(year, month)[1]:
            raise _wrong(
                _("This date does not exist: that month has %(days)d days. Check the day.")
                % {"days": monthrange(year, month)[1]},
                ["day"],
            )
        return self._within(date(year, month, day))

    def _within(self, day: date) -> date:
        today = timezone.localdate()
        earliest, latest = bound(self.question.earliest, today), bound(self.question.latest, today)
        if earliest and day < earliest:
            raise _wrong(
                _("This date must be %(day)s or later.") % {"day": date_format(earliest, "j F Y")},
                ["day", "month", "year"],
            )
        if latest and day > latest:
            raise _wrong(
                _("This date must be %(day)s or earlier.") % {"day": date_format(latest, "j F Y")},
                ["day", "month", "year"],
            )
        return day


def _wrong(message: str, parts: list[str]) -> ValidationError:
    return ValidationError(message, params={"parts": parts})
