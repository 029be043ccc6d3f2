"""What is taken from a request: its files, its receipts and letters."""

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from accounts.permissions import actor_of

from ..lifecycle import scanning
from ..models import Document, StoredFile
from ..models.storage import download
from . import casefile
from .access import desk_only, load, note


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


def _made(request: HttpRequest, reference: str, **which: Any) -> HttpResponseBase:
    """Hand over one document of the request; 404 while it is not made."""
    submission = load(request, reference)
    document = submission.documents.filter(**which).select_related("stored").first()
    if document is None or document.stored is None:
        raise Http404
    note(actor_of(request), "download", submission)
    return download(document.stored, document.stored.name)


@require_safe
@desk_only
def decision(request: HttpRequest, reference: str, number: int) -> HttpResponseBase:
    """Download a signed decision as a PDF, once it is made."""
    return _made(request, reference, decision__number=number)


@require_safe
@desk_only
def pieces_receipt(request: HttpRequest, reference: str, number: int) -> HttpResponseBase:
    """Download the receipt of pieces that were sent, once it is made."""
    return _made(request, reference, pieces__number=number)


@require_safe
@desk_only
def attestation(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Download the attestation of an acceptance by silence, once it is made."""
    return _made(request, reference, kind=Document.Kind.ATTESTATION)
