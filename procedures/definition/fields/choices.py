"""Several answers among a list: checkboxes, or beyond what can be read the search control, one at a time."""

from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from pydantic import Field as Meta
from pydantic import NonNegativeInt, ValidationInfo, model_validator

from portal.kit.widgets import Checkboxes

from ..base import Json, is_published
from ..lookups import Context, Item
from .available import WithOptions
from .base import QuestionControl, Raw, ValueType
from .choice import AT_A_GLANCE, MOST, OptionList, Options, distinct
from .searched import ManyControl


class ChoicesField(WithOptions):
    type: Literal["choices"]
    options: Annotated[Options, Meta(min_length=2, max_length=MOST)]
    minimum: NonNegativeInt = 0
    maximum: NonNegativeInt = 0  # no limit

    grouped: ClassVar[bool] = True
    value_type: ClassVar[ValueType] = "choices"
    live: ClassVar[str] = "choices"

    @model_validator(mode="after")
    def options_differ(self, info: ValidationInfo) -> Self:
        """Each option is told from the others."""
        if not is_published(info):
            distinct(self.options)
        return self

    @cached_property
    def _list(self) -> OptionList:
        return OptionList(self.options)

    @property
    def is_long(self) -> bool:
        """Say whether the options are searched rather than shown."""
        return len(self.options) > AT_A_GLANCE

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build checkboxes, or the search control of a long list."""
        if self.is_long:
            return ManyControl(
                question=self.id,
                suggest=self._list.search,
                find=self._list.find,
                minimum=self.minimum,
                maximum=self.maximum,
                **self.common(),
            )
        offered = self.offered(context)
        field = _Control(
            self,
            context,
            choices=[(option.value, option.label) for option in offered],
            widget=Checkboxes(hints={option.value: option.help for option in offered if option.help}),
            **self.common(),
        )
        field.error_messages["invalid_choice"] = _("Choose among the answers of the list.")
        return field

    def to_json(self, cleaned: Any) -> Json:
        """Store the values of the options, in the order of the question."""
        if not self.is_long:
            return super().to_json(cleaned)
        chosen = {item.value for item in cleaned or []}
        return [option.value for option in self.options if option.value in chosen] or None

    def to_initial(self, value: Json) -> Any:
        """Show the options in the control they are drawn with."""
        return {"values": value, "text": ""} if self.is_long and value else value

    def suggest(self, text: str, context: Context, limit: int = 20) -> list[Item]:
        """Search the options of a long list."""
        return self._list.search(text, limit) if self.is_long else []

    def display(self, value: Json) -> str:
        """Say one chosen option a line, in the order of the question."""
        known = self._list.by_value
        return "\n".join(known[one].label for one in value or [] if one in known)

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


class _Control(QuestionControl[ChoicesField], forms.MultipleChoiceField):
    def validate(self, value: list[str]) -> None:
        super().validate(value)
        self.question.refuse_unavailable(value, self.context)
        if value and len(value) < self.question.minimum:
            raise ValidationError(_("Choose at least %(count)d answers.") % {"count": self.question.minimum})
        if self.question.maximum and len(value) > self.question.maximum:
            raise ValidationError(_("Choose at most %(count)d answers.") % {"count": self.question.maximum})
