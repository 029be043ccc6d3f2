"""What the questions on official lists share: an entry found by its name or code, stored with its words."""

from abc import abstractmethod
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from ..base import Json
from ..lookups import Context, Item, NoLookups
from ..places import EmbeddedLookups
from .base import Field, ValueType
from .searched import SearchControl


def lookups_of(context: Context) -> Any:
    """Return the town's lists, or those shipped with the portal where a definition is read alone."""
    return EmbeddedLookups() if isinstance(context.lookups, NoLookups) else context.lookups


class OfficialField(Field):
    """One entry of an official list. A type names its list and the parts that are kept."""

    value_type: ClassVar[ValueType] = "parts"

    @property
    @abstractmethod
    def source(self) -> str:
        """The name of the list."""

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build the search control."""
        here = context or Context(today=date.today())
        return SearchControl(
            question=self.id,
            suggest=lambda text: self.suggest(text, here),
            find=lambda value: self.found(value, here),
            **self.common(),
        )

    def missing(self) -> str:
        """Say to type a name."""
        return str(_("Type the first letters of the name, then choose: “%(label)s”.") % {"label": self.name})

    def suggest(self, text: str, context: Context, limit: int = 20) -> list[Item]:
        """Search the list."""
        found: list[Item] = lookups_of(context).search(self.source, text, on=context.today, limit=limit)
        return found

    def found(self, value: str, context: Context) -> Item | None:
        """Return the entry of that value."""
        item: Item | None = lookups_of(context).find(self.source, value, on=context.today)
        return item

    def to_json(self, cleaned: Any) -> Json:
        """Store the code with its words: a receipt needs no list to be read in ten years."""
        return dict(cleaned.data) if cleaned else None

    def to_initial(self, value: Json) -> Any:
        """Show the name, and which of its namesakes it is."""
        return {"value": self.value_of(value), "text": value["name"]} if value else None

    def value_of(self, value: Json) -> str:
        """Return what the control posts for a stored answer."""
        return str(value["code"])

    def display(self, value: Json) -> str:
        """Say the name."""
        return str(value["name"]) if value else ""

    def facet(self, value: Json) -> str | None:
        """Filter on the code."""
        return value["code"] if value else None

    def export_columns(self) -> list[str]:
        """Return the name and the code."""
        return [self.name, str(_("%(label)s (code)") % {"label": self.name})]

    def export(self, value: Json) -> list[Json]:
        """Return the name and the code."""
        return [self.display(value) or None, value["code"] if value else None]
