"""Two dates, the first and the last day, and the count of days between them."""

from datetime import date
from typing import Any, ClassVar, Literal, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import NonNegativeInt, model_validator

from portal.kit.moments import day_in_words
from portal.kit.widgets import PeriodParts

from ..base import Json
from ..lookups import Context
from .base import QuestionControl, Raw, ValueType
from .dated import PARTS, DatedField, about, read_day, typed, wrong

FROM, TO = ([f"{end}_{part}" for part in PARTS] for end in ("from", "to"))


class PeriodField(DatedField):
    type: Literal["period"]
    minimum_days: NonNegativeInt = 0
    maximum_days: NonNegativeInt = 0  # no limit

    grouped: ClassVar[bool] = True
    value_type: ClassVar[ValueType] = "parts"
    parts: ClassVar[dict[str, ValueType]] = {"from": "date", "to": "date", "days": "number"}

    @model_validator(mode="after")
    def lengths_are_ordered(self) -> Self:
        """Leave a length between the two."""
        if self.maximum_days and self.minimum_days > self.maximum_days:
            raise ValueError("minimum_days is over maximum_days")
        return self

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build two groups of three inputs."""
        return _Control(self, context, widget=PeriodParts(), **self.common())

    def missing(self) -> str:
        """Say what is needed."""
        return str(_("Write the first and the last day: “%(label)s”.") % {"label": self.name})

    def to_json(self, cleaned: Any) -> Json:
        """Store both days and their count, both included."""
        if not cleaned:
            return None
        first, last = cleaned
        return {"from": first.isoformat(), "to": last.isoformat(), "days": (last - first).days + 1}

    def to_initial(self, value: Json) -> Any:
        """Show the six parts."""
        if not value:
            return None
        parts: dict[str, str] = {}
        for end in ("from", "to"):
            day = date.fromisoformat(value[end])
            parts |= {f"{end}_day": str(day.day), f"{end}_month": str(day.month), f"{end}_year": str(day.year)}
        return parts

    def display(self, value: Json) -> str:
        """Say both days and their count."""
        if not value:
            return ""
        first, last = (day_in_words(date.fromisoformat(value[end])) for end in ("from", "to"))
        count = ngettext("%(count)d day", "%(count)d days", value["days"]) % {"count": value["days"]}
        return _("from %(first)s to %(last)s (%(count)s)") % {"first": first, "last": last, "count": count}

    def facet(self, value: Json) -> date | None:
        """Sort by the first day."""
        return date.fromisoformat(value["from"]) if value else None

    def export_columns(self) -> list[str]:
        """Return a column for each day and one for their count."""
        return [f"{self.name} – {part}" for part in (_("first day"), _("last day"), _("number of days"))]

    def export(self, value: Json) -> list[Json]:
        """Export two ISO dates and a number."""
        return [(value or {}).get(part) for part in self.parts]

    @classmethod
    def sample(cls) -> Self:
        """Return the time of an occupation of the street, of a month at most."""
        return cls(
            type="period",
            id="q",
            label="Dates d’occupation",
            earliest="2026-01-01",
            latest="2030-12-31",
            minimum_days=2,
            maximum_days=31,
        )

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return three days."""
        return _raw("30 4 2027", "2 5 2027"), {"from": "2027-04-30", "to": "2027-05-02", "days": 3}

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, one day only, the wrong order, too short, too long, out of bounds, no such day, other figures."""
        return [
            {},
            _raw("30 4 2027", "  "),
            _raw("  ", "2 5 2027"),
            _raw("2 5 2027", "30 4 2027"),
            _raw("30 4 2027", "30 4 2027"),
            _raw("30 4 2027", "31 5 2027"),
            _raw("30 12 2025", "3 1 2026"),
            _raw("30 12 2030", "3 1 2031"),
            _raw("30 2 2027", "3 3 2027"),
            _raw("１ 4 2027", "3 4 2027"),
            {"q-from_day": "1"},
        ]


def _raw(first: str, last: str) -> Raw:
    typed_parts = zip([*FROM, *TO], [*first.split(" "), *last.split(" ")], strict=True)
    return {f"q-{part}": text for part, text in typed_parts}


class _Control(QuestionControl[PeriodField]):
    def clean(self, value: Any) -> tuple[date, date] | None:
        """Return the two days; the error names the wrong part of the wrong date."""
        parts = typed(value, PeriodParts.parts, 10)
        if not any(parts.values()):
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        errors: list[ValidationError] = []
        days: list[date] = []
        for names, label, missing in (
            (FROM, _("First day"), _("Write the first day too.")),
            (TO, _("Last day"), _("Write the last day too.")),
        ):
            if not any(parts[name] for name in names):
                errors.append(wrong(missing, names))
                continue
            try:
                day = read_day(parts, names[0].removesuffix("day"))
                self.question.check_day(day, self.context, names)
            except ValidationError as error:
                errors.append(wrong(about(label, error.messages[0]), (error.params or {}).get("parts", names)))
            else:
                days.append(day)
        if errors:
            raise ValidationError(errors)
        first, last = days
        if last < first:
            raise wrong(
                _("The last day comes before the first one (%(day)s). Check both dates.")
                % {"day": day_in_words(first)},
                TO,
            )
        self._check_length((last - first).days + 1)
        return first, last

    def _check_length(self, days: int) -> None:
        shortest, longest = self.question.minimum_days, self.question.maximum_days
        given = ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
        if days < shortest:
            least = ngettext("%(count)d day", "%(count)d days", shortest) % {"count": shortest}
            raise wrong(
                _("You ask for %(given)s: the period lasts at least %(limit)s, first and last day included.")
                % {"given": given, "limit": least},
                TO,
            )
        if longest and days > longest:
            most = ngettext("%(count)d day", "%(count)d days", longest) % {"count": longest}
            raise wrong(
                _("You ask for %(given)s: the period lasts at most %(limit)s, first and last day included.")
                % {"given": given, "limit": most},
                TO,
            )
