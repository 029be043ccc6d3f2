"""What every part that is only read shares: nothing asked, nothing stored."""

from typing import Any, ClassVar, Self

from django import forms
from pydantic import model_validator

from ..base import Json
from .base import Field, Raw, ValueType


class ContentField(Field):
    """A part of a page without an answer: no column, no search word, no facet."""

    required: bool = False

    asked: ClassVar[bool] = False
    value_type: ClassVar[ValueType] = "none"

    @model_validator(mode="after")
    def nothing_is_required(self) -> Self:
        """No one can answer what asks nothing."""
        if self.required:
            raise ValueError("what is only read cannot be required")
        return self

    def to_json(self, cleaned: Any) -> Json:
        """Store nothing."""
        return

    def display(self, value: Json) -> str:
        """Say nothing: there is no answer."""
        return ""

    def search_terms(self, value: Json) -> list[str]:
        """Find by nothing."""
        return []

    def facet(self, value: Json) -> None:
        """Sort by nothing."""
        return

    def export_columns(self) -> list[str]:
        """Fill no column."""
        return []

    def export(self, value: Json) -> list[Json]:
        """Export nothing."""
        return []

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return nothing posted, nothing stored."""
        return {}, None

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Nothing can be wrong."""
        return []


class ContentControl(forms.Field):
    """A form field that is never required and never holds a value."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "required": False})

    def clean(self, value: Any) -> None:
        """Drop whatever was posted."""
        return
