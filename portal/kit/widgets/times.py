"""Controls of days and hours: a date known in part, a moment, a period."""

from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ..markup import fill
from .basic import Control, DateParts, Group
from .parts import Input, draw, joined, read


def date_inputs(
    prefix: str = "", *, own: bool = False, needed: tuple[str, ...] = ("day", "month", "year")
) -> list[Input]:
    """Return the three inputs of a date; ``prefix`` tells two dates of one question apart."""
    labels = {"day": _("Day"), "month": _("Month"), "year": _("Year")}
    return [
        Input(
            f"{prefix}{part}",
            label,
            autocomplete=f"bday-{part}" if own else "off",
            inputmode="numeric",
            required=part in needed,
            css=part,
        )
        for part, label in labels.items()
    ]


def row(control: Control, inputs: list[Input], *, first: bool = True) -> SafeString:
    """Draw short inputs beside one another."""
    drawn = [draw(control, one, first=first and index == 0, said_optional=False) for index, one in enumerate(inputs)]
    return fill('<div class="date">{}</div>', joined(drawn))


class PartialDateParts(DateParts):
    """A date of which only the year may be known."""

    def control(self, control: Control) -> SafeString:
        """Draw day, month and year; only the year is needed."""
        own = self.attrs.get("autocomplete") == "bday"
        return row(control, date_inputs(own=own, needed=("year",)))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str] | None:
        """Read the three parts."""
        return read(data, name, self.parts)


class DateTimeParts(Group):
    """A day and an hour."""

    parts = ("day", "month", "year", "time")

    def control(self, control: Control) -> SafeString:
        """Draw day, month, year and hour."""
        return row(control, [*date_inputs(), Input("time", _("Hour"), css="time")])

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str] | None:
        """Read the four parts."""
        return read(data, name, self.parts)


class PeriodParts(Group):
    """Two dates, each in a group of its own."""

    parts = ("from_day", "from_month", "from_year", "to_day", "to_month", "to_year")

    def control(self, control: Control) -> SafeString:
        """Draw the first and the last day."""
        return fill(
            '<div class="parts"><fieldset><legend>{}</legend>{}</fieldset>'
            "<fieldset><legend>{}</legend>{}</fieldset></div>",
            _("First day"),
            row(control, date_inputs("from_")),
            _("Last day"),
            row(control, date_inputs("to_"), first=False),
        )

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str] | None:
        """Read the six parts."""
        return read(data, name, self.parts)
