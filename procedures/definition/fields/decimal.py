"""A number with decimals, between bounds."""

import re
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import Field as Meta
from pydantic import model_validator

from ..base import Json
from ..lookups import Context
from .base import Field, QuestionControl, Raw, TextControl, ValueType

Finite = Annotated[float, Meta(allow_inf_nan=False, ge=-1e12, le=1e12)]


def said(number: float | Decimal) -> str:
    """Write a number the French way: 1 234,5."""
    text = f"{Decimal(str(number)):,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(",", "\u202f").replace(".", ",")


class DecimalField(Field):
    type: Literal["decimal"]
    minimum: Finite = 0
    maximum: Finite = 1_000_000_000
    decimals: Annotated[int, Meta(ge=1, le=6)] = 2
    unit: str = ""

    value_type: ClassVar[ValueType] = "number"
    live: ClassVar[str] = "number"

    @model_validator(mode="after")
    def bounds_are_ordered(self) -> Self:
        """Leave a number between the bounds."""
        if self.minimum > self.maximum:
            raise ValueError("the minimum is over the maximum")
        return self

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build a text input with a decimal keyboard; a number input would refuse the French comma."""
        attrs = {"inputmode": "decimal" if self.minimum >= 0 else "", "autocomplete": "off"}
        return _Control(self, widget=forms.TextInput(attrs=attrs), **self.common())

    def to_initial(self, value: Json) -> Any:
        """Show the number as it is typed, without its unit."""
        return "" if value is None else said(value)

    def display(self, value: Json) -> str:
        """Say the number with its unit."""
        return "" if value is None else said(value) + (f"\u00a0{self.unit}" if self.unit else "")

    def facet(self, value: Json) -> Decimal | None:
        """Sort as a number."""
        return None if value is None else Decimal(str(value))

    def export(self, value: Json) -> list[Json]:
        """Export the number."""
        return [value]

    @classmethod
    def sample(cls) -> Self:
        """Return an area of ten thousand square metres at most."""
        return cls(type="decimal", id="q", label="Surface", minimum=0.5, maximum=10_000, decimals=2, unit="m²")

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return a number with a space and a comma."""
        return {"q": " 1 234,5 "}, 1234.5

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, a word, too many decimals, two commas, out of bounds, no number, other figures, endless digits."""
        return [
            {"q": ""},
            {"q": "douze"},
            {"q": "1,234"},
            {"q": "1,2,3"},
            {"q": "1.234,5"},
            {"q": "0,49"},
            {"q": "10000,01"},
            {"q": "-3"},
            {"q": "nan"},
            {"q": "1e3"},
            {"q": "１２"},
            {"q": "9" * 10_000},
        ]


class _Control(QuestionControl[DecimalField], TextControl):
    def clean(self, value: Any) -> Any:
        asked = self.question
        text = re.sub(r"\s", "", super().clean(value)).replace("−", "-").replace(".", ",")
        text = text.removesuffix(asked.unit.replace(" ", ""))
        if not text:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        match = re.fullmatch(r"(-?[0-9]{1,12})(?:,([0-9]{1,12}))?", text)
        if not match:
            raise ValidationError(_("Write a number in figures, for example 12 or 12,5."))
        if len(match[2] or "") > asked.decimals:
            words = ngettext(
                "Keep %(count)d figure at most after the comma.",
                "Keep %(count)d figures at most after the comma.",
                asked.decimals,
            )
            raise ValidationError(words % {"count": asked.decimals})
        number = Decimal(f"{match[1]}.{match[2] or '0'}")
        if not Decimal(str(asked.minimum)) <= number <= Decimal(str(asked.maximum)):
            raise ValidationError(
                _("This number must be between %(low)s and %(high)s.")
                % {"low": asked.display(asked.minimum), "high": asked.display(asked.maximum)}
            )
        return int(number) if number == int(number) else float(number)
