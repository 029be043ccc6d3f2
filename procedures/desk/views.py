"""The pages of the desk: today, the list, one request with its messages and files."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.identity.work_session import take_typed
from accounts.permissions import actor_of
from portal.kit.moments import long_day

from .. import permissions
from ..definition.reference import normalise_reference
from ..lifecycle import message as letters
from ..lifecycle import scanning
from ..models import Document, StoredFile, Submission
from . import casefile, inbox, selection
from .access import desk_only, load, note, note_search, page
from .files import download
from .forms import MessageForm


@require_safe
@desk_only
def home(request: HttpRequest) -> HttpResponse:
    """Show what waits, and the requests that are mine."""
    actor = actor_of(request)
    here = [one.department for one in actor.memberships if one.department.sector == actor.sector]
    departments = sorted({department.name for department in here})
    context = {
        "counters": inbox.counters(actor),
        "rows": inbox.mine(actor),
        "today": long_day(timezone.localdate()),
        "departments": departments,
        "for_others": actor.user.stands_in.in_force().select_related("user__person") if actor.user else [],
        "mine_address": selection.View(state="open", agent="mine").address,
        "all_address": selection.View(state="open").address,
    }
    return page(request, "desk/home.html", context, section="home")


@require_safe
@desk_only
def listing(request: HttpRequest) -> HttpResponse:
    """Show a view of the requests; an exact reference leads straight to its case."""
    actor, view = actor_of(request), selection.View.read(request.GET)
    reference = normalise_reference(view.q) if view.q else None
    if reference and permissions.visible_submissions(actor).filter(reference=reference).exists():
        return redirect("desk:case", reference)
    if view.q and actor.must_choose_sector:
        if reference and permissions.other_sector_of(actor, reference):
            return redirect("desk:case", reference)
        # Before a search by name, who works in several sectors says in which.
        return redirect(f"{reverse('desk:sector')}?{urlencode({'next': request.get_full_path()})}")
    if view.q and "apres" not in request.GET and "avant" not in request.GET:
        note_search(actor, view.q)
    shown, groups = inbox.listed(actor, view, after=request.GET.get("apres", ""), before=request.GET.get("avant", ""))
    context = {
        "view": view,
        "title": selection.title(view),
        "filters": selection.filters(actor, view),
        "rail": selection.rail(view),
        "without_search": selection.View(procedure=view.procedure, deadline=view.deadline, agent=view.agent).address,
        "page": shown,
        "groups": groups,
        "may_enter": permissions.may_enter_any(actor),
    }
    return page(request, "desk/list.html", context, section="list")


@require_safe
@desk_only
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """Show one request, whole; that it was read is noted."""
    return _case(request, load(request, reference))


def _case(
    request: HttpRequest, submission: Submission, form: MessageForm | None = None, status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    note(actor, "read", submission)
    context = casefile.gather(actor, submission)
    if context["may_write"]:
        context["form"] = form or _message_form(submission, initial=_typed_message(request, submission))
    return page(request, "desk/case.html", context, section="case", status=status)


def _typed_message(request: HttpRequest, submission: Submission) -> dict[str, str]:
    """Return the words of a message that came while the page was locked."""
    typed = take_typed(request, reverse("desk:message", args=[submission.reference]))
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
        return _case(request, submission, form, 422)
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


@require_safe
@desk_only
def file(request: HttpRequest, reference: str, file_id: Any) -> HttpResponseBase:
    """Download a file of the request; one that is not checked yet, or blocked, is not given out."""
    submission = load(request, reference)
    stored = StoredFile.objects.filter(
        Q(answer_link__submission=submission)
        | Q(message_link__message__submission=submission)
        | Q(notification_link__decision__submission=submission),
        public_id=file_id,
        scan__in=scanning.openable(),
        destroyed_at=None,
    ).first()
    if stored is None:
        raise Http404
    note(actor_of(request), "download", submission)
    return download(stored, stored.name)


@require_safe
@desk_only
def receipt(request: HttpRequest, reference: str, number: int = 1) -> HttpResponseBase:
    """Download the receipt of the filing, or of a later sending, once it is made."""
    submission = load(request, reference)
    document = casefile.receipt_of(submission, number)
    if document is None or document.stored is None:
        raise Http404
    note(actor_of(request), "download", submission)
    name = f"accuse-de-reception-{submission.reference}.pdf" if number == 1 else document.stored.name
    return download(document.stored, name)


@require_safe
@desk_only
def decision(request: HttpRequest, reference: str, number: int) -> HttpResponseBase:
    """Download a signed decision as a PDF, once it is made."""
    submission = load(request, reference)
    document = submission.documents.filter(decision__number=number).select_related("stored").first()
    if document is None or document.stored is None:
        raise Http404
    note(actor_of(request), "download", submission)
    return download(document.stored, document.stored.name)


@require_safe
@desk_only
def pieces_receipt(request: HttpRequest, reference: str, number: int) -> HttpResponseBase:
    """Download the receipt of pieces that were sent, once it is made."""
    submission = load(request, reference)
    document = submission.documents.filter(pieces__number=number).select_related("stored").first()
    if document is None or document.stored is None:
        raise Http404
    note(actor_of(request), "download", submission)
    return download(document.stored, document.stored.name)


@require_safe
@desk_only
def attestation(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Download the attestation of an acceptance by silence, once it is made."""
    submission = load(request, reference)
    document = submission.documents.filter(kind=Document.Kind.ATTESTATION).select_related("stored").first()
    if document is None or document.stored is None:
        raise Http404
    note(actor_of(request), "download", submission)
    return download(document.stored, document.stored.name)
