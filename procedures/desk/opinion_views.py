"""The pages on which an opinion is asked for, and where its answer is recorded."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.identity.work_session import take_typed
from accounts.permissions import Actor, actor_of
from accounts.team.forms import day_field
from portal.kit.widgets import Radios

from .. import permissions
from ..definition.fields.base import clean_text
from ..lifecycle import opinions as verbs
from ..lifecycle.grounds import MissingWords
from ..lifecycle.transition import StaleAction
from ..models import Opinion, Submission
from .access import desk_only, load, note, page
from .forms import DeskForm, Words
from .words import due_of


class AskForm(DeskForm):
    """Whose opinion, on what, since when and by when."""

    body = forms.CharField(
        label=gettext_lazy("Whose opinion"),
        help_text=gettext_lazy("For example: the fire service, the roads department, a commission."),
        max_length=200,
        widget=forms.TextInput(attrs={"size": 60}),
        error_messages={
            "required": gettext_lazy("Say whose opinion it is."),
            "max_length": gettext_lazy("This name is too long: keep it under 200 characters."),
        },
    )
    words = Words(rows=3, label=gettext_lazy("What you ask them"), required=False)
    asked_on = day_field(gettext_lazy("Asked on"))
    reply_by = day_field(gettext_lazy("Answer expected by"), required=False)

    def clean_body(self) -> str:
        """Drop control and direction marks."""
        return clean_text(self.cleaned_data["body"])

    @property
    def question(self) -> verbs.Question:
        """What the form says."""
        said = self.cleaned_data
        return verbs.Question(said["body"], said["words"], said["asked_on"], said["reply_by"])


class AnswerForm(DeskForm):
    """What was answered, and when."""

    sense = forms.ChoiceField(
        label=gettext_lazy("The opinion is"),
        choices=Opinion.Sense.choices,
        widget=Radios,
        error_messages={
            "required": gettext_lazy("Choose what the opinion is."),
            "invalid_choice": gettext_lazy("Choose one of the answers of the list."),
        },
    )
    words = Words(
        rows=5,
        label=gettext_lazy("What it says"),
        help_text=gettext_lazy("Its own words, with its reserves. The person may ask to read it once it is decided."),
        empty=gettext_lazy("Write what the opinion says, as it is."),
    )
    given_on = day_field(gettext_lazy("Given on"))

    @property
    def answer(self) -> verbs.Answer:
        """What the form says."""
        said = self.cleaned_data
        return verbs.Answer(said["sense"], said["words"], said["given_on"])


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask whose opinion is sought; the POST notes it."""
    submission, actor = _load(request, reference)
    if submission.is_over:
        return _changed(request, submission)
    typed = take_typed(request, request.path)
    initial = (
        {name: str(value)[:5000] for name, value in typed.items()} if typed else {"asked_on": timezone.localdate()}
    )
    form, status = AskForm(initial=initial), 200
    if request.method == "POST":
        form, status = AskForm(request.POST), 422
        if form.is_valid():
            try:
                verbs.ask(submission, form.question, by=actor)
            except MissingWords as missing:
                form.add_error("words" if missing.field not in form.fields else missing.field, str(missing))
            except StaleAction:
                return _changed(request, submission)
            else:
                messages.success(request, _("It is noted. The legal date does not move for it."))
                return redirect("desk:case", submission.reference)
    return _draw(request, submission, actor, "desk/opinion_ask.html", {"form": form}, status)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def answer(request: HttpRequest, reference: str, opinion_id: uuid.UUID) -> HttpResponse:
    """Ask what was answered; the POST records it, or gives the waiting up."""
    submission, actor = _load(request, reference)
    opinion = submission.opinions.filter(public_id=opinion_id).first()
    if opinion is None:
        raise Http404
    if submission.is_over or not opinion.is_awaited:
        return _changed(request, submission)
    typed = take_typed(request, request.path)
    initial = (
        {name: str(value)[:5000] for name, value in typed.items()} if typed else {"given_on": timezone.localdate()}
    )
    form, status = AnswerForm(initial=initial), 200
    if request.method == "POST":
        dropped = "drop" in request.POST
        form, status = AnswerForm(request.POST), 422
        if dropped or form.is_valid():
            try:
                if dropped:
                    verbs.drop(submission, opinion.public_id, by=actor)
                else:
                    verbs.record(submission, opinion.public_id, form.answer, by=actor)
            except MissingWords as missing:
                form.add_error(missing.field, str(missing))
            except StaleAction:
                return _changed(request, submission)
            else:
                messages.success(
                    request, _("It is no longer waited for.") if dropped else _("The opinion is recorded.")
                )
                return redirect("desk:case", submission.reference)
    return _draw(request, submission, actor, "desk/opinion.html", {"form": form, "opinion": opinion}, status)


def _load(request: HttpRequest, reference: str) -> tuple[Submission, Actor]:
    submission, actor = load(request, reference), actor_of(request)
    if not permissions.may_ask_opinion(actor, submission):
        raise PermissionDenied
    return submission, actor


def _draw(
    request: HttpRequest, submission: Submission, actor: Actor, name: str, more: dict[str, Any], status: int
) -> HttpResponse:
    note(actor, "read", submission)
    context = {"submission": submission, "applicant": submission.applicant, "due": due_of(submission), **more}
    return page(request, name, context, section="case", status=status)


def _changed(request: HttpRequest, submission: Submission) -> HttpResponse:
    messages.warning(request, _("This request is over, or this opinion is no longer waited for. Nothing was done."))
    return redirect("desk:case", submission.reference)
