"""A repeated group: the same few questions for each child, each guest, each vehicle."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from pydantic import Field as Meta
from pydantic import model_validator

from portal.kit.fields import faults_of
from portal.kit.widgets import Posted, Rows

from .. import rows
from ..base import Answers, Json, Words
from ..conditions import applies
from ..lookups import Context
from ..questions import QuestionsForm
from .base import Field, Raw, ValueType

# An answer row holds its number beside its answers, so that its files and its place in the page stay its own.
NUMBER = "row"


class GroupField(Field):
    """``fields`` are asked once a row; their ids are unique in the definition, their conditions may read their own row."""

    type: Literal["group"]
    # Every type but another group: the registry completes it.
    if TYPE_CHECKING:
        fields: list[Field]
    else:
        fields: Annotated[list["AnyInner"], Meta(min_length=1, max_length=40)]  # noqa: F821
    minimum: int = Meta(default=0, ge=0, le=50)
    maximum: int = Meta(default=10, ge=1, le=50)
    row_label: Words

    grouped: ClassVar[bool] = True
    value_type: ClassVar[ValueType] = "rows"

    @model_validator(mode="after")
    def bounds_agree(self) -> Self:
        """Refuse a least number above the greatest, and a question named like a row's number."""
        if self.minimum > self.maximum:
            raise ValueError("the group asks for more rows than it accepts")
        if any(field.id == NUMBER for field in self.fields):
            raise ValueError(f"“{NUMBER}” is reserved in a group")
        return self

    @property
    def least(self) -> int:
        """How many rows there must be: one at least where an answer is required."""
        return max(self.minimum, 1 if self.required else 0)

    def inner(self) -> list[Field]:
        """Return the fields of a row."""
        return list(self.fields)

    @property
    def is_searched(self) -> bool:
        """Say whether one of the questions of a row is."""
        return any(field.is_searched for field in self.fields)

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build the rows."""
        return _Control(self, context or Context(today=timezone.localdate(), path=self.id))

    def to_initial(self, value: Json) -> Any:
        """Give the rows as they are stored."""
        return list(value or [])

    def can_show(self, value: Json) -> bool:
        """Say whether every row has its number, and answers that its questions can show."""
        if not super().can_show(value):
            return False
        numbers = [row.get(NUMBER) for row in value]
        return rows.numbers(numbers, self.maximum) == numbers and all(
            row.get(field.id) is None or field.can_show(row[field.id]) for row in value for field in self.fields
        )

    def kept(self, value: Json, answers: Answers, today: date) -> Json:
        """Drop from each row the answers that its own conditions hide; compute those that follow."""
        return [self._kept_row(row, answers, today) for row in value or [] if isinstance(row, dict)]

    def _kept_row(self, row: Answers, answers: Answers, today: date) -> Answers:
        scope, kept = dict(answers), {NUMBER: row.get(NUMBER, 1)}
        for field in self.fields:
            if not applies(field.when, scope, today):
                continue
            value = field.derive(scope, today) if field.derived else row.get(field.id)
            if field.id in row or (field.derived and value is not None):
                kept[field.id] = scope[field.id] = value
        return kept

    def entries(self, value: Json) -> list[tuple[str, str]]:
        """Return one name and its words for each answer of each row."""
        found = [
            (f"{self.row_label} {number} – {name}", text)
            for number, row in enumerate(value or [], 1)
            for field in self.fields
            if field.id in row
            for name, text in field.entries(row[field.id])
        ]
        return found or [(self.name, "")]

    def display(self, value: Json) -> str:
        """Say each answer of each row on its line."""
        return "\n".join(f"{name} : {text}" for name, text in self.entries(value) if text) if value else ""

    def search_terms(self, value: Json) -> list[str]:
        """Find by the searchable answers of each row."""
        return [
            term
            for row in value or []
            for field in self.fields
            if field.is_searched and field.id in row
            for term in field.search_terms(row[field.id])
        ]

    def facet(self, value: Json) -> None:
        """Lists do not sort on several rows."""
        return

    def files(self, value: Json) -> list[dict[str, Any]]:
        """Return the files of every row."""
        return [file for row in value or [] for field in self.fields for file in field.files(row.get(field.id))]

    def warnings(self, value: Json, context: Context | None = None) -> list[str]:
        """Return what to look at again in any row."""
        return [
            words
            for row in value or []
            for field in self.fields
            for words in field.warnings(row.get(field.id), context)
        ]

    def still_valid(self, value: Json, context: Context) -> str:
        """Say the first answer of a row that can no longer be sent."""
        found = (field.still_valid(row.get(field.id), context) for row in value or [] for field in self.fields)
        return next((words for words in found if words), "")

    def export_columns(self) -> list[str]:
        """Fill one column with the number of rows: the rows themselves have a sheet of their own."""
        return [self.name]

    def export(self, value: Json) -> list[Json]:
        """Export the number of rows."""
        return [None if value is None else len(value)]

    def missing(self) -> str:
        """Say how many rows are needed."""
        return str(_("Add at least %(count)d: %(label)s.") % {"count": self.least, "label": self.row_label.lower()})

    @classmethod
    def sample(cls) -> Self:
        """Return the children of a family, with a question that one answer opens."""
        fields: list[Any] = [
            {"type": "text", "id": "child_name", "label": "Prénom", "searchable": True},
            {"type": "yes_no", "id": "child_diet", "label": "A-t-il un régime ?"},
            {
                "type": "text",
                "id": "child_diet_name",
                "label": "Lequel ?",
                "when": {"field": "child_diet", "value": True},
            },
        ]
        return cls(type="group", id="q", label="Vos enfants", row_label="Enfant", fields=fields, maximum=3)

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return two children, numbered as the page left them after one was removed."""
        raw = {
            "q-row": ["1", "3"],
            "q-1-child_name": "Zoé",
            "q-1-child_diet": "no",
            "q-3-child_name": "Noël",
            "q-3-child_diet": "yes",
            "q-3-child_diet_name": "Sans arachide",
        }
        return raw, [
            {NUMBER: 1, "child_name": "Zoé", "child_diet": False},
            {NUMBER: 3, "child_name": "Noël", "child_diet": True, "child_diet_name": "Sans arachide"},
        ]

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return no row, an empty row, a row whose own condition asks for more."""
        return [
            {},
            {"q-row": ["1"]},
            {"q-row": ["1"], "q-1-child_name": "Noël", "q-1-child_diet": "yes", "q-1-child_diet_name": ""},
        ]


class _Control(forms.Field):
    """Reads, checks and draws the rows; each is a form of its own, so that a mistake is told beside its question."""

    def __init__(self, question: GroupField, context: Context) -> None:
        widget = Rows(self.draw, label=question.row_label, limit=question.maximum)
        widget.needs_multipart_form = any(field.type == "file" for field in question.fields)
        super().__init__(widget=widget, **question.common())
        self.question, self.context = question, context
        self.checked: list[tuple[int, QuestionsForm]] | None = None

    def clean(self, value: Any) -> list[Answers] | None:
        """Return the rows, each with its number; what is wrong in a row is told in the row."""
        self.checked = self._posted(value, bound=True) if isinstance(value, Posted) else []
        found: list[Answers] = []
        wrong = 0
        for number, form in self.checked:
            if form.is_valid():
                found.append({NUMBER: number, **form.json})
            else:
                wrong += len(form.errors)
        if wrong:
            raise ValidationError(_("Correct what is marked below, row by row."), code="rows", params={"parts": []})
        least = self.question.least if self.required else self.question.minimum
        if len(found) < least:
            raise ValidationError(self.error_messages["required"], code="required")
        return found

    def faults(self) -> list[tuple[str, str]]:
        """Return, for the summary of errors, the id of each wrong input of a row and its message."""
        label = self.question.row_label
        return [
            (place, f"{label} {index} – {message}")
            for index, (_number, form) in enumerate(self.checked or [], 1)
            for place, message in faults_of(form)
        ]

    def draw(self, value: Any) -> list[tuple[int, SafeString]]:
        """Draw each row: as checked, as posted and not judged yet, or as stored."""
        if self.checked is not None:
            forms_ = self.checked
        elif isinstance(value, Posted):
            forms_ = self._posted(value, bound=False)
        else:
            forms_ = self._stored(value or [])
        return [(number, form.draw(self.question.fields)) for number, form in forms_]

    def _posted(self, value: Posted, *, bound: bool) -> list[tuple[int, QuestionsForm]]:
        found = []
        for number in rows.numbers(value.numbers(), self.question.maximum):
            prefix = f"{value.name}-{number}"
            if bound:
                form = self._form(prefix, data=value.data, files=value.files)
            else:
                form = self._form(prefix)
                form.initial = {
                    field.id: form.fields[field.id].widget.value_from_datadict(value.data, {}, f"{prefix}-{field.id}")
                    for field in self.question.fields
                    if field.id in form.fields
                }
            found.append((number, form))
        return found

    def _stored(self, value: list[Answers]) -> list[tuple[int, QuestionsForm]]:
        stored = value or [{NUMBER: number} for number in range(1, self.question.least + 1)]
        return [
            (
                row[NUMBER],
                self._form(
                    f"{self.context.path}-{row[NUMBER]}",
                    initial={
                        field.id: field.to_initial(row[field.id]) for field in self.question.fields if field.id in row
                    },
                ),
            )
            for row in stored
        ]

    def _form(self, prefix: str, **kwargs: Any) -> QuestionsForm:
        return QuestionsForm(questions=self.question.fields, context=self.context.inside(), prefix=prefix, **kwargs)
