"""A value that follows from other answers: nobody types it, it is shown, sent and printed like an answer."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Literal, Self

from django import forms
from pydantic import Field as Meta

from portal.kit.moments import day_in_words
from portal.kit.widgets import Output

from ..base import Answers, Json
from ..expressions import as_day, evaluate, number
from ..language import Expression, expression_references
from ..lookups import Context
from .amount import euros
from .base import Raw, ValueType
from .content import ContentControl, ContentField


class ComputedField(ContentField):
    """``expression`` gives the value; ``form`` says how it reads. An amount is in cents, as amounts are."""

    type: Literal["computed"]
    expression: Expression
    form: Literal["number", "amount", "date", "text"] = "number"
    decimals: int = Meta(default=2, ge=0, le=6)
    unit: str = ""
    shown: bool = True

    derived: ClassVar[bool] = True

    @property
    def value_type(self) -> ValueType:  # type: ignore[override]
        """The type of the value, for conditions that read it."""
        return "number" if self.form == "amount" else self.form

    def field_references(self) -> set[str]:
        """Return the ids of the questions that the value follows from."""
        return set(expression_references(self.expression))

    def derive(self, answers: Answers, today: date) -> Json:
        """Return the value, of the type that ``form`` says; None where the answers do not give one."""
        value = evaluate(self.expression, answers, today)
        if self.form == "date":
            day = as_day(value)
            return day.isoformat() if day else None
        if self.form == "text":
            return value if isinstance(value, str) else None
        return value if number(value) is not None else None

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build what shows the value: it is only read."""
        value = self.derive(context.answers, context.today) if context is not None else None
        widget = Output(self.label, self.display(value), self.help, path=context.path if context else self.id)
        return ContentControl(widget=widget, label=self.label)

    def to_json(self, cleaned: Any) -> Json:
        """Store nothing of what is posted: the value is computed again."""
        return

    def display(self, value: Json) -> str:
        """Say the value in the form that was asked."""
        if value is None:
            return ""
        if self.form == "amount":
            return euros(round(value))
        if self.form == "date":
            day = as_day(value)
            return day_in_words(day) if day else ""
        if self.form == "text":
            return str(value)
        text = f"{value:,.{0 if isinstance(value, int) else self.decimals}f}".replace(",", "\u202f").replace(".", ",")
        return text + (f"\u00a0{self.unit}" if self.unit else "")

    def search_terms(self, value: Json) -> list[str]:
        """Find by the value in words."""
        return [self.display(value)] if value is not None else []

    def facet(self, value: Json) -> Any:
        """Sort by the value itself."""
        if value is None:
            return None
        if self.form == "date":
            return as_day(value)
        return str(value)[:200] if self.form == "text" else Decimal(str(value))

    def export_columns(self) -> list[str]:
        """Fill one column."""
        return [self.name]

    def export(self, value: Json) -> list[Json]:
        """Export the value; an amount in euros."""
        return [round(value) / 100 if self.form == "amount" and value is not None else value]

    @classmethod
    def sample(cls) -> Self:
        """Return a price of three euros a copy."""
        expression: Any = {"fn": "multiply", "args": [{"value": 3}, {"value": 100}]}
        return cls(type="computed", id="q", label="Prix", expression=expression, form="amount")

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return nothing posted, nothing stored by the form."""
        return {}, None
