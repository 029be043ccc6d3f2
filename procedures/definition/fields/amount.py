"""An amount in euros, stored in whole cents."""

import re
from decimal import Decimal
from typing import Any, ClassVar, Literal, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ..base import Json
from ..lookups import Context
from .base import Field, QuestionControl, Raw, TextControl, ValueType


def euros(cents: int) -> str:
    """Say an amount the French way: 11 460,50 €."""
    whole, rest = divmod(abs(cents), 100)
    text = f"{whole:,}".replace(",", "\u202f") + (f",{rest:02d}" if rest else "")
    return f"{'-' if cents < 0 else ''}{text}\u00a0€"


class AmountField(Field):
    type: Literal["amount"]
    minimum_cents: int = 0
    maximum_cents: int = 100_000_000_00
    value_type: ClassVar[ValueType] = "number"
    live: ClassVar[str] = "amount"

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build a text input with a decimal keyboard."""
        return _Control(
            self, widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}), **self.common()
        )

    def to_initial(self, value: Json) -> Any:
        """Show the amount as it is typed."""
        return "" if value is None else self.display(value).removesuffix("\u00a0€")

    def display(self, value: Json) -> str:
        """Say the amount in euros."""
        return "" if value is None else euros(value)

    def facet(self, value: Json) -> Decimal | None:
        """Sort by cents."""
        return None if value is None else Decimal(value)

    def export(self, value: Json) -> list[Json]:
        """Export euros, as a number."""
        return [None if value is None else value / 100]

    @classmethod
    def sample(cls) -> Self:
        """Return an amount of ten euros at least."""
        return cls(type="amount", id="q", label="Montant demandé", minimum_cents=1000, maximum_cents=10_000_000)

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return an amount as people write it."""
        return {"q": "1 234,50 €"}, 123450

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, words, three decimals, under and over the bounds."""
        return [{"q": ""}, {"q": "cent euros"}, {"q": "1,234"}, {"q": "9,99"}, {"q": "100 001"}]


class _Control(QuestionControl[AmountField], TextControl):
    def clean(self, value: Any) -> Any:
        text = re.sub(r"[\s€]", "", super().clean(value)).replace(".", ",")
        if not text:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        match = re.fullmatch(r"([0-9]{1,12})(?:,([0-9]{1,2}))?", text)
        if not match:
            raise ValidationError(_("Write an amount in euros, for example 1 250 or 1 250,50."))
        cents = int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0"))
        if not self.question.minimum_cents <= cents <= self.question.maximum_cents:
            raise ValidationError(
                _("This amount must be between %(low)s and %(high)s.")
                % {"low": euros(self.question.minimum_cents), "high": euros(self.question.maximum_cents)}
            )
        return cents
