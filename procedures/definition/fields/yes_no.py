"""Yes or no, as two radio buttons."""

from typing import Any, ClassVar, Literal, Self

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kit.widgets import Radios

from ..base import Json
from ..lookups import Context
from .base import Field, Raw, ValueType


class YesNoField(Field):
    type: Literal["yes_no"]

    grouped: ClassVar[bool] = True
    value_type: ClassVar[ValueType] = "boolean"
    live: ClassVar[str] = "boolean"

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build the two radio buttons."""
        field = forms.ChoiceField(choices=[("yes", _("Yes")), ("no", _("No"))], widget=Radios(), **self.common())
        field.error_messages["invalid_choice"] = _("Choose one of the answers of the list.")
        return field

    def missing(self) -> str:
        """Say to choose."""
        return str(_("Answer yes or no: “%(label)s”.") % {"label": self.name})

    def to_json(self, cleaned: Any) -> Json:
        """Store a boolean."""
        return {"yes": True, "no": False}.get(cleaned)

    def to_initial(self, value: Json) -> Any:
        """Show the button."""
        return {True: "yes", False: "no"}.get(value)

    def display(self, value: Json) -> str:
        """Say yes or no."""
        return "" if value is None else str(_("Yes") if value else _("No"))

    def facet(self, value: Json) -> str | None:
        """Filter on a stable value."""
        return None if value is None else ("yes" if value else "no")

    def export(self, value: Json) -> list[Json]:
        """Export a boolean."""
        return [value]

    @classmethod
    def sample(cls) -> Self:
        """Return a plain question."""
        return cls(type="yes_no", id="q", label="Y a-t-il un danger ?")

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return no, which is an answer."""
        return {"q": "no"}, False

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, and something else."""
        return [{}, {"q": "maybe"}]
