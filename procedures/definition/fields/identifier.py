"""An identifier of a known form, such as a file number: described by a mask, typed with or without its separators."""

import re
from itertools import cycle, groupby
from typing import Annotated, Any, Literal, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import StringConstraints, field_validator

from ..base import Json
from ..lookups import Context
from .base import Field, QuestionControl, Raw, TextControl

_SETS = {"A": "A-Z", "9": "0-9", "X": "A-Z0-9"}
_EXAMPLES = {"A": "ABCDEFGHJK", "9": "1234567890", "X": "A1B2C3D4E5"}


class IdentifierField(Field):
    """``mask``: A is a letter, 9 a figure, X either; anything else stands for itself."""

    type: Literal["identifier"]
    mask: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]

    @field_validator("mask")
    @classmethod
    def mask_is_readable(cls, value: str) -> str:
        """Refuse a mask of nothing but separators, or whose small letters would be taken for letters to type."""
        if not any(char in _SETS for char in value):
            raise ValueError("the mask needs at least one A (letter), 9 (figure) or X (either)")
        if value != value.upper() or not value.isprintable():
            raise ValueError("write the mask in capitals: A is a letter, 9 a figure, X either")
        return value

    @property
    def mask_example(self) -> str:
        """An identifier of this form."""
        letters = {kind: cycle(chars) for kind, chars in _EXAMPLES.items()}
        return "".join(next(letters[char]) if char in letters else char for char in self.mask)

    def said(self) -> str:
        """Describe the form in words: 2 letters, 3 figures, 2 letters."""
        parts = []
        for kind, run in groupby(char for char in self.mask if char.isalnum()):
            count = len(list(run))
            if kind == "A":
                words = ngettext("%(count)d letter", "%(count)d letters", count)
            elif kind == "9":
                words = ngettext("%(count)d figure", "%(count)d figures", count)
            elif kind == "X":
                words = ngettext("%(count)d letter or figure", "%(count)d letters or figures", count)
            else:
                words = _("“%(text)s”")
            parts.append(words % {"count": count, "text": kind * count})
        return _(", then ").join(parts)

    def fit(self, text: str) -> str | None:
        """Return what was typed in the mask's own form; None where it does not fit."""
        typed = iter(char for char in text.upper() if char.isalnum())
        written = []
        for char in self.mask:
            if not char.isalnum():
                written.append(char)
                continue
            given = next(typed, "")
            if not (re.fullmatch(f"[{_SETS[char]}]", given) if char in _SETS else given == char):
                return None
            written.append(given)
        return None if next(typed, "") else "".join(written)

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build a one-line input."""
        widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"})
        return _Control(self, widget=widget, **self.common())

    def search_terms(self, value: Json) -> list[str]:
        """Find it with its separators and without."""
        return [value, re.sub(r"[\W_]", "", value)] if value else []

    @classmethod
    def sample(cls) -> Self:
        """Return the number of a permit."""
        return cls(type="identifier", id="q", label="Numéro du permis", mask="AA-999-AA")

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return one typed in small letters, without separators."""
        return {"q": " ab 123cd "}, "AB-123-CD"

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, too short, too long, figures for letters, accents, other figures, marks, endless text."""
        return [
            {"q": ""},
            {"q": "AB-123"},
            {"q": "AB-123-CDE"},
            {"q": "12-ABC-34"},
            {"q": "ÀB-123-CD"},
            {"q": "AB-１２３-CD"},
            {"q": "🙂"},
            {"q": "--"},
            {"q": "A" * 10_000},
        ]


class _Control(QuestionControl[IdentifierField], TextControl):
    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return ""
        fitting = self.question.fit(text[:200]) if len(text) <= 200 else None
        if fitting is None:
            raise ValidationError(
                _("Expected: %(form)s. For example: %(example)s. Check what you typed.")
                % {"form": self.question.said(), "example": self.question.mask_example}
            )
        return fitting
