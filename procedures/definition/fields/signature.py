"""A declaration signed by typing one's name and ticking its statement (Civil Code, article 1367, simple signature)."""

from datetime import date
from typing import Any, ClassVar, Literal, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.kit.moments import day_in_words
from portal.kit.widgets import SignatureParts

from ..base import Json, Words
from ..lookups import Context
from .base import Field, QuestionControl, Raw, ValueType
from .dated import typed, wrong
from .name import name_error


class SignatureField(Field):
    """The statement is stored with the answer: a receipt shows what was signed, whatever the definition becomes."""

    type: Literal["signature"]
    statement: Words

    grouped: ClassVar[bool] = True
    value_type: ClassVar[ValueType] = "parts"
    parts: ClassVar[dict[str, ValueType]] = {"name": "text", "statement": "text", "on": "date"}

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build the name and the box."""
        return _Control(self, context, widget=SignatureParts(self.statement), **self.common())

    def missing(self) -> str:
        """Say how to sign."""
        return str(_("To sign, type your name and tick the statement."))

    def to_initial(self, value: Json) -> Any:
        """Show the name and the box ticked."""
        return {"name": value["name"], "tick": "on"} if value else None

    def display(self, value: Json) -> str:
        """Say what was signed, by whom and when."""
        if not value:
            return ""
        day = day_in_words(date.fromisoformat(value["on"]))
        return f"{value['statement']}\n" + _("Signed by %(name)s on %(day)s") % {"name": value["name"], "day": day}

    def search_terms(self, value: Json) -> list[str]:
        """Find by the name that signed."""
        return [value["name"]] if value else []

    def facet(self, value: Json) -> str | None:
        """Sort by name."""
        return value["name"][:200] if value else None

    def export_columns(self) -> list[str]:
        """Return the name and the day."""
        return [f"{self.name} – {part}" for part in (_("signed by"), _("signed on"))]

    def export(self, value: Json) -> list[Json]:
        """Export the name and the ISO date."""
        return [(value or {}).get("name"), (value or {}).get("on")]

    @classmethod
    def sample(cls) -> Self:
        """Return a statement on one's honour."""
        return cls(
            type="signature", id="q", label="Signature", statement="Je certifie sur l’honneur que tout est exact."
        )

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return a signature of today."""
        stored = {
            "name": "Zoé Petit",
            "statement": "Je certifie sur l’honneur que tout est exact.",
            "on": timezone.localdate().isoformat(),
        }
        return {"q-name": " Zoé  Petit ", "q-tick": "on"}, stored

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, the box alone, the name alone, an address, figures, marks, too long."""
        return [
            {},
            {"q-name": "", "q-tick": "on"},
            {"q-name": "Zoé Petit"},
            {"q-name": "zoe@exemple.fr", "q-tick": "on"},
            {"q-name": "12345", "q-tick": "on"},
            {"q-name": "\u202e\x07", "q-tick": "on"},
            {"q-name": "Z" * 10_000, "q-tick": "on"},
        ]


class _Control(QuestionControl[SignatureField]):
    def clean(self, value: Any) -> dict[str, str] | None:
        """Return what was signed; the errors name what is left to do."""
        parts = typed(value, SignatureParts.parts, 400)
        name = " ".join(parts["name"].split())
        if not name and not parts["tick"]:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        errors = []
        if not name:
            errors.append(wrong(_("Type your given name and family name to sign."), ["name"]))
        elif fault := name_error(name):
            errors.append(wrong(fault, ["name"]))
        if not parts["tick"]:
            errors.append(wrong(_("Tick the statement to sign it."), ["tick"]))
        if errors:
            raise ValidationError(errors)
        today = self.context.today if self.context else timezone.localdate()
        return {"name": name, "statement": self.question.statement, "on": today.isoformat()}
