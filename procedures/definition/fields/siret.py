"""The number of a business or an organisation: SIRET of an establishment, or SIREN of the whole."""

import re
from typing import Any, Literal, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum.fr import siren, siret

from ..base import Json
from ..lookups import Context
from .base import Field, QuestionControl, Raw, TextControl


class SiretField(Field):
    type: Literal["siret"]
    kind: Literal["siret", "siren"] = "siret"

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build a text input with a numeric keyboard, which takes spaces."""
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        return _Control(self, widget=widget, **self.common())

    def to_initial(self, value: Json) -> Any:
        """Show the number in groups."""
        return self.display(value)

    def display(self, value: Json) -> str:
        """Say the number in groups: 356 000 000 00048."""
        return "\u00a0".join(filter(None, (value[:3], value[3:6], value[6:9], value[9:]))) if value else ""

    def search_terms(self, value: Json) -> list[str]:
        """Find it in groups and whole, and the establishment by its SIREN."""
        return [self.display(value), value, value[:9]] if value else []

    def facet(self, value: Json) -> str | None:
        """Sort by the number alone."""
        return value or None

    def export(self, value: Json) -> list[Json]:
        """Export the number without spaces, as a text."""
        return [value]

    @classmethod
    def sample(cls) -> Self:
        """Return the number of an establishment."""
        return cls(type="siret", id="q", label="Numéro SIRET")

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return an office of La Poste, whose key has its own rule."""
        return {"q": "356 000 000\u00a000048"}, "35600000000048"

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, a SIREN, too short, too long, a wrong key, letters, a VAT number, other figures, endless digits."""
        return [
            {"q": ""},
            {"q": "356 000 000"},
            {"q": "3560000000004"},
            {"q": "356000000000488"},
            {"q": "13002526500014"},
            {"q": "1300252650001A"},
            {"q": "FR 40 303 265 045"},
            {"q": "１３００２５２６５０００１３"},
            {"q": "\u202e\x07"},
            {"q": "9" * 10_000},
        ]


class _Control(QuestionControl[SiretField], TextControl):
    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return ""
        number = re.sub(r"[\s.-]", "", text)
        kind = self.question.kind
        fault = siren_error(number) if kind == "siren" else siret_error(number)
        if fault:
            raise ValidationError(fault)
        return number


def siret_error(number: str) -> str:
    """Return what is wrong with a SIRET without separators; an empty text where nothing is."""
    common = _not_figures(number)
    if common:
        return common
    if len(number) == 9:
        return _("This is a SIREN, of 9 figures. The SIRET has 14: the SIREN, then 5 figures for the establishment.")
    if len(number) != 14:
        return _("A SIRET has 14 figures; you typed %(count)d. Check it on your registration notice.") % {
            "count": len(number)
        }
    if not siret.is_valid(number):
        return _("This SIRET does not exist: its key is wrong. Check each figure.")
    return ""


def siren_error(number: str) -> str:
    """Return what is wrong with a SIREN without separators; an empty text where nothing is."""
    common = _not_figures(number)
    if common:
        return common
    if len(number) == 14:
        return _("This is a SIRET, of 14 figures. Write the SIREN alone: its first 9 figures.")
    if len(number) != 9:
        return _("A SIREN has 9 figures; you typed %(count)d. Check it on your registration notice.") % {
            "count": len(number)
        }
    if not siren.is_valid(number):
        return _("This SIREN does not exist: its key is wrong. Check each figure.")
    return ""


def _not_figures(number: str) -> str:
    if re.fullmatch(r"FR[0-9]{11}", number, re.IGNORECASE):
        return _("This is a VAT number. Write the SIREN or SIRET, in figures only.")
    if re.fullmatch(r"W[0-9A-Z]{9}", number, re.IGNORECASE):
        return _("This is the RNA number of an association. Write the SIREN or SIRET, in figures only.")
    if not re.fullmatch(r"[0-9]+", number):
        return _("Write figures only, with or without spaces.")
    return ""
