"""The family quotient of the family-allowance fund, in whole euros a month."""

import re
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from pydantic import Field as Meta

from portal.kit.prose import followed

from ..base import Json
from ..lookups import Context
from .amount import euros
from .base import Field, QuestionControl, Raw, TextControl, ValueType

# Above this, a monthly quotient is rare enough to ask whether a yearly income was written instead.
UNUSUAL = 10_000


class FamilyQuotientField(Field):
    type: Literal["family_quotient"]
    maximum: Annotated[int, Meta(ge=1, le=99_999)] = 99_999

    value_type: ClassVar[ValueType] = "number"
    live: ClassVar[str] = "number"

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build a text input with a numeric keyboard, and say where the figure is found."""
        where = _("It stands on your CAF or MSA certificate, in euros a month. It is not your taxable income.")
        common = {**self.common(), "help_text": followed(self.help, where)}
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short"})
        return _Control(self, widget=widget, **common)

    def to_initial(self, value: Json) -> Any:
        """Show the number alone."""
        return "" if value is None else self.display(value).removesuffix("\u00a0€")

    def display(self, value: Json) -> str:
        """Say the quotient in euros."""
        return "" if value is None else euros(value * 100)

    def search_terms(self, value: Json) -> list[str]:
        """A quotient is no search word."""
        return []

    def facet(self, value: Json) -> Decimal | None:
        """Sort as a number."""
        return None if value is None else Decimal(value)

    def warnings(self, value: Json, context: Context | None = None) -> list[str]:
        """Ask to look again at a figure that is likely a yearly income."""
        if value is None or value < UNUSUAL:
            return []
        return [_("This is high for a family quotient, which is monthly. Check that it is not a yearly income.")]

    def export(self, value: Json) -> list[Json]:
        """Export the number."""
        return [value]

    @classmethod
    def sample(cls) -> Self:
        """Return the plain question."""
        return cls(type="family_quotient", id="q", label="Quotient familial")

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return one as it is written on a certificate."""
        return {"q": " 1 045 € "}, 1045

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, words, cents, a yearly income, a negative one, other figures, endless digits."""
        return [
            {"q": ""},
            {"q": "je ne sais pas"},
            {"q": "845,30"},
            {"q": "124 500"},
            {"q": "-5"},
            {"q": "€"},
            {"q": "８４５"},
            {"q": "\u202e\x07"},
            {"q": "9" * 10_000},
        ]


class _Control(QuestionControl[FamilyQuotientField], TextControl):
    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        number = re.sub(r"\s|€|euros?$", "", text)
        number = re.sub(r"[.,]00?$", "", number)
        if re.fullmatch(r"[0-9]+[.,][0-9]+", number):
            raise ValidationError(_("Write whole euros, without cents, for example 845."))
        if not re.fullmatch(r"[0-9]+", number):
            raise ValidationError(
                _("Write the family quotient in figures, for example 845. It stands on your CAF or MSA certificate.")
            )
        if len(number.lstrip("0")) > 5 or int(number[-5:]) > self.question.maximum:
            raise ValidationError(
                _(
                    "This looks like a yearly income. The family quotient is a monthly figure, %(limit)s at most: "
                    "copy it from your CAF or MSA certificate."
                )
                % {"limit": euros(self.question.maximum * 100)}
            )
        return int(number[-5:])
