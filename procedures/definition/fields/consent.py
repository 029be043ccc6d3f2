"""A statement that the person ticks."""

from typing import Any, ClassVar, Literal, Self

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kit.widgets import Tick

from ..base import Json
from ..lookups import Context
from .base import Field, Raw, ValueType


class ConsentField(Field):
    type: Literal["consent"]
    value_type: ClassVar[ValueType] = "boolean"
    live: ClassVar[str] = "tick"

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build one checkbox."""
        return forms.BooleanField(widget=Tick(), **self.common())

    def missing(self) -> str:
        """Say why the box matters."""
        return str(_("Tick this box to continue: “%(label)s”.") % {"label": self.name})

    def to_json(self, cleaned: Any) -> Json:
        """Store true, or nothing."""
        return True if cleaned else None

    def display(self, value: Json) -> str:
        """Say that the box was ticked."""
        return str(_("Ticked")) if value else ""

    def search_terms(self, value: Json) -> list[str]:
        """A statement is no search word."""
        return []

    def facet(self, value: Json) -> str | None:
        """Filter on whether it was ticked."""
        return "yes" if value else None

    def export(self, value: Json) -> list[Json]:
        """Export true, or nothing."""
        return [True if value else None]

    @classmethod
    def sample(cls) -> Self:
        """Return a statement on one's honour."""
        return cls(type="consent", id="q", label="Je certifie que ces informations sont exactes")

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return the box ticked."""
        return {"q": "on"}, True

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return the box left."""
        return [{}]
