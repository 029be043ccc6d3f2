"""What agents do about the legal clock: confirm what silence has produced, stop asking for pieces."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import actor_of

from .. import permissions
from ..lifecycle import pieces, pieces_answer, silence
from ..lifecycle.transition import StaleAction
from .access import desk_only, load, note, page
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
