"""The registration of a vehicle: today's form, the older ones, and foreign ones where they are accepted."""

import re
from typing import Any, Literal, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..base import Json
from ..lookups import Context
from .base import Field, QuestionControl, Raw, TextControl

# Arrêté of 9 February 2009: two letters, three figures, two letters, never I, O or U; SS and WW do not begin a series.
_LETTERS = "A-HJ-NP-TV-Z"
_SIV = re.compile(rf"([{_LETTERS}]{{2}})([0-9]{{3}})([{_LETTERS}]{{2}})")
_MOPED = re.compile(rf"([{_LETTERS}]{{1,2}})([0-9]{{2,3}})([{_LETTERS}])")
_OLD = re.compile(r"([1-9][0-9]{0,3})([A-Z]{1,3})(97[1-6]|98[4-8]|2[AB]|0[1-9]|[1-8][0-9]|9[0-5])")
_LOOKS_LIKE_SIV = re.compile(r"[A-Z0-9]{2}[0-9O]{3}[A-Z0-9]{2}")


def normalised(text: str) -> str | None:
    """Return a French registration in its official form; None where it is none."""
    compact = re.sub(r"[\s._-]", "", text).upper()
    if (match := _SIV.fullmatch(compact)) or (match := _MOPED.fullmatch(compact)):
        return "-".join(match.groups())
    if match := _OLD.fullmatch(compact):
        return " ".join(match.groups())
    return None


class PlateField(Field):
    type: Literal["plate"]
    foreign: bool = False

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build a one-line input."""
        attrs = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters", "class": "short"}
        return _Control(self, widget=forms.TextInput(attrs=attrs), **self.common())

    def search_terms(self, value: Json) -> list[str]:
        """Find it with its separators and without."""
        return [value, re.sub(r"[\s-]", "", value)] if value else []

    @classmethod
    def sample(cls) -> Self:
        """Return the plain question."""
        return cls(type="plate", id="q", label="Immatriculation du véhicule")

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return one in small letters without hyphens."""
        return {"q": " ab 123cd "}, "AB-123-CD"

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, too short, a letter that is never used, no such department, a foreign one, marks, endless text."""
        return [
            {"q": ""},
            {"q": "AB-123"},
            {"q": "AB-12O-CD"},
            {"q": "OU-123-CD"},
            {"q": "123 ABC 99"},
            {"q": "B-MW 1234"},
            {"q": "AB-１２３-CD"},
            {"q": "🙂"},
            {"q": "\u202e\x07"},
            {"q": "A" * 10_000},
        ]


class _Control(QuestionControl[PlateField], TextControl):
    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return ""
        if len(text) <= 40:
            found = normalised(text)
            if found:
                return found
            foreign = re.sub(r"\s+", " ", text).upper()
            if self.question.foreign and re.fullmatch(r"[A-Z0-9][A-Z0-9 .-]{0,12}[A-Z0-9]", foreign):
                return foreign
            if _LOOKS_LIKE_SIV.fullmatch(re.sub(r"[\s-]", "", text).upper()):
                raise ValidationError(
                    _("A plate has 2 letters, 3 figures, 2 letters, and never the letters I, O or U: check 0 and 1.")
                )
        if self.question.foreign:
            raise ValidationError(_("Copy the plate: letters, figures, spaces and hyphens, 14 signs at most."))
        raise ValidationError(
            _("Write the plate as on the registration document, for example AB-123-CD or 123 ABC 75.")
        )
