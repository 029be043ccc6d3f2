"""A text of several lines."""

from typing import Any, ClassVar, Literal, Self

from django import forms
from pydantic import PositiveInt

from ..base import Json
from ..lookups import Context
from ..nir import nir_warnings
from .base import Field, Raw, TextControl, too_long


class LongTextField(Field):
    type: Literal["long_text"]
    max_length: PositiveInt = 5000
    live: ClassVar[str] = "text"

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build a text area."""
        return _Control(self.max_length, widget=forms.Textarea(attrs={"rows": 6}), **self.common())

    def warnings(self, value: Json, context: Context | None = None) -> list[str]:
        """Warn about a social security number: no one asked for it."""
        return nir_warnings(value)

    @classmethod
    def sample(cls) -> Self:
        """Return a question of a hundred characters."""
        return cls(type="long_text", id="q", label="Votre message", max_length=100)

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return two lines."""
        return {"q": "Bonjour,\r\nmerci."}, "Bonjour,\nmerci."

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, and too much."""
        return [{"q": " \n "}, {"q": "x" * 101}]


class _Control(TextControl):
    keep_lines = True

    def __init__(self, limit: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.limit = limit

    def validate(self, value: str) -> None:
        super().validate(value)
        if len(value) > self.limit:
            raise too_long(self.limit)
