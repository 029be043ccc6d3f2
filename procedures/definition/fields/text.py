"""A short text on one line, with an optional pattern said in words."""

from typing import ClassVar, Literal, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from pydantic import PositiveInt, field_validator, model_validator

from ..base import Json
from ..lookups import Context
from ..nir import nir_warnings
from ..patterns import compiled
from .base import Field, QuestionControl, Raw, TextControl, too_long


class TextField(Field):
    type: Literal["text"]
    max_length: PositiveInt = 200
    pattern: str = ""
    pattern_reason: str = ""
    autocomplete: str = "off"
    live: ClassVar[str] = "text"

    @field_validator("pattern")
    @classmethod
    def pattern_compiles(cls, value: str) -> str:
        """Refuse a pattern that is no regular expression, or that no automaton can match in linear time."""
        if value:
            compiled(value)
        return value

    @model_validator(mode="after")
    def pattern_is_explained(self) -> Self:
        """A person who does not match must be told what is expected."""
        if self.pattern and not self.pattern_reason:
            raise ValueError("a pattern needs its reason in words (pattern_reason)")
        return self

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build a one-line input."""
        widget = forms.TextInput(attrs={"autocomplete": self.autocomplete})
        return _Control(self, widget=widget, **self.common())

    def warnings(self, value: Json, context: Context | None = None) -> list[str]:
        """Warn about a social security number: no one asked for it."""
        return nir_warnings(value)

    @classmethod
    def sample(cls) -> Self:
        """Return a question with a pattern."""
        return cls(type="text", id="q", label="Nom", max_length=20, pattern="[^0-9]*", pattern_reason="Sans chiffre.")

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return a name with an accent and an apostrophe."""
        return {"q": "  Zoé d’Ée "}, "Zoé d’Ée"

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, only marks, too long, against the pattern."""
        return [{"q": ""}, {"q": "\u202e\x07"}, {"q": "x" * 21}, {"q": "R2D2"}]


class _Control(QuestionControl[TextField], TextControl):
    def validate(self, value: str) -> None:
        super().validate(value)
        if len(value) > self.question.max_length:
            raise too_long(self.question.max_length)
        if value and self.question.pattern and not compiled(self.question.pattern).matches(value):
            raise ValidationError(self.question.pattern_reason or _("This answer does not have the expected form."))
