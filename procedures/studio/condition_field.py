"""The form control of a condition: its rows drawn as a sentence, read back, and judged."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.kit.markup import fill
from portal.kit.text import whole
from portal.kit.widgets import Control, Group, attributes, select

from ..definition.document import ProcedureDefinition
from ..definition.fields import Field
from ..definition.language import Condition
from . import condition_rows as rows
from .condition_rows import OPERATORS, Row, Typed


def before(definition: ProcedureDefinition, kind: str, key: str) -> list[tuple[str, list[Field]]]:
    """Return the questions that a part may depend on, by step: those before it, those of its own step for a stop."""
    found: list[tuple[str, list[Field]]] = []
    for step in definition.steps:
        if kind == "step" and step.id == key:
            return found
        here: list[Field] = []
        found.append((step.title, here))
        for section in step.sections:
            if kind == "section" and section.id == key:
                return found
            for field in section.fields:
                if kind == "field" and field.id == key:
                    return found
                if any(inner.id == key for inner in field.inner()) and kind == "field":
                    here += [inner for inner in _until(field, key) if rows.comparable(inner)]
                    return found
                if rows.comparable(field):
                    here.append(field)
        if kind == "stop" and any(stop.id == key for stop in step.stops):
            return found
    return found


def _until(group: Field, key: str) -> list[Field]:
    inner = group.inner()
    return inner[: next(n for n, one in enumerate(inner) if one.id == key)]


class ConditionRows(Group):
    """Rows of three controls each; ``written`` is the sentence of a condition that rows cannot say."""

    def __init__(self, questions: list[tuple[str, list[Field]]], *, lead: str, written: str = "") -> None:
        super().__init__()
        self.questions, self.lead, self.written = questions, lead, written

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Typed | None:
        """Read the rows that a browser sent; None where it sent none."""
        number = min(whole(data.get(f"{name}-rows", ""), otherwise=-1), rows.MOST)
        if number < 0:
            return None
        read = [
            Row(
                *(
                    str(data.get(f"{name}-{n}-{part}", ""))[:limit]
                    for part, limit in (("field", 60), ("op", 20), ("value", 300))
                )
            )
            for n in range(number)
        ]
        if data.get("do") == f"more-{name}" and number < rows.MOST:
            read.append(Row())
        joined = "any" if data.get(f"{name}-joined") == "any" else "all"
        return Typed(tuple(read), joined, kept=bool(data.get(f"{name}-kept")))

    def control(self, control: Control) -> SafeString:
        """Draw the sentence, a button for one more row, and what is written in another way."""
        typed = control.value if isinstance(control.value, Typed) else Typed()
        lines = typed.rows or (Row(),)
        choices = [(step, [(field.id, field.name) for field in fields]) for step, fields in self.questions if fields]
        described = control.described
        parts = [self._row(control, n, row, choices, described, typed.joined) for n, row in enumerate(lines)]
        listed = rows.suggestions([field for _step, fields in self.questions for field in fields])
        options = SafeString("".join(fill('<option value="{}"></option>', one) for one in listed))
        kept = (
            fill(
                '<div class="choice"><input type="checkbox" id="{}-kept" name="{}-kept" value="1"{}>'
                '<label for="{}-kept">{}</label></div>',
                control.id,
                control.name,
                SafeString(" checked") if typed.kept else "",
                control.id,
                _("Keep the condition that is written: %(sentence)s") % {"sentence": self.written},
            )
            if self.written
            else ""
        )
        more = (
            fill(
                '<p><button class="btn bare" id="{}-more" name="do" value="more-{}" formnovalidate>'
                '<svg class="i" aria-hidden="true"><use href="#i-plus"/></svg> {}</button></p>',
                control.id,
                control.name,
                _("Add a condition"),
            )
            if len(lines) < rows.MOST
            else ""
        )
        return fill(
            '<input type="hidden" name="{}-rows" value="{}">{}<div class="sentence">{}</div>'
            '<datalist id="{}-answers">{}</datalist>{}',
            control.name,
            len(lines),
            kept,
            SafeString("".join(parts)),
            control.id,
            options,
            more,
        )

    def _row(self, control: Control, n: int, row: Row, choices: list[Any], described: str, joined: str) -> SafeString:
        stem, name = (control.id if n == 0 else f"{control.id}-{n}"), f"{control.name}-{n}"
        wrong = control.wrong
        known = {key for _step, fields in choices for key, _name in fields}
        lost = [(row.field, row.field)] if row.field and row.field not in known else []
        always = _("always") if n == 0 else _("(nothing more)")
        lead: SafeString | str = self.lead
        if n == 1:
            lead = self._joiner(control, joined)
        elif n > 1:
            lead = _("or") if joined == "any" else _("and")
        question = select(
            Control(f"{name}-field", stem, row.field, described if n == 0 else "", wrong=wrong),
            {"aria-label": _("Question %(number)d") % {"number": n + 1}},
            [("", always), *choices, *lost],
        )
        op = select(
            Control(f"{name}-op", f"{stem}-op", row.op),
            {"aria-label": _("Comparison %(number)d") % {"number": n + 1}},
            OPERATORS.items(),
        )
        value = fill(
            "<input{}>",
            attributes(
                {
                    "id": f"{stem}-value",
                    "name": f"{name}-value",
                    "value": row.value,
                    "list": f"{control.id}-answers",
                    "autocomplete": "off",
                    "maxlength": 300,
                    "aria-label": _("Answer %(number)d") % {"number": n + 1},
                }
            ),
        )
        return fill("<p>{} {} {} {}</p>", lead, question, op, value)

    def _joiner(self, control: Control, joined: str) -> SafeString:
        return select(
            Control(f"{control.name}-joined", f"{control.id}-joined", joined),
            {"aria-label": _("How conditions combine")},
            [("all", _("and")), ("any", _("or"))],
        )


class ConditionField(forms.Field):
    """A condition on earlier answers: its clean value is the JSON that is kept, None where there is no condition."""

    widget: ConditionRows
    # "always" is one of its answers.
    unmarked = True

    def __init__(
        self,
        definition: ProcedureDefinition,
        questions: list[tuple[str, list[Field]]],
        condition: Condition | None,
        *,
        label: str,
        lead: str,
        required: bool = False,
        help_text: str = "",
    ) -> None:
        self.condition, self.shown = condition, rows.rows_of(condition, definition)
        self.fields: Mapping[str, Field] = {field.id: field for _step, fields in questions for field in fields}
        written = definition.say(condition) if self.shown is None else ""
        super().__init__(
            label=label,
            required=required,
            help_text=help_text,
            initial=self.shown or Typed(kept=True),
            widget=ConditionRows(questions, lead=lead, written=written),
        )

    def clean(self, value: Any) -> Any:
        """Judge the rows; the condition that stands is kept byte for byte where nothing of it was changed."""
        typed = value if isinstance(value, Typed) else Typed()
        real = tuple(row for row in typed.rows if row.field)
        stored = self.condition.model_dump(mode="json", by_alias=True) if self.condition is not None else None
        if typed.kept and self.shown is None:
            return stored
        if self.shown is not None and real == self.shown.rows and (len(real) < 2 or typed.joined == self.shown.joined):
            made = stored
        else:
            try:
                made = rows.condition_of(typed, self.fields)
            except rows.Wrong as error:
                raise ValidationError(str(error).replace("%", "%%")) from error
        if made is None and self.required:
            raise ValidationError(_("Say with which answers: choose a question."))
        return made
