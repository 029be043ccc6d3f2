"""One entry of a list that the town keeps (streets, schools, halls…), alone or under an entry of another list."""

from datetime import date
from typing import Any, ClassVar, Literal, Self

from django import forms
from django.utils.translation import gettext as _

from portal.kit.widgets import Radios

from ..base import Identifier, Json
from ..lookups import Context, Item, NoLookups
from .base import Field, Raw, ValueType
from .searched import SearchControl

# As for written options: radio buttons while the list is read at a glance.
_RADIOS, _SELECT = 7, 30


class _Trial:
    """Three halls, for a definition that is read without its town."""

    def search(self, source: str, text: str, *, on: date, parent: str = "", limit: int = 20) -> list[Item]:
        """Return the halls of that beginning."""
        return [item for item in self.items(source, on=on) if item.label.lower().startswith(text.lower())][:limit]

    def find(self, source: str, value: str, *, on: date) -> Item | None:
        """Return a hall."""
        return next((item for item in self.items(source, on=on) if item.value == value), None)

    def items(self, source: str, *, on: date, parent: str = "") -> list[Item]:
        """Return the halls."""
        return [Item(f"s{number}", f"Salle {number}") for number in (1, 2, 3)]


class TableChoiceField(Field):
    type: Literal["table_choice"]
    table: Identifier
    display_as: Literal["auto", "radios", "select", "search"] = "auto"
    parent: Identifier | Literal[""] = ""

    value_type: ClassVar[ValueType] = "parts"
    parts: ClassVar[dict[str, ValueType]] = {"value": "text", "label": "text"}

    def _lookups(self, context: Context) -> Any:
        return _Trial() if isinstance(context.lookups, NoLookups) else context.lookups

    def _under(self, context: Context) -> str:
        """Return the entry above this one, as the answers give it now."""
        answer = context.answers.get(self.parent) if self.parent else None
        return str(answer.get("value", "")) if isinstance(answer, dict) else ""

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build radio buttons, a closed list or the search control, as the list is long."""
        here = context or Context(today=date.today())
        if self.display_as == "search" or self.parent:
            # What depends on an answer of the same page is not known when the page is drawn: it is searched.
            return self._searched(here)
        items = self._lookups(here).items(f"table:{self.table}", on=here.today)
        if not items or (self.display_as == "auto" and len(items) > _SELECT):
            # A list that is empty today is searched too: an answer found nowhere is said, a frame without boxes says nothing.
            return self._searched(here)
        return _Listed(self, items, here)

    def _searched(self, here: Context) -> SearchControl:
        return SearchControl(
            question=self.id,
            suggest=lambda text: self.suggest(text, here),
            find=lambda value: self.found(value, here),
            parent=self.parent,
            **self.common(),
        )

    def suggest(self, text: str, context: Context, limit: int = 20) -> list[Item]:
        """Search the list, under the entry chosen above where there is one."""
        under = self._under(context)
        if self.parent and not under:
            return []
        found: list[Item] = self._lookups(context).search(
            f"table:{self.table}", text, on=context.today, parent=under, limit=limit
        )
        return found

    def found(self, value: str, context: Context) -> Item | None:
        """Return the entry of that value while it is offered, and while it is under the one chosen above."""
        item: Item | None = self._lookups(context).find(f"table:{self.table}", value, on=context.today)
        if item and self.parent and item.data.get("parent") != self._under(context):
            return None
        return item

    def still_valid(self, value: Json, context: Context) -> str:
        """Say that the entry is no longer offered, or that the one above it changed."""
        if not value or self.found(value["value"], context):
            return ""
        return str(
            _("“%(label)s” is no longer offered for “%(question)s”: choose another answer.")
            % {"label": value["label"], "question": self.name}
        )

    def missing(self) -> str:
        """Say to choose."""
        return str(_("Choose an answer: “%(label)s”.") % {"label": self.name})

    def to_json(self, cleaned: Any) -> Json:
        """Store the value, its words of today, and what the table adds."""
        if not cleaned:
            return None
        kept = {"value": cleaned.value, "label": cleaned.label}
        return kept | ({"data": cleaned.data["data"]} if cleaned.data.get("data") else {})

    def to_initial(self, value: Json) -> Any:
        """Show the entry, whichever control draws it."""
        return {"value": value["value"], "text": value["label"]} if value else None

    def display(self, value: Json) -> str:
        """Say the words of the day it was answered."""
        return str(value["label"]) if value else ""

    def facet(self, value: Json) -> str | None:
        """Filter on the value."""
        return value["value"] if value else None

    @classmethod
    def sample(cls) -> Self:
        """Return a hall."""
        return cls(type="table_choice", id="q", label="Salle", table="halls")

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return the second hall."""
        return {"q": "s2"}, {"value": "s2", "label": "Salle 2"}

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, an entry that is not in the list, one with marks."""
        return [{}, {"q": "s9"}, {"q": "s\u202e2\x00\U0001f600"}]


class _Listed(forms.ChoiceField):
    """A list shown whole; what it gives is the entry."""

    def __init__(self, question: TableChoiceField, items: list[Item], context: Context) -> None:
        closed = question.display_as == "select" or (question.display_as == "auto" and len(items) > _RADIOS)
        choices = [
            (item.value, f"{item.label} – {item.hint}" if closed and item.hint else item.label) for item in items
        ]
        widget = _Closed() if closed else _Radios(hints={item.value: item.hint for item in items if item.hint})
        super().__init__(
            choices=[("", _("Choose in the list")), *choices] if closed else choices, widget=widget, **question.common()
        )
        self.error_messages["invalid_choice"] = _("Choose one of the answers of the list.")
        self.found = {item.value: item for item in items}

    def clean(self, value: Any) -> Item | None:
        """Return the entry."""
        return self.found.get(super().clean(value.get("value", "") if isinstance(value, dict) else value or ""))

    def prepare_value(self, value: Any) -> Any:
        """Show the entry that was stored."""
        return value.get("value", "") if isinstance(value, dict) else value


class _Radios(Radios):
    """Radio buttons whose answer is an entry."""


class _Closed(forms.Select):
    """A closed list whose answer is an entry."""
