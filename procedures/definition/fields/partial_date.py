"""A date of which the day, or the day and the month, may be unknown: a birth abroad, an old event."""

from calendar import monthrange
from datetime import date
from typing import Any, ClassVar, Literal, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.kit.moments import day_in_words
from portal.kit.prose import followed
from portal.kit.widgets import PartialDateParts

from ..base import Json
from ..lookups import Context
from .base import QuestionControl, Raw
from .dated import PARTS, DatedField, read_day_number, read_month, read_year, too_early, too_late, typed, wrong


class PartialDateField(DatedField):
    """Stored as "1957", "1957-03" or "1957-03-27": no day is invented, so it is a text to conditions."""

    type: Literal["partial_date"]
    autocomplete: str = "off"

    grouped: ClassVar[bool] = True

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build three inputs, and say what may be left."""
        common = self.common()
        rule = _("Leave the day, or the day and the month, empty if they are not known.")
        common["help_text"] = followed(self.help, rule)
        return _Control(self, context, widget=PartialDateParts(attrs={"autocomplete": self.autocomplete}), **common)

    def missing(self) -> str:
        """Say what is needed."""
        return str(_("Write the year at least: “%(label)s”.") % {"label": self.name})

    def to_initial(self, value: Json) -> Any:
        """Show the parts that are known."""
        if not value:
            return None
        year, month, day = [*value.split("-"), "", ""][:3]
        return {"day": day.lstrip("0"), "month": month.lstrip("0"), "year": year}

    def display(self, value: Json) -> str:
        """Say what is known in words."""
        if not value:
            return ""
        year, month, day = [*value.split("-"), "", ""][:3]
        if not month:
            return str(year)
        known = date(int(year), int(month), int(day or 1))
        return day_in_words(known) if day else date_format(known, "F Y")

    def facet(self, value: Json) -> str | None:
        """Sort as written: the year first."""
        return value or None

    def export(self, value: Json) -> list[Json]:
        """Export what is known, the year first."""
        return [value]

    @classmethod
    def sample(cls) -> Self:
        """Return a date of birth."""
        return cls(type="partial_date", id="q", label="Date de naissance", earliest="1900-01-01", latest="today")

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return a month."""
        return {"q-day": "00", "q-month": "3", "q-year": "1957"}, "1957-03"

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, a day without its month, no year, two figures of year, no such day or month, out of bounds."""
        return [
            {},
            {"q-day": "27", "q-month": "", "q-year": "1957"},
            {"q-day": "", "q-month": "3", "q-year": ""},
            {"q-day": "", "q-month": "", "q-year": "57"},
            {"q-day": "30", "q-month": "2", "q-year": "1957"},
            {"q-day": "", "q-month": "13", "q-year": "1957"},
            {"q-day": "", "q-month": "", "q-year": "1899"},
            {"q-day": "", "q-month": "", "q-year": "2999"},
            {"q-day": "", "q-month": "mars", "q-year": "1957"},
            {"q-day": "", "q-month": "", "q-year": "１９５７"},
            {"q-year": "1" * 10_000},
        ]


class _Control(QuestionControl[PartialDateField]):
    def clean(self, value: Any) -> str | None:
        """Return what is known, the year first; the error names the wrong part."""
        parts = typed(value, PARTS, 10)
        for name in ("day", "month"):
            if parts[name] and not parts[name].strip("0"):
                parts[name] = ""  # civil-status records write 00 for what is not known
        if not any(parts.values()):
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        if not parts["year"]:
            raise wrong(_("Write the year, with 4 figures."), ["year"])
        if parts["day"] and not parts["month"]:
            raise wrong(_("You gave the day without its month. Write the month, or leave the day empty."), ["month"])
        year = read_year(parts)
        if not parts["month"]:
            self._check(date(year, 1, 1), date(year, 12, 31), ["year"])
            return f"{year:04d}"
        month = read_month(parts)
        if not parts["day"]:
            self._check(date(year, month, 1), date(year, month, monthrange(year, month)[1]), ["month", "year"])
            return f"{year:04d}-{month:02d}"
        day = date(year, month, read_day_number(parts, year, month))
        self._check(day, day, PARTS)
        return day.isoformat()

    def _check(self, first: date, last: date, parts: Any) -> None:
        """Refuse what cannot be within the bounds, whichever day it was."""
        earliest, latest = self.question.limits(self.context)
        if earliest and last < earliest.day:
            raise wrong(too_early(earliest), parts)
        if latest and first > latest.day:
            raise wrong(too_late(latest), parts)
