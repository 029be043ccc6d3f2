"""A question that came from elsewhere and that this portal cannot ask as it was: kept whole until somebody replaces it."""

from typing import Any, ClassVar, Literal, Self

from django import forms
from django.utils.safestring import SafeString

from ..base import Json, Line, Words
from ..lookups import Context
from .base import Field, Raw, ValueType


class PlaceholderField(Field):
    type: Literal["placeholder"]
    source_type: Line
    required: bool = False
    # What it offered, in its own words, and the questions that it held, as they were read.
    options: list[str] = []
    held: list[dict[str, Json]] = []
    reason: Words = "Ce type de question n’existe pas ici."

    asked: ClassVar[bool] = False
    value_type: ClassVar[ValueType] = "none"

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Draw nothing and ask nothing: publication is refused while it is there."""
        return forms.CharField(required=False, widget=_Nothing(), disabled=True)

    def to_json(self, cleaned: Any) -> Json:
        """Keep no answer."""
        return None

    def display(self, value: Json) -> str:
        """Say nothing."""
        return ""

    def search_terms(self, value: Json) -> list[str]:
        """Find nothing."""
        return []

    def facet(self, value: Json) -> None:
        """Sort on nothing."""
        return

    def export_columns(self) -> list[str]:
        """Fill no column."""
        return []

    def export(self, value: Json) -> list[Json]:
        """Fill no column."""
        return []

    @classmethod
    def sample(cls) -> Self:
        """Return a question of a type that only another software knows."""
        return cls(type="placeholder", id="q", label="Votre école", source_type="AnnuaireEducation", options=["A", "B"])

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return nothing: it is not asked."""
        return {}, None

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing: no post is read."""
        return []


class _Nothing(forms.Widget):
    input_type = "hidden"

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return SafeString("")
