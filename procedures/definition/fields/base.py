"""The one contract of every field type: what a question is, and all it can do with an answer."""

import unicodedata
from abc import abstractmethod
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Literal, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ..base import Identifier, Json, Node, Prose, Words
from ..conditions import Condition
from ..lookups import Context, Item

# What an answer is to a condition or a computation; "parts" is a set of named scalars, "rows" a repeated group.
ValueType = Literal[
    "text", "number", "date", "datetime", "time", "boolean", "choice", "choices", "parts", "rows", "none"
]
Raw = dict[str, Any]  # what a browser posts for one field: {"name": "value"} or {"name": ["a", "b"]}

# Bidirectional overrides and isolates can make a text read otherwise than it is stored.
_UNSAFE = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)}


def clean_text(value: str, *, keep_lines: bool = False) -> str:
    """Return ``value`` without control or direction marks, in NFC, ends trimmed; lines are kept only where asked."""
    value = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    if not keep_lines:
        value = value.replace("\n", " ").replace("\t", " ")
    value = "".join(
        char for char in value if char in "\n\t" or (unicodedata.category(char) != "Cc" and char not in _UNSAFE)
    )
    return value.strip()


class Field(Node):
    """One question. A type adds its options and answers for build, validation, JSON, display and search."""

    type: str
    id: Identifier
    label: Words
    help: Prose = ""
    short: str = ""  # the label in recaps and lists, where the question is long
    required: bool = True
    when: Condition | None = None
    filterable: bool = False
    searchable: bool = False
    sensitive: bool = False

    # Whether the type is drawn as a group (fieldset and legend) rather than as one control.
    grouped: ClassVar[bool] = False
    # False for what is only read: a heading, an explanation, a computed value.
    asked: ClassVar[bool] = True
    value_type: ClassVar[ValueType] = "text"
    # The named scalars of a "parts" value, for conditions and exports.
    parts: ClassVar[dict[str, ValueType]] = {}

    @property
    def name(self) -> str:
        """The short label: what recaps, receipts and lists call the answer."""
        return self.short or self.label

    @abstractmethod
    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build the form field that draws and validates the question.

        ``context`` gives the answers before it (kept up to date while a page is checked), the town's lists and the day.
        """

    def to_json(self, cleaned: Any) -> Json:
        """Turn the form's cleaned value into the stored JSON; None where nothing was answered."""
        return None if cleaned in (None, "", [], {}) else cleaned

    def to_initial(self, value: Json) -> Any:
        """Turn stored JSON into what the widget shows."""
        return value

    def display(self, value: Json) -> str:
        """Say the answer in words, on one or several lines; an empty text where there is none."""
        return "" if value is None else str(value)

    def search_terms(self, value: Json) -> list[str]:
        """Return the words under which a searchable answer is found."""
        return self.display(value).split("\n") if value is not None else []

    def facet(self, value: Json) -> str | Decimal | date | None:
        """Return the value that lists sort and filter on; None keeps the answer out of them."""
        return self.display(value)[:200] or None

    def suggest(self, text: str, context: Context, limit: int = 20) -> list[Item]:
        """Return the answers that begin like ``text``, best first, where the type offers a long list to search."""
        return []

    def still_valid(self, value: Json, context: Context) -> str:
        """Say why an answer given at an earlier step can no longer be sent, and what to do; empty while it can."""
        return ""

    def warning(self, value: Json, context: Context) -> str:
        """Say what looks odd in an answer, for the person to check before sending; it never holds the request back."""
        return ""

    def export_columns(self) -> list[str]:
        """Return the headings of the columns that the answer fills in an export."""
        return [self.name]

    def export(self, value: Json) -> list[Json]:
        """Return one JSON scalar per column of ``export_columns``; None where there is no answer."""
        return [self.display(value) or None]

    @classmethod
    @abstractmethod
    def sample(cls) -> Self:
        """Return an instance with telling options, for the shared tests and the component page."""

    @classmethod
    @abstractmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return what a browser posts to ``sample()``'s field "q", and the JSON it becomes."""

    @classmethod
    @abstractmethod
    def bad_examples(cls) -> list[Raw]:
        """Return posts that ``sample()`` must refuse with a message."""

    def common(self) -> dict[str, Any]:
        """Return the arguments that every form field shares."""
        return {
            "label": self.label,
            "help_text": self.help,
            "required": self.required,
            "error_messages": {"required": self.missing()},
        }

    def missing(self) -> str:
        """Say what to do when a required answer is missing."""
        return str(_("Answer this question: “%(label)s”.") % {"label": self.name})


class TextControl(forms.CharField):
    """A text input that drops control and direction marks before it validates."""

    keep_lines = False

    def to_python(self, value: Any) -> str:
        """Clean the text; say so when nothing but unreadable marks was typed."""
        text = super().to_python(value) or ""
        return clean_text(text, keep_lines=self.keep_lines)


def too_long(limit: int) -> ValidationError:
    """Build the error of a text over its limit, with the remedy."""
    return ValidationError(_("This answer is too long: keep it under %(limit)d characters.") % {"limit": limit})
