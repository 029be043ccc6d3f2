"""The one contract of every field type: what a question is, and all it can do with an answer."""

import unicodedata
from abc import abstractmethod
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from operator import not_
from typing import Annotated, Any, ClassVar, Generic, Literal, Self, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from pydantic import Field as Meta

from .. import shapes
from ..base import Answers, Identifier, Json, Line, Node, Prose, Words
from ..conditions import Condition, applies
from ..language import references
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
    if value.isprintable():
        return value.strip()  # nearly every text: no mark of any kind
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
    # Where set, a required answer is required only while it holds.
    required_when: Annotated[Condition | None, Meta(exclude_if=not_)] = None
    when: Condition | None = None
    filterable: bool = False
    searchable: bool = False
    sensitive: bool = False
    # The text that lets the town ask for a number so guarded as the NIR (decree 2019-341); see checks.py. Left out of
    # the bytes while it is empty: what was published before it existed keeps its digest.
    legal_reference: Annotated[Line, Meta(exclude_if=not_)] = ""

    # Whether the type is drawn as a group (fieldset and legend) rather than as one control.
    grouped: ClassVar[bool] = False
    # False for what is only read: a heading, an explanation, a computed value.
    asked: ClassVar[bool] = True
    # True for an answer that no one types: it follows from the others.
    derived: ClassVar[bool] = False
    value_type: ClassVar[ValueType] = "text"
    # How static/js/form.js reads the answer while it is typed; empty where only the server can.
    live: ClassVar[str] = ""
    # The named scalars of a "parts" value, for conditions and exports.
    parts: ClassVar[dict[str, ValueType]] = {}

    @cached_property
    def reads(self) -> frozenset[str]:
        """The ids of the questions on which showing, requiring or checking this one depends."""
        return references(self.when) | references(self.required_when) | self.field_references()

    def field_references(self) -> set[str]:
        """Return the ids of the other questions that the type's own options name."""
        return set()

    @property
    def is_searched(self) -> bool:
        """Say whether agents find the request by this answer."""
        return self.searchable and not self.sensitive

    def conditions(self) -> list[Condition]:
        """Return every condition that the question holds."""
        return [when for when in (self.when, self.required_when) if when is not None]

    def needs(self, answers: Answers, today: date | None = None) -> bool:
        """Say whether an answer is required, given the others."""
        return self.required and applies(self.required_when, answers, today)

    def derive(self, answers: Answers, today: date) -> Json:
        """Return the answer that the others give, where ``derived``."""
        return None

    def kept(self, value: Json, answers: Answers, today: date) -> Json:
        """Return the part of an answer that applies, given the others; a repeated group drops what its rows hide."""
        return value

    def entries(self, value: Json) -> list[tuple[str, str]]:
        """Return what a recap or a receipt prints: one name and its words, or one pair per part of a composite answer."""
        return [(self.name, self.display(value))]

    def files(self, value: Json) -> list[dict[str, Any]]:
        """Return the descriptions of the files that an answer names."""
        return []

    def inner(self) -> list["Field"]:
        """Return the fields that this one holds: those of a repeated group."""
        return []

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

    def can_show(self, value: Json) -> bool:
        """Say whether a value from elsewhere has the shape of this type's answers, so that it can be proposed."""
        if not shapes.fits(self.value_type, self.parts, value):
            return False
        try:
            self.to_initial(value)
            return isinstance(self.display(value), str)
        except (ArithmeticError, TypeError, ValueError, KeyError, AttributeError, IndexError):
            return False

    def display(self, value: Json) -> str:
        """Say the answer in words, on one or several lines; an empty text where there is none."""
        return "" if value is None else str(value)

    def search_terms(self, value: Json) -> list[str]:
        """Return the words under which a searchable answer is found."""
        return self.display(value).split("\n") if value is not None else []

    def facet(self, value: Json) -> str | Decimal | date | None:
        """Return the value that lists sort and filter on; None keeps the answer out of them."""
        return self.display(value)[:200] or None

    def warnings(self, value: Json, context: Context | None = None) -> list[str]:
        """Return what the person should look at again in an answer that is accepted all the same."""
        return []

    def suggest(self, text: str, context: Context, limit: int = 20) -> list[Item]:
        """Return the answers that begin like ``text``, best first, where the type offers a long list to search."""
        return []

    def still_valid(self, value: Json, context: Context) -> str:
        """Say why an answer given at an earlier step can no longer be sent, and what to do; empty while it can."""
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


Asked = TypeVar("Asked", bound=Field)


class QuestionControl(forms.Field, Generic[Asked]):
    """A control that its question judges: it knows the question and what was answered before it."""

    def __init__(self, question: Asked, context: Context | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.question, self.context = question, context


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


def at_parts(message: Any, parts: Sequence[str], code: str = "") -> ValidationError:
    """Build an error of some parts of a control; a label that holds "%" is no format."""
    return ValidationError(str(message).replace("%", "%%"), code=code or None, params={"parts": list(parts)})
