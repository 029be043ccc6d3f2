"""What agents do about the legal clock: confirm what silence has produced, give its reasons, stop asking for pieces."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.identity.work_session import take_typed
from accounts.permissions import actor_of

from .. import permissions
from ..lifecycle import pieces, pieces_answer, silence, silence_asks
from ..lifecycle.grounds import Grounds, MissingWords
from ..lifecycle.transition import StaleAction
from .access import desk_only, load, note, page
from .forms import ReasonsForm
from .pieces_form import ArrivalForm
from .words import due_of


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def confirm(request: HttpRequest, reference: str) -> HttpResponse:
    """Confirm that silence has decided; a GET leads to the request."""
    submission, actor = load(request, reference), actor_of(request)
    if request.method != "POST":
        return redirect("desk:case", submission.reference)
    if not permissions.may_tend_clock(actor, submission):
        raise PermissionDenied
    try:
        silence.confirm(submission, by=actor)
    except StaleAction:
        messages.warning(request, _("Silence has decided nothing: the request changed meanwhile. Nothing was done."))
    else:
        messages.success(request, _("It is noted: silence has decided this request. The applicant is told."))
    return redirect("desk:case", submission.reference)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def give_up_pieces(request: HttpRequest, reference: str) -> HttpResponse:
    """Stop asking for pieces that did not come with the answer; a GET leads to the request."""
    submission, actor = load(request, reference), actor_of(request)
    if request.method != "POST":
        return redirect("desk:case", submission.reference)
    try:
        pieces_answer.give_up(submission, by=actor)
    except StaleAction:
        messages.warning(request, _("No piece is asked for any more. Nothing was done."))
    else:
        messages.success(request, _("These pieces are no longer asked for: the legal date follows."))
    return redirect("desk:case", submission.reference)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def note_pieces(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask on which day the missing pieces came by post or at the counter; the POST notes it."""
    submission, actor = load(request, reference), actor_of(request)
    if not permissions.may_tend_clock(actor, submission):
        raise PermissionDenied
    asked = pieces.latest(submission)
    if asked is None:
        raise Http404
    if submission.is_over or not asked.missing:
        messages.warning(request, _("No piece is asked for any more. Nothing was done."))
        return redirect("desk:case", submission.reference)
    form, status = ArrivalForm(request.POST if request.method == "POST" else None, asked=asked), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                pieces_answer.note_arrival(submission, form.days, by=actor)
            except pieces.WrongPieces as wrong:
                form.add_error(wrong.field, str(wrong))
            except StaleAction:
                messages.warning(request, _("No piece is asked for any more. Nothing was done."))
                return redirect("desk:case", submission.reference)
            else:
                messages.success(request, _("It is noted: the legal date follows."))
                return redirect("desk:case", submission.reference)
    note(actor, "read", submission)
    context = {"submission": submission, "form": form, "due": due_of(submission), "applicant": submission.applicant}
    return page(request, "desk/arrival.html", context, section="case", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def reasons(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for the reasons of a refusal by silence, which the person asked for; the POST gives them."""
    submission, actor = load(request, reference), actor_of(request)
    if not permissions.may_tend_clock(actor, submission):
        raise PermissionDenied
    asked = silence_asks.asked_of(submission)
    if asked is None or asked.kind != silence_asks.Kind.REASONS:
        raise Http404
    if asked.answered_at is not None:
        messages.warning(request, _("The reasons were given already. Nothing was done."))
        return redirect("desk:case", submission.reference)
    typed = take_typed(request, request.path)
    form, status = ReasonsForm(request.POST if request.method == "POST" else None, initial=typed or {}), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                grounds = Grounds(law=form.cleaned_data["law"], fact=form.cleaned_data["fact"])
                silence_asks.give_reasons(submission, grounds, by=actor)
            except MissingWords as missing:
                form.add_error(missing.field if missing.field in form.fields else None, str(missing))
            except StaleAction:
                messages.warning(request, _("The reasons were given already. Nothing was done."))
                return redirect("desk:case", submission.reference)
            else:
                messages.success(request, _("The reasons are given. The applicant is told."))
                return redirect("desk:case", submission.reference)
    note(actor, "read", submission)
    context = {"submission": submission, "form": form, "asked": asked, "applicant": submission.applicant}
    return page(request, "desk/reasons.html", context, section="case", status=status)
