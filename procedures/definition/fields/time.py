"""An hour of the day, typed in one input as people write it."""

from datetime import time
from typing import Annotated, Any, ClassVar, Literal, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from pydantic import Field as Meta
from pydantic import field_validator, model_validator

from portal.kit.moments import hour

from ..base import Json
from ..hours import read_hour
from ..lookups import Context
from .base import Field, QuestionControl, Raw, TextControl, ValueType


class TimeField(Field):
    type: Literal["time"]
    earliest: str = ""
    latest: str = ""
    step_minutes: Annotated[int, Meta(ge=1, le=720)] = 1

    value_type: ClassVar[ValueType] = "time"

    @field_validator("earliest", "latest")
    @classmethod
    def bound_is_an_hour(cls, value: str) -> str:
        """Write every bound as 09:30."""
        if not value:
            return value
        found = read_hour(value)
        if found is None:
            raise ValueError(f"“{value}” is no hour: write it as 09:30")
        return f"{found:%H:%M}"

    @model_validator(mode="after")
    def bounds_are_ordered(self) -> Self:
        """Leave an hour between the bounds."""
        if self.earliest and self.latest and self.earliest > self.latest:
            raise ValueError("the earliest hour comes after the latest one")
        return self

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build one text input: a time input would refuse 9h30."""
        return _Control(self, widget=forms.TextInput(attrs={"autocomplete": "off", "class": "short"}), **self.common())

    def to_initial(self, value: Json) -> Any:
        """Show the hour as people write it."""
        return self.display(value)

    def display(self, value: Json) -> str:
        """Say the hour."""
        return hour(time.fromisoformat(value)) if value else ""

    def facet(self, value: Json) -> str | None:
        """Sort by hour."""
        return value or None

    def export(self, value: Json) -> list[Json]:
        """Export 09:30."""
        return [value]

    @classmethod
    def sample(cls) -> Self:
        """Return an hour of the morning, by half hours."""
        return cls(type="time", id="q", label="Heure du dépôt", earliest="08:00", latest="12:30", step_minutes=30)

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return an hour as it is said."""
        return {"q": " 9 h 30 "}, "09:30"

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, words, an hour that is none, out of bounds, between two steps, other figures, endless text."""
        return [
            {"q": ""},
            {"q": "le matin"},
            {"q": "25h"},
            {"q": "9h60"},
            {"q": "7h30"},
            {"q": "13:00"},
            {"q": "9h10"},
            {"q": "９h"},
            {"q": "\u202e\x07"},
            {"q": "9" * 10_000},
        ]


class _Control(QuestionControl[TimeField], TextControl):
    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        found = read_hour(text[:40])
        if found is None:
            raise ValidationError(_("Write an hour, for example 9 h, 9 h 30 or 14:15."))
        return check_hour(found, self.question.earliest, self.question.latest, self.question.step_minutes)


def check_hour(found: time, earliest: str, latest: str, step: int) -> str:
    """Return the hour as 09:30, within its bounds and on a step counted from the first bound."""
    low, high = time.fromisoformat(earliest or "00:00"), time.fromisoformat(latest or "23:59")
    if not low <= found <= high:
        raise ValidationError(
            _("This hour must be between %(low)s and %(high)s.") % {"low": hour(low), "high": hour(high)}
        )
    late = (found.hour - low.hour) * 60 + found.minute - low.minute
    if late % step:
        before = low.hour * 60 + low.minute + late - late % step
        after = before + step
        words = {"step": step, "before": hour(time(before // 60, before % 60))}
        if after > high.hour * 60 + high.minute:
            raise ValidationError(_("Hours go by %(step)d minutes: choose %(before)s.") % words)
        words["after"] = hour(time(after // 60, after % 60))
        raise ValidationError(_("Hours go by %(step)d minutes: choose %(before)s or %(after)s.") % words)
    return f"{found:%H:%M}"
