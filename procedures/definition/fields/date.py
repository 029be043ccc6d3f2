"""A date in three inputs, between bounds that may be relative to today or to another answer."""

from datetime import date
from typing import Any, ClassVar, Literal, Self

from django import forms
from django.core.exceptions import ValidationError

from portal.kit.moments import day_in_words
from portal.kit.widgets import DateParts

from ..base import Json
from ..lookups import Context
from .base import QuestionControl, Raw, ValueType
from .dated import PARTS, DatedField, read_day, typed


class DateField(DatedField):
    type: Literal["date"]
    autocomplete: str = "off"

    grouped: ClassVar[bool] = True
    value_type: ClassVar[ValueType] = "date"
    live: ClassVar[str] = "date"

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build three inputs: day, month, year."""
        return _Control(self, context, widget=DateParts(attrs={"autocomplete": self.autocomplete}), **self.common())

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
        return day_in_words(date.fromisoformat(value)) if value else ""

    def facet(self, value: Json) -> date | None:
        """Sort by day."""
        return date.fromisoformat(value) if value else None

    def export(self, value: Json) -> list[Json]:
        """Export the ISO date."""
        return [value]

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
            {"q-day": "１", "q-month": "1", "q-year": "2000"},
            {"q-day": "1"},
            {"q-day": "9" * 10_000, "q-month": "1", "q-year": "2000"},
        ]


class _Control(QuestionControl[DateField]):
    def clean(self, value: Any) -> date | None:
        """Return the day; the error names the wrong part in ``params["parts"]`` and how to mend it."""
        parts = typed(value, PARTS, 10)
        if not any(parts.values()):
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        day = read_day(parts)
        self.question.check_day(day, self.context)
        return day
