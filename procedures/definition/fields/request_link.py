"""A link to an earlier request: its number, typed or chosen among one's own."""

from typing import Any, ClassVar, Literal, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.kit.widgets import Suggested

from ..base import Json
from ..lookups import Context, Item
from ..reference import normalise_reference
from .base import Field, Raw, TextControl, ValueType

# The list of a person's own requests; empty for whoever is not signed in.
SOURCE = "requests"


class RequestLinkField(Field):
    """Anyone may type a number: it is held to its check symbol, and never says whether such a request exists."""

    type: Literal["request_link"]

    value_type: ClassVar[ValueType] = "parts"
    parts: ClassVar[dict[str, ValueType]] = {"reference": "text", "title": "text"}

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build a text input with the person's own requests as suggestions."""
        own = context.lookups.items(SOURCE, on=context.today) if context is not None else []
        widget = Suggested([(item.value, item.label) for item in own], attrs={"autocomplete": "off"})
        return _Control({item.value: item for item in own}, widget=widget, **self.common())

    def to_initial(self, value: Json) -> Any:
        """Show the number."""
        return value["reference"] if value else None

    def display(self, value: Json) -> str:
        """Say the number, and what was asked where it is the person's own."""
        if not value:
            return ""
        return f"{value['reference']} – {value['title']}" if value.get("title") else str(value["reference"])

    def search_terms(self, value: Json) -> list[str]:
        """Find by the number."""
        return [value["reference"]] if value else []

    def facet(self, value: Json) -> str | None:
        """Sort by the number."""
        return value["reference"] if value else None

    def export(self, value: Json) -> list[Json]:
        """Export the number."""
        return [value["reference"] if value else None]

    @classmethod
    def sample(cls) -> Self:
        """Return the request that this one follows."""
        return cls(type="request_link", id="q", label="Numéro de votre première demande")

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return a number as it is read aloud."""
        return {"q": "2026 k7qm 4tz8 7"}, {"reference": "2026-K7QM-4TZ8-7"}

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, a number with a wrong symbol, one too short, words."""
        return [{"q": ""}, {"q": "2026-K7QM-4TZ8-0"}, {"q": "2026-K7QM"}, {"q": "ma demande de mars"}]


class _Control(TextControl):
    def __init__(self, own: dict[str, Item], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.own = own

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        reference = normalise_reference(text[:100])
        if reference is None:
            raise ValidationError(
                _("This is not the number of a request. It reads like 2026-K7QM-4TZ8-7; it stands on your receipt.")
            )
        item = self.own.get(reference)
        return {"reference": reference, "title": item.label} if item else {"reference": reference}
