"""The page where an agent records that the person of a request has died, and where a head takes it back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.identity.work_session import sent
from accounts.models import Person
from accounts.permissions import actor_of
from accounts.team.forms import day_field
from portal.kit.widgets import Radios

from .. import permissions
from ..definition.fields.base import clean_text
from ..lifecycle import death as verbs
from ..lifecycle.mandate import Refusal
from ..models import Submission
from . import casefile
from .access import desk_only, load, note, page
from .forms import DeskForm


class DeathForm(DeskForm):
    """When someone died, and how it is known."""

    on = day_field(gettext_lazy("Date of death"))
    how = forms.ChoiceField(
        label=gettext_lazy("How it is known"),
        choices=verbs.How.choices,
        widget=Radios,
        error_messages={
            "required": gettext_lazy("Say how it is known."),
            "invalid_choice": gettext_lazy("Choose one of the answers of the list."),
        },
    )
    note = forms.CharField(
        label=gettext_lazy("Note for your colleagues"),
        help_text=gettext_lazy(
            "For example the number of the certificate. Neither a name nor the cause of death. 200 characters at most."
        ),
        max_length=200,
        required=False,
        error_messages={"max_length": gettext_lazy("This note is too long: keep it under 200 characters.")},
    )

    def clean_note(self) -> str:
        """Drop control and direction marks."""
        return clean_text(self.cleaned_data["note"])

    @property
    def known(self) -> verbs.Known:
        """What was said, once it is valid."""
        given = self.cleaned_data
        return verbs.Known(given["on"], verbs.How(given["how"]), given["note"])

    @property
    def how_label(self) -> str:
        """How it is known, in words."""
        return str(verbs.How(self.cleaned_data["how"]).label)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def death(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask when the person died; the first POST shows what will happen, the second records it. A head takes it back."""
    submission, actor = load(request, reference), actor_of(request)
    if not permissions.may_record_death(actor, submission):
        raise PermissionDenied
    person = submission.person
    assert person is not None, "a right on someone"  # noqa: S101
    if request.method == "POST" and "undo" in request.POST:
        return _undo(request, person, submission)
    # What was typed while the page was locked is shown again with what will happen, not done.
    form = DeathForm(sent(request))
    if not form.is_bound or (request.method != "POST" and person.died_on):
        note(actor, "read", submission)
        return _draw(request, submission, form)
    if not form.is_valid():
        return _draw(request, submission, form, status=422)
    if "change" in request.POST:
        return _draw(request, submission, form)
    try:
        if request.method == "POST" and "confirmed" in request.POST:
            verbs.record(person, form.known, by=actor, submission=submission)
        else:
            verbs.check(person, form.known)
            return _draw(request, submission, form, sure=True)
    except Refusal as refusal:
        form.add_error(refusal.field or None, refusal.words)
        return _draw(request, submission, form, status=422)
    note(actor, "death", submission)
    messages.success(request, _("The death is recorded. The request stays open: tell an heir or the notary."))
    return redirect("desk:case", submission.reference)


def _undo(request: HttpRequest, person: Person, submission: Submission) -> HttpResponse:
    actor = actor_of(request)
    verbs.undo(person, by=actor, submission=submission)
    note(actor, "death", submission)
    messages.success(request, _("It is taken back: the person signs in and is written to as before."))
    return redirect("desk:case", submission.reference)


def _draw(
    request: HttpRequest, submission: Submission, form: DeathForm, *, sure: bool = False, status: int = 200
) -> HttpResponse:
    person = submission.person
    assert person is not None, "a right on someone"  # noqa: S101
    context: dict[str, Any] = {
        "submission": submission,
        "applicant": submission.applicant,
        "person": person,
        "form": form,
        "sure": sure,
        "foreseen": verbs.foreseen(person) if sure else None,
    }
    told = verbs.recorded(person) if person.died_on else None
    if told is not None:
        context |= {
            "told": told,
            "told_by": casefile.names_of([told.actor]).get(told.actor, ""),
            "how": verbs.How(told.data["how"]).label,
            "may_undo": permissions.may_undo_death(actor_of(request), submission),
        }
    return page(request, "desk/death.html", context, section="case", status=status)
