"""Asking for pieces (which, why, by which text, until when), and noting the day on which they came by another way."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.team.forms import day_field

from ..definition.document import ProcedureDefinition
from ..definition.fields import FileField
from ..definition.fields.base import clean_text
from ..lifecycle.pieces import MOST, Asking, Wanted, WrongPieces, check_deadline, usual_deadline
from ..models import PiecesRequest, Submission
from .forms import DeskForm, Words

OTHER = "~other"
_FIRST = 2


def _line() -> forms.TextInput:
    return forms.TextInput(attrs={"size": 60})


class PiecesForm(DeskForm):
    """Some rows, one a piece; a row that is left empty asks for nothing."""

    def __init__(self, data: Any = None, *, definition: ProcedureDefinition, rows: int = _FIRST, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        files = [field for field in definition.every_field.values() if isinstance(field, FileField)]
        self.names = {field.id: field.name for field in files}
        self.rows = range(min(rows, MOST))
        choices = [("", _("No piece in this row")), *self.names.items(), (OTHER, _("Another one, named below"))]
        for row in self.rows:
            # One piece at least is asked for: the first row.
            self.fields[f"piece_{row}"] = forms.ChoiceField(
                label=_("Which piece"),
                choices=choices,
                required=not row,
                error_messages={"required": _("Say which piece is missing.")},
            )
            self.fields[f"other_{row}"] = forms.CharField(
                label=_("Its name, where the list does not hold it"), max_length=300, required=False, widget=_line()
            )
            self.fields[f"reason_{row}"] = Words(
                rows=2,
                label=_("Why it is indispensable"),
                help_text=_("The person reads it as it is."),
                required=not row,
                empty=_("Say why this piece is indispensable."),
            )
            self.fields[f"text_{row}"] = forms.CharField(
                label=_("The text that requires it"),
                help_text=_("Its article. Without one, the legal date does not move."),
                max_length=300,
                required=False,
                widget=_line(),
            )
        self.fields["deadline"] = day_field(gettext_lazy("To be sent by"))
        self.fields["deadline"].help_text = _("A month is the usual time. What comes later is still accepted.")

    @classmethod
    def of(cls, submission: Submission, data: Any, *, preview: bool = False) -> "PiecesForm":
        """Build the form of a request: as it was posted, or with what was typed and one more row, judging nothing."""
        definition = submission.version.definition
        if data is None:
            return cls(definition=definition, initial={"deadline": usual_deadline(timezone.localdate())})
        sent = {name: str(value)[:5000] for name, value in data.items()}
        rows = sum(1 for name in sent if name.startswith("piece_") and name[6:].isdigit()) or _FIRST
        if preview or "more" in sent:
            return cls(definition=definition, rows=rows + ("more" in sent), initial=sent)
        return cls(data, definition=definition, rows=rows)

    @property
    def parts(self) -> list[tuple[int, list[Any]]]:
        """The rows as the page draws them."""
        return [
            (row + 1, [self[f"{name}_{row}"] for name in ("piece", "other", "reason", "text")]) for row in self.rows
        ]

    @property
    def room(self) -> bool:
        """Say whether one more row may be asked for."""
        return len(self.rows) < MOST

    def clean(self) -> dict[str, Any]:
        """Read each row that says something; say beside its question what it lacks."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        wanted = [one for row in self.rows if (one := self._row(row, said)) is not None]
        if said.get("deadline"):
            try:
                check_deadline(said["deadline"], timezone.localdate())
            except WrongPieces as wrong:
                self.add_error("deadline", str(wrong))
        self.wanted = tuple(wanted)
        return said

    def _row(self, row: int, said: dict[str, Any]) -> Wanted | None:
        piece, other = said.get(f"piece_{row}") or "", clean_text(said.get(f"other_{row}") or "")
        reason, text = said.get(f"reason_{row}") or "", clean_text(said.get(f"text_{row}") or "")
        if not (piece or other or reason or text) or (not row and not (piece and reason)):
            return None
        if piece in {"", OTHER} and not other:
            self.add_error(f"piece_{row}", _("Choose a piece of the list, or write its name below."))
        if not reason:
            self.add_error(f"reason_{row}", _("Say why this piece is indispensable."))
        known = piece not in {"", OTHER}
        return Wanted(self.names[piece] if known else other, reason, text, piece if known else "")

    @property
    def asking(self) -> Asking:
        """What the form asks for."""
        return Asking(self.wanted, self.cleaned_data["deadline"])


class ArrivalForm(DeskForm):
    """The day on which each missing piece came, for those that did."""

    def __init__(self, data: Any = None, *, asked: PiecesRequest, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.ids = {piece.path: str(piece.public_id) for piece in asked.missing}
        for piece in asked.missing:
            self.fields[piece.path] = day_field(piece.label, required=False)
            self.fields[piece.path].help_text = _("The day on which the town received it. Empty: it is still missing.")

    def clean(self) -> dict[str, Any]:
        """Want one day at least."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not self.days:
            self.add_error(next(iter(self.fields)), _("Give the day of the piece that came."))
        return said

    @property
    def days(self) -> dict[str, date]:
        """The days given, by the public id of the piece."""
        return {self.ids[path]: day for path, day in self.cleaned_data.items() if day}
