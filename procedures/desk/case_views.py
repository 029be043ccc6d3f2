"""One request on one screen, and what is exchanged on it with its citizen and among colleagues."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.identity.work_session import take_typed
from accounts.permissions import actor_of

from .. import permissions
from ..lifecycle import eye, undelivered
from ..lifecycle import message as letters
from ..lifecycle.grounds import MissingWords
from ..models import Submission
from . import beside, casefile
from .access import desk_only, load, note, page
from .forms import MessageForm
from .handling_forms import LabelForm, NoteForm


@require_safe
@desk_only
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """Show one request, whole; that it was read is noted."""
    return draw(request, load(request, reference, to_show=True))


def draw(request: HttpRequest, submission: Submission, wrong: forms.Form | None = None) -> HttpResponse:
    """Draw the page of a request, with the form that was not well filled, where there is one."""
    actor = actor_of(request)
    note(actor, "read", submission)
    context = casefile.gather(actor, submission)
    if context["watching"]:
        eye.seen(submission, by=actor)
    if context["may_write"]:
        context["form"] = (
            wrong
            if isinstance(wrong, MessageForm)
            else _message_form(submission, initial=_typed(request, submission, "desk:message"))
        )
    if context["may_note"]:
        typed = _typed(request, submission, "desk:note")
        context["note_form"] = (
            wrong if isinstance(wrong, NoteForm) else NoteForm(initial=typed, colleagues=context["colleagues"])
        )
    if context["may_handle"]:
        context["label_form"] = wrong if isinstance(wrong, LabelForm) else LabelForm()
    for name, key in (("form", "m"), ("note_form", "n")):
        if name in context and actor.user is not None and actor.user.shortcuts:
            context[name].fields["words"].widget.attrs["aria-keyshortcuts"] = key
    view = beside.came_from(request.session)
    context["wrong"] = wrong
    context["beside"], context["back"] = beside.neighbours(actor, view, submission), beside.address(view)
    return page(request, "desk/case.html", context, section="case", status=422 if wrong else 200)


def _typed(request: HttpRequest, submission: Submission, name: str) -> dict[str, str]:
    """Return the words of a message or a note that came while the page was locked."""
    typed = take_typed(request, reverse(name, args=[submission.reference]))
    return {"words": typed.get("words", "")} if typed else {}


def _message_form(submission: Submission, data: Any = None, initial: Any = None) -> MessageForm:
    applicant, person = submission.applicant, submission.person
    told = bool(applicant.email) and not (person and person.died_on)
    return MessageForm(data, initial=initial, name=applicant.display_name, told=told)


def _must_write(request: HttpRequest, submission: Submission) -> None:
    if not permissions.may_write_as_agent(actor_of(request), submission):
        raise PermissionDenied


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def message(request: HttpRequest, reference: str) -> HttpResponse:
    """Send a message to the applicant; a GET leads to the request."""
    submission = load(request, reference)
    if request.method != "POST":
        return redirect("desk:case", submission.reference)
    _must_write(request, submission)
    form = _message_form(submission, request.POST)
    if not form.is_valid():
        return draw(request, submission, form)
    letters.send(submission, form.cleaned_data["words"], by=actor_of(request))
    messages.success(request, _("Your message is sent."))
    return redirect("desk:case", submission.reference)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def read(request: HttpRequest, reference: str) -> HttpResponse:
    """Mark the applicant's messages as read, for whoever answers them; a GET leads to the request."""
    submission = load(request, reference)
    if request.method != "POST":
        return redirect("desk:case", submission.reference)
    _must_write(request, submission)
    letters.mark_read(submission, by_citizen=False)
    messages.success(request, _("The messages are marked as read."))
    return redirect("desk:case", submission.reference)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def delivery(request: HttpRequest, reference: str, delivery_id: uuid.UUID) -> HttpResponse:
    """Send a mail again that could not be sent, or note that its person was told otherwise; a GET leads to the request."""
    submission, actor = load(request, reference), actor_of(request)
    if request.method != "POST":
        return redirect("desk:case", submission.reference)
    try:
        if "how" in request.POST:
            done = undelivered.settle(submission, delivery_id, request.POST["how"], by=actor)
            said = _("Noted: the person was told otherwise.")
        else:
            address = request.POST.get("address", "")
            done = undelivered.send_again(submission, delivery_id, address, by=actor)
            said = _("The mail is on its way again.")
    except MissingWords as missing:
        messages.error(request, str(missing))
    else:
        if done:
            messages.success(request, said)
        else:
            messages.warning(request, _("This mail has left meanwhile, or someone has dealt with it."))
    answer = redirect("desk:case", submission.reference)
    answer["Location"] += "#envois"
    return answer
