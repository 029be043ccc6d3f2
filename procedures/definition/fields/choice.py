"""One answer among a list: radio buttons while it can be read at a glance, the search control beyond."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from operator import not_
from typing import Annotated, Any, ClassVar, Literal, Self

from django import forms
from django.utils.translation import gettext_lazy as _
from pydantic import Field as Meta
from pydantic import ValidationInfo, WrapValidator, model_validator

from portal.kit.widgets import Radios

from ..base import STRICT, Json, Words, is_published
from ..language import Condition
from ..lookups import Context, Item
from ..searching import Index
from .available import WithOptions
from .base import QuestionControl, Raw, ValueType
from .searched import SearchControl

# Up to here radio buttons, not a drop-down list: every answer is read without opening anything, its help too, and a
# conditional question stays under the answer that reveals it. Beyond, a page would be too long to read.
AT_A_GLANCE = 30
MOST = 60_000


@dataclass(slots=True)
class Option:
    """One answer of a list, never changed. A plain class: a list may hold tens of thousands, each four times lighter than
    a node, and made in a tenth of its time.
    """

    __pydantic_config__ = STRICT

    value: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_]{0,47}$")]
    label: Words
    help: str = ""
    # Where set, the option is offered only while it holds.
    when: Annotated[Condition | None, Meta(exclude_if=not_)] = None


def _rebuilt(value: Any, handler: Callable[[Any], list[Option]], info: ValidationInfo) -> list[Option]:
    """Make the options of a published list without judging each again, where none has a condition to be read."""
    if not is_published(info) or any("when" in option for option in value):
        return handler(value)
    return [Option(**option) for option in value]


Options = Annotated[list[Option], WrapValidator(_rebuilt)]


def distinct(options: list[Option]) -> None:
    """Refuse two options with the same value or the same label."""
    if len({option.value for option in options}) < len(options) or len({o.label for o in options}) < len(options):
        raise ValueError("two options have the same value or the same label")


class OptionList:
    """The options of one definition, ready to be found by value or searched by name; made once."""

    def __init__(self, options: list[Option]) -> None:
        self.options = options
        self.by_value = {option.value: option for option in options}

    @cached_property
    def _index(self) -> Index:
        return Index(option.label for option in self.options)

    def find(self, value: str) -> Item | None:
        """Return one option."""
        option = self.by_value.get(value)
        return _item(option) if option else None

    def search(self, text: str, limit: int = 20) -> list[Item]:
        """Return the options named exactly so, those that match, else those spelt nearly so."""
        numbers = list(dict.fromkeys([*self._index.exactly(text), *self._index.search(text, limit)]))[:limit]
        return [_item(self.options[number]) for number in numbers or self._index.near(text)]


def _item(option: Option) -> Item:
    return Item(option.value, option.label, option.help)


class ChoiceField(WithOptions):
    type: Literal["choice"]
    options: Annotated[Options, Meta(min_length=1, max_length=MOST)]

    grouped: ClassVar[bool] = True
    value_type: ClassVar[ValueType] = "choice"
    live: ClassVar[str] = "choice"

    @model_validator(mode="after")
    def options_differ(self, info: ValidationInfo) -> Self:
        """Each option is told from the others."""
        if is_published(info):
            return self
        distinct(self.options)
        if self.is_long and any(option.when for option in self.options):
            raise ValueError(f"an option of a list of more than {AT_A_GLANCE} cannot have a condition")
        return self

    @cached_property
    def _list(self) -> OptionList:
        return OptionList(self.options)

    @property
    def is_long(self) -> bool:
        """Say whether the options are searched rather than shown."""
        return len(self.options) > AT_A_GLANCE

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build radio buttons, or the search control of a long list."""
        if self.is_long:
            return SearchControl(question=self.id, suggest=self._list.search, find=self._list.find, **self.common())
        offered = self.offered(context)
        field = _Control(
            self,
            context,
            choices=[(option.value, option.label) for option in offered],
            widget=Radios(hints={option.value: option.help for option in offered if option.help}),
            **self.common(),
        )
        field.error_messages["invalid_choice"] = _("Choose one of the answers of the list.")
        return field

    def missing(self) -> str:
        """Say to choose."""
        return str(_("Choose an answer: “%(label)s”.") % {"label": self.name})

    def to_json(self, cleaned: Any) -> Json:
        """Store the value of the option."""
        return (cleaned.value if isinstance(cleaned, Item) else cleaned) or None

    def to_initial(self, value: Json) -> Any:
        """Show the option in the control it is drawn with."""
        return {"value": value, "text": self.display(value)} if self.is_long and value else value

    def display(self, value: Json) -> str:
        """Say the chosen option."""
        option = self._list.by_value.get(value) if isinstance(value, str) else None
        return option.label if option else ""

    def suggest(self, text: str, context: Context, limit: int = 20) -> list[Item]:
        """Search the options of a long list."""
        return self._list.search(text, limit) if self.is_long else []

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


class _Control(QuestionControl[ChoiceField], forms.ChoiceField):
    def validate(self, value: str) -> None:
        super().validate(value)
        self.question.refuse_unavailable(value, self.context)
