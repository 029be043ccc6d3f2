"""Options that are offered only where earlier answers allow them."""

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ..base import Answers, Json
from ..conditions import applies
from ..language import Condition, references
from ..lookups import Context
from .base import Field

if TYPE_CHECKING:
    from .choice import Option


class WithOptions(Field):
    """What a question whose options have conditions shares, one answer or several."""

    if TYPE_CHECKING:
        options: list[Option]

    @cached_property
    def has_conditions(self) -> bool:
        """Say whether an option depends on an answer."""
        return any(option.when is not None for option in self.options)

    def field_references(self) -> set[str]:
        """Return the ids of the questions that decide of an option."""
        if not self.has_conditions:
            return set()
        return {name for option in self.options if option.when is not None for name in references(option.when)}

    def conditions(self) -> list[Condition]:
        """Return the conditions of the options too."""
        return super().conditions() + [option.when for option in self.options if option.when is not None]

    def offered(self, context: Context | None) -> "list[Option]":
        """Return the options that apply, or may once a question of the same page is answered."""
        if context is None or not self.has_conditions:
            return self.options
        return [
            option
            for option in self.options
            if option.when is None
            or not references(option.when).isdisjoint(context.local)
            or applies(option.when, context.answers, context.today)
        ]

    def is_available(self, value: Json, answers: Answers, today: date) -> bool:
        """Say whether the option of that value may be chosen with these answers."""
        option = next((one for one in self.options if one.value == value), None)
        return option is not None and applies(option.when, answers, today)

    def kept(self, value: Json, answers: Answers, today: date) -> Json:
        """Drop an option that other answers have made unavailable since: the question is asked again."""
        if not self.has_conditions:
            return value
        if isinstance(value, list):
            return [one for one in value if self.is_available(one, answers, today)]
        return value if self.is_available(value, answers, today) else None

    def refuse_unavailable(self, cleaned: Any, context: Context | None) -> None:
        """Raise ValidationError where an option chosen does not go with the other answers."""
        if context is None or not self.has_conditions:
            return
        for value in cleaned if isinstance(cleaned, list) else [cleaned]:
            if value and not self.is_available(value, context.answers, context.today):
                label = self.display([value] if isinstance(cleaned, list) else value)
                raise ValidationError(
                    _("“%(label)s” does not go with what you answered before: choose another answer.")
                    % {"label": label}
                )
