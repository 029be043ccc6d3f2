"""The columns of a list: some of the request itself, and any answer of the procedure that is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from ..definition.document import ProcedureDefinition
from ..definition.fields import FileField
from ..models import AnswerSet, LabelMark, Submission
from .view import FIELD, View
from .words import expected, short_day

USUAL = ("procedure", "applicant", "state", "due", "agent")
_LONGEST = 80


@dataclass(frozen=True)
class Column:
    """A column: its key in an address, its heading, and whether it is an answer."""

    key: str
    label: str
    answer: bool = False


def of_request() -> list[Column]:
    """Return the columns that every request has."""
    return [
        Column("procedure", _("Procedure")),
        Column("applicant", _("Applicant")),
        Column("state", _("State")),
        Column("due", _("Legal date")),
        Column("agent", _("Agent")),
        Column("received", _("Received on")),
        Column("expected", _("What is expected")),
        Column("department", _("Department")),
        Column("labels", _("Labels")),
    ]


def of_answers(definition: ProcedureDefinition | None) -> list[Column]:
    """Return a column for each answer of a procedure that a list may show: neither sensitive nor a file nor a group."""
    if definition is None:
        return []
    shown = [
        one
        for one in definition.fields.values()
        if (one.asked or one.derived) and not one.sensitive and not isinstance(one, FileField) and not one.inner()
    ]
    return [Column(FIELD + one.id, one.name, answer=True) for one in shown]


def chosen(view: View, definition: ProcedureDefinition | None) -> list[Column]:
    """Return the columns of a view, in its order; what is unknown, or no longer asked, is left out."""
    known = {one.key: one for one in (*of_request(), *of_answers(definition))}
    wanted = [known[key] for key in view.columns if key in known]
    # With one procedure shown, its title says nothing in each row.
    return wanted or [known[key] for key in USUAL]


def cells(columns: Sequence[Column], rows: Sequence[Submission]) -> dict[int, dict[str, str]]:
    """Return what the columns that need more than the row say of each: one query for answers, one for labels."""
    found: dict[int, dict[str, str]] = {row.pk: {} for row in rows}
    keys = {column.key for column in columns}
    if keys & {"received", "department", "expected"}:
        today = timezone.localdate()
        for row in rows:
            found[row.pk] |= {
                "received": short_day(timezone.localdate(row.received_at), today),
                "department": row.department.name,
                "expected": expected(row, unread=bool(getattr(row, "unread", False))),
            }
    if "labels" in keys:
        marks = LabelMark.objects.filter(submission__in=list(found)).order_by("label__folded")
        for pk, name in marks.values_list("submission", "label__name"):
            said = found[pk].get("labels", "")
            found[pk]["labels"] = f"{said}, {name}" if said else name
    asked = [column.key for column in columns if column.answer]
    if asked:
        answers = _answers(rows)
        for row in rows:
            fields = row.version.definition.fields
            for key in asked:
                one = fields.get(key.removeprefix(FIELD))
                # A later version may have made it sensitive, an older one may have held it so: neither is shown.
                text = one.display(answers.get(row.pk, {}).get(one.id)) if one and not one.sensitive else ""
                found[row.pk][key] = " ".join(text.split())[:_LONGEST]
    return found


def _answers(rows: Sequence[Submission]) -> dict[int, dict[str, Any]]:
    """Return the latest answers sent of each request."""
    sets = AnswerSet.objects.filter(submission__in=[row.pk for row in rows]).order_by("number")
    return {one.submission_id: one.answers for one in sets}
