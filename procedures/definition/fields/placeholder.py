"""A question that came from elsewhere and that this portal cannot ask as it was: kept whole until somebody replaces it."""

from typing import Literal, Self

from django import forms

from portal.kit.widgets import Nothing

from ..base import Json, Line, Words
from ..lookups import Context
from .content import ContentControl, ContentField


class PlaceholderField(ContentField):
    type: Literal["placeholder"]
    source_type: Line
    # What it offered, in its own words, and the questions that it held, as they were read.
    options: list[str] = []
    held: list[dict[str, Json]] = []
    reason: Words = "Ce type de question n’existe pas ici."

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Draw nothing and ask nothing: publication is refused while it is there."""
        return ContentControl(widget=Nothing(), label=self.label)

    @classmethod
    def sample(cls) -> Self:
        """Return a question of a type that only another software knows."""
        return cls(type="placeholder", id="q", label="Votre école", source_type="AnnuaireEducation", options=["A", "B"])
