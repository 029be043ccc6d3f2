"""Several answers among a few, as checkboxes."""

from typing import Annotated, Any, ClassVar, Literal, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from pydantic import Field as Meta
from pydantic import NonNegativeInt, model_validator

from portal.kit.widgets import Checkboxes

from ..base import Json
from ..lookups import Context
from .base import Field, Raw, ValueType
from .choice import Option, distinct


class ChoicesField(Field):
    type: Literal["choices"]
    options: Annotated[list[Option], Meta(min_length=2)]
    minimum: NonNegativeInt = 0
    maximum: NonNegativeInt = 0  # no limit

    grouped: ClassVar[bool] = True
    value_type: ClassVar[ValueType] = "choices"
    live: ClassVar[str] = "choices"

    @model_validator(mode="after")
    def options_differ(self) -> Self:
        """Each option is told from the others."""
        distinct(self.options)
        return self

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build checkboxes."""
        field = _Control(
            self,
            choices=[(option.value, option.label) for option in self.options],
            widget=Checkboxes(hints={option.value: option.help for option in self.options if option.help}),
            **self.common(),
        )
        field.error_messages["invalid_choice"] = _("Choose among the answers of the list.")
        return field

    def display(self, value: Json) -> str:
        """Say one chosen option a line, in the order of the question."""
        return "\n".join(option.label for option in self.options if option.value in (value or []))

    def search_terms(self, value: Json) -> list[str]:
        """Find by each chosen option."""
        return self.display(value).split("\n") if value else []

    def facet(self, value: Json) -> None:
        """Keep several values out of the sorted lists."""
        return

    def export_columns(self) -> list[str]:
        """Return one column an option: a spreadsheet filters on each."""
        return [f"{self.name} – {option.label}" for option in self.options]

    def export(self, value: Json) -> list[Json]:
        """Export whether each option was chosen; nothing where the question was not answered."""
        return [option.value in value if value is not None else None for option in self.options]

    @classmethod
    def sample(cls) -> Self:
        """Return three days, two at most."""
        options: list[Any] = [{"value": day, "label": day.title()} for day in ("lundi", "mardi", "jeudi")]
        return cls(type="choices", id="q", label="Jours souhaités", options=options, maximum=2)

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return two days."""
        return {"q": ["lundi", "jeudi"]}, ["lundi", "jeudi"]

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, a day that is not offered, too many."""
        return [{}, {"q": ["dimanche"]}, {"q": ["lundi", "mardi", "jeudi"]}]


class _Control(forms.MultipleChoiceField):
    def __init__(self, question: ChoicesField, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.question = question

    def validate(self, value: list[str]) -> None:
        super().validate(value)
        if value and len(value) < self.question.minimum:
            raise ValidationError(_("Choose at least %(count)d answers.") % {"count": self.question.minimum})
        if self.question.maximum and len(value) > self.question.maximum:
            raise ValidationError(_("Choose at most %(count)d answers.") % {"count": self.question.maximum})
