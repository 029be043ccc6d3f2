"""The number of an association in the national register: W, then 9 figures or letters."""

import re
from typing import Any, Literal, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum.fr import siren, siret

from ..base import Json
from ..lookups import Context
from .base import Field, Raw, TextControl


class RnaField(Field):
    type: Literal["rna"]

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build a one-line input."""
        widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"})
        return _Control(widget=widget, **self.common())

    def facet(self, value: Json) -> str | None:
        """Sort by the number."""
        return value or None

    @classmethod
    def sample(cls) -> Self:
        """Return the plain question."""
        return cls(type="rna", id="q", label="Numéro RNA")

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return one in small letters with spaces."""
        return {"q": "w 991 234 567"}, "W991234567"

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, no W, too short, too long, a SIREN, a SIRET, other figures, marks, endless text."""
        return [
            {"q": ""},
            {"q": "991234567"},
            {"q": "W99123456"},
            {"q": "W9912345678"},
            {"q": "130025265"},
            {"q": "13002526500013"},
            {"q": "W９９１２３４５６７"},
            {"q": "W99123é567"},
            {"q": "\u202e\x07"},
            {"q": "W" * 10_000},
        ]


class _Control(TextControl):
    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return ""
        number = re.sub(r"[\s.-]", "", text).upper()
        if re.fullmatch(r"W[0-9A-Z]{9}", number):
            return number
        if re.fullmatch(r"[0-9]+", number) and (siren.is_valid(number) or siret.is_valid(number)):
            raise ValidationError(
                _("This is a SIREN or a SIRET. The RNA number begins with W and stands on the declaration receipt.")
            )
        raise ValidationError(
            _("The RNA number is W then 9 figures or letters, for example W123456789. Check what you typed.")
        )
