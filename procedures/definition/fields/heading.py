"""A title among the questions of a section."""

from typing import Literal, Self

from django import forms

from portal.kit.widgets import Heading

from ..lookups import Context
from .content import ContentControl, ContentField


class HeadingField(ContentField):
    """``label`` is the title; the page and its sections hold levels 1 and 2."""

    type: Literal["heading"]
    level: Literal[3, 4] = 3

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build a control that is only read."""
        return ContentControl(widget=Heading(self.label, self.level), label=self.label)

    @classmethod
    def sample(cls) -> Self:
        """Return a title of the first level allowed."""
        return cls(type="heading", id="q", label="Le premier parent")
