"""A day and an hour in the town's time zone; stored with its offset, so that it can be read anywhere."""

from datetime import UTC, date, time
from datetime import datetime as moment
from typing import Any, ClassVar, Literal, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.kit.moments import day_in_words, hour
from portal.kit.widgets import DateTimeParts

from ..base import Json
from ..hours import read_hour
from ..lookups import Context
from .base import QuestionControl, Raw, ValueType
from .dated import DatedField, read_day, typed, wrong


class DateTimeField(DatedField):
    type: Literal["datetime"]

    grouped: ClassVar[bool] = True
    value_type: ClassVar[ValueType] = "datetime"

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build four inputs: day, month, year, hour."""
        return _Control(self, context, widget=DateTimeParts(), **self.common())

    def missing(self) -> str:
        """Say what is needed."""
        return str(_("Write the day, the month, the year and the hour: “%(label)s”.") % {"label": self.name})

    def to_json(self, cleaned: Any) -> Json:
        """Store an ISO moment with the offset that the town had then."""
        return cleaned.isoformat(timespec="minutes") if cleaned else None

    def to_initial(self, value: Json) -> Any:
        """Show the four parts, as they were typed."""
        if not value:
            return None
        then = moment.fromisoformat(value)
        parts = {"day": str(then.day), "month": str(then.month), "year": str(then.year)}
        return {**parts, "time": hour(then.time())}

    def display(self, value: Json) -> str:
        """Say the day and the hour of the town."""
        if not value:
            return ""
        then = moment.fromisoformat(value)
        return _("%(day)s at %(hour)s") % {"day": day_in_words(then.date()), "hour": hour(then.time())}

    def facet(self, value: Json) -> date | None:
        """Sort by day."""
        return moment.fromisoformat(value).date() if value else None

    def export(self, value: Json) -> list[Json]:
        """Export the ISO moment."""
        return [value]

    @classmethod
    def sample(cls) -> Self:
        """Return the hour of an event."""
        return cls(type="datetime", id="q", label="Début de l’événement", earliest="2026-01-01", latest="2029-12-31")

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return an evening of summer."""
        raw = {"q-day": "14", "q-month": "7", "q-year": "2027", "q-time": "22h30"}
        return raw, "2027-07-14T22:30+02:00"

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, no hour, no day, an hour that is none, one that the clock change skips, out of bounds."""
        day = {"q-day": "14", "q-month": "7", "q-year": "2027"}
        return [
            {},
            {**day, "q-time": ""},
            {"q-day": "", "q-month": "", "q-year": "", "q-time": "9h"},
            {**day, "q-time": "24h"},
            {**day, "q-month": "13", "q-time": "9h"},
            {"q-day": "28", "q-month": "3", "q-year": "2027", "q-time": "2h30"},
            {**day, "q-year": "2020", "q-time": "9h"},
            {**day, "q-time": "９h"},
            {**day, "q-time": "9" * 10_000},
        ]


class _Control(QuestionControl[DateTimeField]):
    def clean(self, value: Any) -> moment | None:
        """Return the moment; the error names the wrong part."""
        parts = typed(value, DateTimeParts.parts, 40)
        if not any(parts.values()):
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        day = read_day(parts)
        at = read_hour(parts["time"])
        if at is None:
            raise wrong(_("Write an hour, for example 9 h, 9 h 30 or 14:15."), ["time"])
        self.question.check_day(day, self.context)
        return _in_town(day, at)


def _in_town(day: date, at: time) -> moment:
    """Return the moment in the town's zone: the first one when the clock says that hour twice (PEP 495)."""
    local = moment.combine(day, at, tzinfo=timezone.get_current_timezone())
    try:
        same = local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None)
    except OverflowError:
        raise wrong(_("Check the year."), ["year"]) from None
    if not same:
        raise wrong(
            _("This hour does not exist: that night, clocks go forward. Write an hour earlier or later."), ["time"]
        )
    return local
