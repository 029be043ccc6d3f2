"""Did we issue this document? Answered for a number and its code, or for the file itself; no personal data."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from ..definition.reference import normalise_code, normalise_reference
from ..models import Document


@dataclass(frozen=True)
class Verdict:
    """What may be said of a document without naming anyone."""

    issued: bool
    kind: str = ""
    reference: str = ""
    received_at: datetime | None = None
    sha256: str = ""


def _said(document: Document) -> Verdict:
    return Verdict(
        issued=True,
        kind=document.get_kind_display(),
        reference=document.submission.reference,
        received_at=document.submission.received_at,
        sha256=document.stored.sha256 if document.stored else "",
    )


def by_code(number: str, code: str) -> Verdict:
    """Look a document up by its number and verification code, however they are typed."""
    reference, wanted = normalise_reference(number), normalise_code(code)
    if reference is None or wanted is None:
        return Verdict(issued=False)
    found = Document.objects.filter(submission__reference=reference).select_related("submission", "stored")
    for document in found:
        if hmac.compare_digest(document.verification_code, wanted):
            return _said(document)
    return Verdict(issued=False)


def by_bytes(data: bytes) -> Verdict:
    """Look a document up by its very bytes: one changed bit, and it is not ours."""
    digest = hashlib.sha256(data).hexdigest()
    document = Document.objects.filter(stored__sha256=digest).select_related("submission", "stored").first()
    return _said(document) if document else Verdict(issued=False)
