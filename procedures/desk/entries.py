"""Entering a request for someone: what is under way, where a request came from, the receipt that is handed over."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.identity.work_session import sent
from accounts.permissions import Actor, actor_of
from messaging.models import Delivery
from portal.kit.paging import keyset

from .. import permissions
from ..definition.fields.address import lines
from ..lifecycle import draft as drafts
from ..lifecycle import entry as verbs
from ..lifecycle import registration
from ..lifecycle.scanning import openable
from ..models import Draft, Procedure, Submission
from ..models.file import PAPER
from ..models.storage import download
from . import casefile
from .access import OtherSector, desk_only, load, note, page
from .entry_form import OriginForm


@require_safe
@desk_only
def entries(request: HttpRequest) -> HttpResponse:
    """Show the procedures of which a request may be entered, and what is being entered."""
    actor = actor_of(request)
    if not permissions.may_enter_any(actor):
        raise PermissionDenied
    under_way = keyset(
        permissions.entries(actor).select_related("procedure", "entered_by__person").defer("procedure__search_text"),
        field="updated_at",
        after=request.GET.get("apres", ""),
        before=request.GET.get("avant", ""),
    )
    context = {"page": under_way, "groups": _offered(actor)}
    return page(request, "desk/entries.html", context, section="list")


def _offered(actor: Actor) -> dict[str, list[Procedure]]:
    """Return the procedures by theme: those that are open, and those that were when a letter of today's may have come."""
    now = timezone.now()
    found = permissions.enterable(actor).open_between(now - verbs.OLDEST, now).defer("search_text")
    groups: dict[str, list[Procedure]] = {}
    for procedure in found.order_by("theme", "title"):
        groups.setdefault(procedure.theme, []).append(procedure)
    return groups


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def enter(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask how and when a request came; the POST begins it, and goes to its first step."""
    actor, procedure = actor_of(request), _procedure(request, slug)
    form = OriginForm(sent(request), procedure=procedure, initial={"key": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                draft = verbs.begin(
                    form.cleaned_data["key"],
                    procedure,
                    by=actor,
                    received=form.received,
                    edition=form.cleaned_data.get("edition"),
                )
                # A double click sends the same papers twice.
                if not draft.papers.exists():
                    _join(request, draft)
        except verbs.WrongOrigin as wrong:
            form.refuse(wrong)
        else:
            return _onwards(draft)
    context = {
        "form": form,
        "procedure": procedure,
        "closed": "" if procedure.is_open else verbs.was_closed(procedure),
        "files_lost": bool(request.FILES),
    }
    return page(request, "desk/enter.html", context, section="list", status=_status(request))


def _status(request: HttpRequest) -> int:
    """Return the status of a form's page: a POST that comes back to it was refused."""
    return 422 if request.method == "POST" else 200


def _procedure(request: HttpRequest, slug: str) -> Procedure:
    """Return a procedure of which she enters requests; 404 otherwise. May raise OtherSector."""
    found = Procedure.objects.filter(slug=slug, current_version__isnull=False).first()
    if found is None:
        raise Http404
    _may_enter(request, found)
    return found


def _may_enter(request: HttpRequest, procedure: Procedure) -> None:
    actor = actor_of(request)
    if permissions.may_enter(actor, procedure):
        return
    other = permissions.other_sector_to_enter(actor, procedure)
    if other is not None:
        raise OtherSector(other)
    raise Http404


def _join(request: HttpRequest, draft: Draft) -> None:
    """Keep the scanned papers that were sent; those refused are told."""
    for words in drafts.attach(draft, verbs.paper(), request.FILES.getlist("papers"), PAPER):
        messages.warning(request, words)


def _onwards(draft: Draft) -> HttpResponse:
    """Go where something is still to say of the origin, else to the first question."""
    if verbs.lacks(draft):
        return redirect("desk:entry", draft.public_id)
    return redirect("filing:step", draft.public_id, draft.definition.all_steps[0].id)


def _draft(request: HttpRequest, draft_id: uuid.UUID, *, lock: bool = False) -> Draft:
    """Return what is entered, if she may enter it; 404 otherwise, whether it exists or not. May raise OtherSector."""
    try:
        draft = drafts.locked(draft_id) if lock else Draft.objects.opened(draft_id)
    except Draft.DoesNotExist as error:
        raise Http404 from error
    if not draft.is_entered:
        raise Http404
    _may_enter(request, draft.procedure)
    return draft


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def entry(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Show where a request that is being entered came from, with its papers; the POST corrects it."""
    with transaction.atomic():
        draft = _draft(request, draft_id, lock=request.method == "POST")
        if draft.submission is not None:
            return redirect("desk:entered", draft.submission.reference)
        if request.method == "POST":
            if "remove" in request.POST:
                _remove(draft, request.POST["remove"])
                return redirect("desk:entry", draft.public_id)
            # Before the rest is judged: a mistake beside them loses no file.
            _join(request, draft)
        form = OriginForm(sent(request), procedure=draft.procedure, draft=draft)
        if request.method == "POST" and form.is_valid():
            try:
                verbs.change(
                    draft, by=actor_of(request), received=form.received, edition=form.cleaned_data.get("edition")
                )
            except verbs.WrongOrigin as wrong:
                form.refuse(wrong)
            else:
                return redirect("desk:entry" if verbs.lacks(draft) else "filing:draft", draft.public_id)
        if request.method != "POST":
            verbs.note_access("read", draft, by=actor_of(request))
        context = {
            "form": form,
            "draft": draft,
            "procedure": draft.procedure,
            "lacks": [] if form.errors else verbs.lacks(draft),
            "papers": list(draft.papers),
            "openable": openable(),
        }
        return page(request, "desk/entry.html", context, section="list", status=_status(request))


def _remove(draft: Draft, file_id: str) -> None:
    """Remove one of the scanned papers, never a file that answers a question."""
    if any(str(link.stored.public_id) == file_id for link in draft.papers):
        drafts.detach(draft, file_id)


@require_safe
@desk_only
def paper(request: HttpRequest, draft_id: uuid.UUID, file_id: uuid.UUID) -> HttpResponseBase:
    """Download a scanned paper, to type from it; one that is not checked yet, or blocked, is not given out."""
    draft = _draft(request, draft_id)
    link = draft.papers.filter(
        stored__public_id=file_id, stored__scan__in=openable(), stored__destroyed_at=None
    ).first()
    if link is None:
        raise Http404
    verbs.note_access("download", draft, by=actor_of(request))
    return download(link.stored, link.stored.name)


@require_safe
@desk_only
def entered(request: HttpRequest, reference: str) -> HttpResponse:
    """Say that a request is recorded, and what becomes of its receipt: sent, handed over or posted."""
    submission = load(request, reference)
    if not submission.is_entered:
        return redirect("desk:case", submission.reference)
    note(actor_of(request), "read", submission)
    context: dict[str, Any] = {
        "submission": submission,
        "applicant": submission.applicant,
        "address": lines(submission.applicant.address),
        "ack": submission.acknowledgement,
        "receipt": casefile.receipt_of(submission),
        "given": casefile.told_once(submission, verbs.given(submission)),
        "may_write": permissions.may_write_as_agent(actor_of(request), submission),
    }
    return page(request, "desk/entered.html", context, section="case")


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def give_receipt(request: HttpRequest, reference: str) -> HttpResponse:
    """Note that the printed receipt was handed over or posted; a GET leads to its page."""
    submission = load(request, reference)
    # Printed for who stands here or writes; or because no mail could leave.
    if request.method == "POST" and (submission.is_entered or _unsent(submission)):
        verbs.give_receipt(submission, request.POST.get("how", ""), by=actor_of(request))
        messages.success(request, _("It is noted."))
    return redirect("desk:entered" if submission.is_entered else "desk:case", submission.reference)


def _unsent(submission: Submission) -> bool:
    """Say whether the mail of its acknowledgement is a task: it could not leave."""
    return registration.unsent(submission, Delivery.objects.filter(about=submission.key)) is not None
