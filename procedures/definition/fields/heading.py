"""A title among the questions of a section."""

from typing import Literal, Self

from django import forms

from portal.kit.widgets import Heading

from ..lookups import Context
from .content import ContentControl, ContentField


class HeadingField(ContentField):
    """``label`` is the title; on a page, its level follows the title before it, so that none is jumped."""

    type: Literal["heading"]
    level: Literal[3, 4] = 3

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build a control that is only read."""
        level = context.level if context is not None else self.level
        return ContentControl(widget=Heading(self.label, level), label=self.label)

    @classmethod
    def sample(cls) -> Self:
        """Return a title of the first level allowed."""
        return cls(type="heading", id="q", label="Le premier parent")
