"""An e-mail address of the person who files."""

from typing import Any, Literal, Self

from django import forms
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

from ..base import Json
from ..lookups import Context
from .base import Field, Raw, TextControl


class EmailField(Field):
    type: Literal["email"]
    autocomplete: str = "email"

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build an e-mail input."""
        widget = forms.EmailInput(attrs={"autocomplete": self.autocomplete, "spellcheck": "false"})
        return _Control(widget=widget, **self.common())

    @classmethod
    def sample(cls) -> Self:
        """Return a plain question."""
        return cls(type="email", id="q", label="Adresse électronique")

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return an address with a plus sign."""
        return {"q": " Zoe.Petit+mairie@exemple.fr "}, "Zoe.Petit+mairie@exemple.fr"

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, no domain, a space, a line break of a header injection."""
        return [{"q": ""}, {"q": "zoe@"}, {"q": "zoe petit@exemple.fr"}, {"q": "zoe@exemple.fr\nBcc: x@y.fr"}]


class _Control(TextControl):
    default_validators = [
        EmailValidator(_("This e-mail address is not complete. It looks like: name@example.fr")),
    ]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)
        self.error_messages["max_length"] = _("This e-mail address is too long.")
