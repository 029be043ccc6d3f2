"""Some paragraphs among the questions, folded where asked."""

from typing import Literal, Self

from django import forms
from pydantic import model_validator

from portal.kit.widgets import Explanation

from ..base import Prose
from ..lookups import Context
from .content import ContentControl, ContentField


class ExplanationField(ContentField):
    """``label`` names it in the studio; ``title`` is what a person reads above it."""

    type: Literal["explanation"]
    text: Prose
    title: str = ""
    collapsed: bool = False

    @model_validator(mode="after")
    def folded_text_has_a_title(self) -> Self:
        """A person must know what opens, and find words to read."""
        if not self.text:
            raise ValueError("an explanation needs its text")
        if self.collapsed and not self.title.strip():
            raise ValueError("a collapsed explanation needs a title")
        return self

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build a control that is only read."""
        widget = Explanation(self.text, self.title, collapsed=self.collapsed)
        return ContentControl(widget=widget, label=self.label)

    @classmethod
    def sample(cls) -> Self:
        """Return a folded explanation with a list."""
        return cls(
            type="explanation",
            id="q",
            label="Explication",
            title="Où trouver ce numéro ?",
            text="Il figure sur :\n\n- votre avis ;\n- votre attestation.",
            collapsed=True,
        )
