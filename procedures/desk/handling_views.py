"""What is done to a request among colleagues: who follows it, its labels, notes, another department, the last act undone."""

import uuid
from contextlib import suppress

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.identity.work_session import take_typed
from accounts.models import User
from accounts.permissions import Actor, actor_of
from portal.kit.text import whole

from .. import permissions
from ..lifecycle import assign as assigning
from ..lifecycle import colleagues
from ..lifecycle import label as labels
from ..lifecycle import note as notes
from ..lifecycle import route as routing
from ..lifecycle import undo as undoing
from ..lifecycle.grounds import MissingWords
from ..lifecycle.transition import StaleAction
from ..models import Submission
from .access import desk_only, load, name_of, page
from .access import note as write_down
from .case_views import draw
from .handling_forms import LabelForm, NoteForm, RouteForm
from .words import due_of


def _back(submission: Submission, anchor: str = "suivi") -> HttpResponse:
    answer = redirect("desk:case", submission.reference)
    answer["Location"] += f"#{anchor}"
    return answer


def _user(key: str) -> User | None:
    try:
        return User.objects.select_related("person").filter(public_id=uuid.UUID(key)).first()
    except ValueError:
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def assign(request: HttpRequest, reference: str) -> HttpResponse:
    """Say who follows a request: the POST names a colleague, or nobody; a GET leads to the request."""
    submission, actor = load(request, reference), actor_of(request)
    if request.method != "POST":
        return redirect("desk:case", submission.reference)
    if not permissions.may_handle(actor, submission):
        raise PermissionDenied
    wanted = request.POST.get("agent", "")
    to = _user(wanted)
    if wanted and to is None:
        messages.warning(request, _("This colleague does not work on this request. Nothing was changed."))
        return _back(submission)
    try:
        assigning.assign(submission, to, by=actor, seen=_user(request.POST.get("seen", "")))
    except assigning.NotAColleague:
        messages.warning(request, _("This colleague does not work on this request. Nothing was changed."))
    except StaleAction:
        messages.warning(request, _("This request has changed meanwhile: see who follows it now."))
    else:
        told = (
            _("%(name)s now follows this request.") % {"name": name_of(to)} if to else _("Nobody follows it any more.")
        )
        messages.success(request, told)
    return _back(submission)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def label(request: HttpRequest, reference: str) -> HttpResponse:
    """Put a label on a request, or take one off; a GET leads to the request."""
    submission, actor = load(request, reference), actor_of(request)
    if request.method != "POST":
        return redirect("desk:case", submission.reference)
    if not permissions.may_handle(actor, submission):
        raise PermissionDenied
    if "off" in request.POST:
        with suppress(ValueError):
            labels.take_off(submission, uuid.UUID(request.POST["off"]), by=actor)
        return _back(submission, "etiquettes")
    form = LabelForm(request.POST)
    if form.is_valid():
        try:
            labels.put(submission, form.cleaned_data["label"], by=actor)
        except MissingWords as missing:
            form.add_error("label", str(missing))
        else:
            return _back(submission, "etiquettes")
    return draw(request, submission, form)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def note(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep a note for colleagues, or say that one was seen; a GET leads to the request."""
    submission, actor = load(request, reference), actor_of(request)
    if request.method != "POST":
        return redirect("desk:case", submission.reference)
    if not permissions.may_note(actor, submission):
        raise PermissionDenied
    if "seen" in request.POST:
        notes.seen(submission, by=actor)
        messages.success(request, _("Noted: you have seen it."))
        return _back(submission, "notes")
    form = NoteForm(request.POST, colleagues=_others(actor, submission))
    if not form.is_valid():
        return draw(request, submission, form)
    notes.write(submission, form.cleaned_data["words"], by=actor, asking=form.asking)
    messages.success(request, _("The note is kept."))
    return _back(submission, "notes")


def _others(actor: Actor, submission: Submission) -> list[User]:
    return [one for one in colleagues.team(submission) if one != actor.user]


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def hand_over(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask to which department a request goes; the POST hands it over."""
    submission, actor = load(request, reference), actor_of(request)
    if not permissions.may_handle(actor, submission):
        raise PermissionDenied
    if submission.is_over:
        return _changed(request, submission)
    typed = take_typed(request, request.path)
    initial = {name: str(value)[:5000] for name, value in typed.items()} if typed else {}
    places = routing.places_for(submission)
    form, status = RouteForm(initial=initial, places=places), 200
    if request.method == "POST":
        form, status = RouteForm(request.POST, places=places), 422
        if form.is_valid():
            try:
                routing.hand_over(submission, form.route, by=actor, seen=whole(request.POST.get("seen", "")))
            except MissingWords as missing:
                form.add_error(missing.field, str(missing))
            except StaleAction:
                return _changed(request, submission)
            else:
                said = _("%(reference)s is handed to: %(name)s.")
                messages.success(
                    request, said % {"reference": submission.reference, "name": form.route.department.name}
                )
                return redirect("desk:list")
    write_down(actor, "read", submission)
    context = {
        "submission": submission,
        "applicant": submission.applicant,
        "due": due_of(submission),
        "form": form,
        "places": places,
    }
    return page(request, "desk/hand_over.html", context, section="case", status=status)


def _changed(request: HttpRequest, submission: Submission) -> HttpResponse:
    messages.warning(request, _("This request has changed meanwhile: here is where it stands. Nothing was done."))
    return redirect("desk:case", submission.reference)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def undo(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the last act back, within minutes; a GET leads to the request."""
    submission, actor = load(request, reference), actor_of(request)
    if request.method != "POST":
        return redirect("desk:case", submission.reference)
    if not permissions.may_handle(actor, submission):
        raise PermissionDenied
    try:
        undoing.undo(submission, by=actor)
    except StaleAction:
        messages.warning(request, _("It can no longer be undone: too late, or something else has happened since."))
    else:
        messages.success(request, _("Undone."))
    return redirect("desk:case", submission.reference)
