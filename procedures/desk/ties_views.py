"""Requests that are read together, those filed twice, those opened again, and those that one keeps an eye on."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.identity.work_session import take_typed
from accounts.permissions import Actor, actor_of

from .. import permissions
from ..definition.reference import normalise_reference
from ..lifecycle import eye, link, reopen
from ..lifecycle.edition import EditionFull
from ..lifecycle.grounds import MissingWords
from ..lifecycle.transition import StaleAction
from ..models import Submission
from .access import desk_only, load, note, page
from .forms import DeskForm, Words
from .handling import Related, related
from .words import due_of


class LinkForm(DeskForm):
    """The number of another request."""

    other = forms.CharField(
        label=gettext_lazy("Number of the other request"),
        help_text=gettext_lazy("As on its page: 2026-K7QM-4TZ8-3."),
        max_length=40,
        widget=forms.TextInput(attrs={"size": 24, "autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Write the number of the other request."),
            "max_length": gettext_lazy("This is no number of a request: check it."),
        },
    )


class ReopenForm(DeskForm):
    """Why a request is opened again."""

    why = Words(
        rows=3,
        label=gettext_lazy("Why, for your colleagues"),
        help_text=gettext_lazy(
            "Kept as an internal note. The person is told that her request is opened again, not why."
        ),
        empty=gettext_lazy("Say to your colleagues why it is opened again."),
    )


@dataclass(frozen=True)
class Tie:
    """Another request beside this one: whether they are linked, and whether one may end for the other."""

    row: Related
    linked: bool
    ends_this: bool
    ends_other: bool


def _ties(actor: Actor, submission: Submission) -> list[Tie]:
    linked = set(submission.links.values_list("other", flat=True))
    visible = permissions.visible_submissions(actor)
    with_links = related(actor, submission, among=visible.filter(pk__in=linked))
    known = {one.submission.pk for one in with_links}
    rows = with_links + [one for one in related(actor, submission) if one.submission.pk not in known]
    return [
        Tie(
            row=one,
            linked=one.submission.pk in known,
            ends_this=not link.why_not(submission, one.submission),
            ends_other=permissions.may_handle(actor, one.submission) and not link.why_not(one.submission, submission),
        )
        for one in rows
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def ties(request: HttpRequest, reference: str) -> HttpResponse:
    """Show what is read with a request; the POST links another, unlinks it, or ends one of two that are the same."""
    submission, actor = load(request, reference), actor_of(request)
    if not permissions.may_handle(actor, submission):
        raise PermissionDenied
    form, status = LinkForm(), 200
    if request.method == "POST":
        form, status = LinkForm(request.POST), 422
        act, named = request.POST.get("act", "link"), request.POST.get("other", "")
        other = _found(actor, named)
        if form.is_valid() and other is None:
            form.add_error("other", _("No request that you may see bears this number: check it."))
        elif form.is_valid() and other is not None:
            try:
                done = _act(act, submission, other, actor)
            except link.NotTheSame as reason:
                form.add_error("other", str(reason))
            except StaleAction:
                messages.warning(
                    request, _("This request has changed meanwhile: here is where it stands. Nothing was done.")
                )
                return redirect("desk:case", submission.reference)
            else:
                messages.success(request, done)
                return redirect("desk:ties", submission.reference)
    note(actor, "read", submission)
    context = _head(submission) | {"form": form, "ties": _ties(actor, submission)}
    return page(request, "desk/ties.html", context, section="case", status=status)


def _found(actor: Actor, named: str) -> Submission | None:
    wanted = normalise_reference(named)
    return permissions.visible_submissions(actor).for_list().filter(reference=wanted).first() if wanted else None


def _act(act: str, submission: Submission, other: Submission, actor: Actor) -> str:
    told = {"this": submission.reference, "other": other.reference}
    if act == "unlink":
        link.unlink(submission, other, by=actor)
        return _("%(this)s no longer shows %(other)s.") % told
    if act == "end_this":
        link.merge(submission, other, by=actor)
        return _("%(this)s is ended: %(other)s goes on, and the person is told.") % told
    if act == "end_other":
        link.merge(other, submission, by=actor)
        return _("%(other)s is ended: %(this)s goes on, and the person is told.") % told
    link.link(submission, other, by=actor)
    return _("%(this)s and %(other)s show each other.") % told


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def watch(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep an eye on a request, or stop; a GET leads to the request."""
    submission, actor = load(request, reference), actor_of(request)
    if request.method == "POST":
        if "stop" in request.POST:
            eye.stop(submission, by=actor)
            messages.success(request, _("You no longer keep an eye on it."))
        else:
            eye.keep(submission, by=actor)
            messages.success(request, _("You keep an eye on it: what happens to it is told in your day."))
    return redirect("desk:case", submission.reference)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def open_again(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask why a request is opened again; the POST does it."""
    submission, actor = load(request, reference), actor_of(request)
    if not permissions.may_handle(actor, submission):
        raise PermissionDenied
    if not reopen.is_closed(submission):
        messages.warning(request, _("This request is not one that is opened again. Nothing was done."))
        return redirect("desk:case", submission.reference)
    typed = take_typed(request, request.path)
    form, status = ReopenForm(initial={"why": str(typed.get("why", ""))[:5000]} if typed else {}), 200
    if request.method == "POST":
        form, status = ReopenForm(request.POST), 422
        if form.is_valid():
            try:
                reopen.reopen(submission, form.cleaned_data["why"], by=actor)
            except MissingWords as missing:
                form.add_error("why", str(missing))
            except EditionFull:
                form.add_error("why", _("Every place is taken now, and there is no waiting list."))
            except StaleAction:
                messages.warning(
                    request, _("This request has changed meanwhile: here is where it stands. Nothing was done.")
                )
                return redirect("desk:case", submission.reference)
            else:
                messages.success(request, _("The request is opened again, and the person is told."))
                return redirect("desk:case", submission.reference)
    note(actor, "read", submission)
    return page(request, "desk/reopen.html", _head(submission) | {"form": form}, section="case", status=status)


def _head(submission: Submission) -> dict[str, Any]:
    return {"submission": submission, "applicant": submission.applicant, "due": due_of(submission)}
