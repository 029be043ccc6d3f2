"""One answer among a few, as radio buttons."""

from typing import Annotated, Any, ClassVar, Literal, Self

from django import forms
from django.utils.translation import gettext_lazy as _
from pydantic import Field as Meta
from pydantic import model_validator

from portal.kit.widgets import Radios

from ..base import Json, Node, Words
from ..lookups import Context
from .base import Field, Raw, ValueType


class Option(Node):
    value: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_]{0,47}$")]
    label: Words
    help: str = ""


def distinct(options: list[Option]) -> None:
    """Refuse two options with the same value or the same label."""
    if len({option.value for option in options}) < len(options) or len({o.label for o in options}) < len(options):
        raise ValueError("two options have the same value or the same label")


class ChoiceField(Field):
    type: Literal["choice"]
    options: Annotated[list[Option], Meta(min_length=1)]

    grouped: ClassVar[bool] = True
    value_type: ClassVar[ValueType] = "choice"
    live: ClassVar[str] = "choice"

    @model_validator(mode="after")
    def options_differ(self) -> Self:
        """Each option is told from the others."""
        distinct(self.options)
        return self

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build radio buttons."""
        field = forms.ChoiceField(
            choices=[(option.value, option.label) for option in self.options],
            widget=Radios(hints={option.value: option.help for option in self.options if option.help}),
            **self.common(),
        )
        field.error_messages["invalid_choice"] = _("Choose one of the answers of the list.")
        return field

    def missing(self) -> str:
        """Say to choose."""
        return str(_("Choose an answer: “%(label)s”.") % {"label": self.name})

    def display(self, value: Json) -> str:
        """Say the chosen option."""
        return next((option.label for option in self.options if option.value == value), "")

    def facet(self, value: Json) -> str | None:
        """Filter on the stable value, not on the words."""
        return value or None

    @classmethod
    def sample(cls) -> Self:
        """Return two kinds of copy."""
        options: list[Any] = [
            {"value": "full", "label": "Copie intégrale", "help": "Avec les mentions."},
            {"value": "extract", "label": "Extrait"},
        ]
        return cls(type="choice", id="q", label="Type d’acte", options=options)

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return the second option."""
        return {"q": "extract"}, "extract"

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, and an option that is not in the list."""
        return [{}, {"q": "all"}]
