"""A telephone number, French, overseas or foreign; stored in E.164, shown by pairs."""

from typing import Any, Literal, Self

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ..base import Json
from ..lookups import Context
from .base import Field, Raw, TextControl


class PhoneField(Field):
    type: Literal["phone"]
    autocomplete: str = "tel"

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build a telephone input."""
        return _Control(
            widget=forms.TextInput(attrs={"type": "tel", "autocomplete": self.autocomplete}), **self.common()
        )

    def to_initial(self, value: Json) -> Any:
        """Show the number as people write it."""
        return self.display(value)

    def display(self, value: Json) -> str:
        """Say a number of mainland France by pairs, another with its country code."""
        if not value:
            return ""
        try:
            number = phonenumbers.parse(value)
        except phonenumbers.NumberParseException as error:
            raise ValueError(value) from error
        style = (
            phonenumbers.PhoneNumberFormat.NATIONAL
            if number.country_code == 33
            else phonenumbers.PhoneNumberFormat.INTERNATIONAL
        )
        return str(phonenumbers.format_number(number, style))

    def search_terms(self, value: Json) -> list[str]:
        """Find a number however its digits were parted."""
        return [self.display(value), self.display(value).replace(" ", "")] if value else []

    @classmethod
    def sample(cls) -> Self:
        """Return a plain question."""
        return cls(type="phone", id="q", label="Téléphone")

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return a number kept for fiction."""
        return {"q": "06 39 98 12-34"}, "+33639981234"

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, words, too few digits."""
        return [{"q": ""}, {"q": "sur demande"}, {"q": "06 39 98"}]


class _Control(TextControl):
    def to_python(self, value: Any) -> str:
        text = super().to_python(value)[:60]
        if not text:
            return ""
        number = _parse(text)
        if number is None:
            raise ValidationError(
                _(
                    "We do not recognise this number. Write it with its 10 digits, or with +, the country code and the number."
                )
            )
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _parse(text: str) -> Any:
    # Overseas numbers written the national way (0262…) belong to their own region, not to mainland France.
    for region in ("FR", "RE", "GP", "MQ", "GF", "YT", "NC", "PF", "PM"):
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return number
    # Ranges kept for fiction (01 99 00, 06 39 98) are possible, not assigned: accept a possible French number.
    try:
        number = phonenumbers.parse(text, "FR")
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None
