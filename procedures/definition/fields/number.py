"""A whole number, between bounds."""

import re
from decimal import Decimal
from typing import Any, ClassVar, Literal, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ..base import Json
from ..lookups import Context
from .base import Field, QuestionControl, Raw, TextControl, ValueType


class NumberField(Field):
    type: Literal["number"]
    minimum: int = 0
    maximum: int = 1_000_000_000
    unit: str = ""
    value_type: ClassVar[ValueType] = "number"
    live: ClassVar[str] = "number"

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build a text input with a numeric keyboard; a number input would swallow what is mistyped."""
        return _Control(
            self, widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}), **self.common()
        )

    def display(self, value: Json) -> str:
        """Say the number with its unit."""
        return (
            "" if value is None else f"{value:,}".replace(",", "\u202f") + (f"\u00a0{self.unit}" if self.unit else "")
        )

    def facet(self, value: Json) -> Decimal | None:
        """Sort as a number."""
        return None if value is None else Decimal(value)

    def export(self, value: Json) -> list[Json]:
        """Export the number."""
        return [value]

    @classmethod
    def sample(cls) -> Self:
        """Return a number of copies."""
        return cls(type="number", id="q", label="Nombre d’exemplaires", minimum=1, maximum=5)

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return a number with a space around."""
        return {"q": " 3 "}, 3

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, a decimal, a word, out of bounds, endless digits."""
        return [{"q": ""}, {"q": "1,5"}, {"q": "trois"}, {"q": "0"}, {"q": "6"}, {"q": "9" * 5000}]


class _Control(QuestionControl[NumberField], TextControl):
    def clean(self, value: Any) -> Any:
        text = re.sub(r"\s", "", super().clean(value))
        if not text:
            return None
        bounds = {"low": self.question.minimum, "high": self.question.maximum}
        if not re.fullmatch(r"-?[0-9]{1,12}", text):
            raise ValidationError(_("Write a whole number, in figures, between %(low)d and %(high)d.") % bounds)
        number = int(text)
        if not self.question.minimum <= number <= self.question.maximum:
            raise ValidationError(_("This number must be between %(low)d and %(high)d.") % bounds)
        return number
