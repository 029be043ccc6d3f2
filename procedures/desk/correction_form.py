"""Asking for corrections: the answers are ticked, what is wrong with each is said beside it, and until when."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.team.forms import day_field
from portal.kit.fields import render_field
from portal.kit.widgets import Checkboxes

from ..definition.fields import Field
from ..lifecycle.correction import MOST, Correcting, correctable, last_sent
from ..lifecycle.pieces import WrongPieces, check_deadline, usual_deadline
from ..models import Submission
from .forms import DeskForm, Words

_SHOWN = 80


class CorrectionForm(DeskForm):
    """The answers that may be corrected; the reason of each one ticked is asked under it."""

    def __init__(self, data: Any = None, *, known: dict[str, Field], answers: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.known = known
        if known:
            self.fields["wanted"] = forms.MultipleChoiceField(
                label=_("Answers to correct"),
                help_text=_("A paper is missing or wrong? Ask for pieces instead."),
                choices=[(name, field.name) for name, field in known.items()],
                required=False,
                widget=Checkboxes(hints={name: _short(field.display(answers[name])) for name, field in known.items()}),
                error_messages={"invalid_choice": _("Choose answers of the list.")},
            )
        self.ticked = self._ticked()
        for name in self.ticked:
            self.fields[f"reason_{name}"] = Words(
                rows=2,
                label=_("What is wrong with “%(question)s”") % {"question": known[name].name},
                help_text=_("The person reads it beside her answer."),
                empty=_("Say what is wrong with this answer, and how to mend it."),
            )
        self.fields["words"] = Words(
            rows=4,
            label=_("A word to the person") if known else _("What must be corrected or added"),
            help_text=_("Optional where answers are ticked above; otherwise the question she reads."),
            required=not self.ticked,
            empty=_("Tick an answer above, or write here what the person must correct or add."),
        )
        if known:
            self.fields["deadline"] = day_field(_("To be answered by"))
            self.fields["deadline"].help_text = _("A correction does not stop the clock.")
            self.fields["deadline"].initial = usual_deadline(timezone.localdate())

    @classmethod
    def of(cls, submission: Submission, data: Any, *, preview: bool) -> "CorrectionForm":
        """Return the form of a request; a preview shows what was typed and judges nothing of it."""
        sent = last_sent(submission)
        known = correctable(submission.version.definition, sent)
        given: dict[str, Any] = {"known": known, "answers": sent.answers}
        if data is None:
            return cls(**given)
        if not preview and not cls.wants_reasons(data):
            return cls(data, **given)
        initial = {name: str(value)[:5000] for name, value in data.items()}
        return cls(initial=initial | {"wanted": _list(data, "wanted")}, **given)

    @staticmethod
    def wants_reasons(data: Any) -> bool:
        """Say whether an answer was ticked whose reason the page had no place to ask yet: it is drawn again with one."""
        return any(f"reason_{name}" not in data for name in _list(data, "wanted"))

    def _ticked(self) -> list[str]:
        source = _list(self.data, "wanted") if self.is_bound else self.initial.get("wanted") or []
        return [name for name in self.known if name in source][:MOST]

    def choices(self) -> SafeString | str:
        """Draw the answers, each with its reason under it where it is ticked."""
        if not self.known:
            return ""
        return render_field(self["wanted"], {name: render_field(self[f"reason_{name}"]) for name in self.ticked})

    @property
    def rest(self) -> list[Any]:
        """The other questions of the page."""
        return [self[name] for name in ("words", "deadline") if name in self.fields]

    def clean(self) -> dict[str, Any]:
        """Refuse too many answers at once, and a day that gives no time."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if len(said.get("wanted") or []) > MOST:
            self.add_error("wanted", _("Choose answers of the list, %(count)d at most at once.") % {"count": MOST})
        if said.get("deadline") and self.ticked:
            try:
                check_deadline(said["deadline"], timezone.localdate())
            except WrongPieces as wrong:
                self.add_error("deadline", str(wrong))
        return said

    @property
    def correcting(self) -> Correcting | None:
        """What the form asks for; None for a question in words alone."""
        if not self.ticked:
            return None
        reasons = {name: self.cleaned_data[f"reason_{name}"] for name in self.ticked}
        return Correcting(reasons, self.cleaned_data["deadline"])


def _list(data: Any, name: str) -> list[str]:
    return list(data.getlist(name)) if hasattr(data, "getlist") else list(data.get(name) or [])


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1].rstrip() + "…"
