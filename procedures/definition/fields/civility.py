"""How a person wishes to be addressed."""

from typing import Any, ClassVar, Literal, Self

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kit.widgets import Radios

from ..base import Json
from ..lookups import Context
from .base import Field, Raw, ValueType

CIVILITIES = {"mme": _("Madam"), "m": _("Sir")}
NEUTRAL = {"none": _("Prefer not to say")}


def civilities(*, also_neutral: bool) -> list[tuple[str, Any]]:
    """Return the choices, in order."""
    return list((CIVILITIES | NEUTRAL if also_neutral else CIVILITIES).items())


class CivilityField(Field):
    """Radio buttons bear no token for browsers: HTML gives them none (RGAA 11.13 reads on text inputs)."""

    type: Literal["civility"]
    also_neutral: bool = True

    grouped: ClassVar[bool] = True
    value_type: ClassVar[ValueType] = "choice"
    live: ClassVar[str] = "choice"

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build radio buttons."""
        field = forms.ChoiceField(choices=civilities(also_neutral=self.also_neutral), widget=Radios(), **self.common())
        field.error_messages["invalid_choice"] = _("Choose one of the answers of the list.")
        return field

    def missing(self) -> str:
        """Say to choose."""
        return str(_("Choose an answer: “%(label)s”.") % {"label": self.name})

    def display(self, value: Json) -> str:
        """Say the form of address."""
        return str((CIVILITIES | NEUTRAL).get(value, "")) if value else ""

    def search_terms(self, value: Json) -> list[str]:
        """A form of address is no search word."""
        return []

    def facet(self, value: Json) -> str | None:
        """Filter on the stable value."""
        return value or None

    @classmethod
    def sample(cls) -> Self:
        """Return the question with its third answer."""
        return cls(type="civility", id="q", label="Civilité")

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return Madam."""
        return {"q": "mme"}, "mme"

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, another word, marks, endless text."""
        return [{}, {"q": "Mlle"}, {"q": "\u202emme"}, {"q": "m" * 10_000}]
