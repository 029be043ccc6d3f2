"""Did we issue this document? Answered for a number and its code, or for the file itself; no personal data."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from journal.anchors import Anchor

from ..definition.reference import normalise_code, normalise_reference
from ..models import Document, SealCertificate, TimeStamp
from . import seal
from .stamp import Stamp


@dataclass(frozen=True)
class Verdict:
    """What may be said of a document without naming anyone."""

    issued: bool
    kind: str = ""
    reference: str = ""
    received_at: datetime | None = None
    sha256: str = ""
    is_decision: bool = False
    is_attestation: bool = False
    # A decision that a later one takes the place of.
    is_replaced: bool = False
    # One that was taken back (L242-1), and when.
    withdrawn_at: datetime | None = None
    # What the receipt states of the journal, and whether the journal still says so; None for one that states nothing.
    anchor: Anchor | None = None
    is_in_journal: bool | None = None
    # Whose seal the document bears, and whether it holds: for a file that we no longer keep, the seal alone speaks.
    sealed_by: str = ""
    is_intact: bool | None = None
    # Since when these bytes exist, by an authority of time-stamps: in the seal or beside it.
    stamp: Stamp | None = None

    @property
    def is_sound(self) -> bool:
        """Say whether nothing is to be feared of what was shown: ours, unchanged, and still said by the journal."""
        return (
            (self.is_in_journal is not False and not self.is_replaced and self.withdrawn_at is None)
            if self.issued
            else bool(self.is_intact)
        )


def _said(document: Document) -> Verdict:
    anchor = document.anchor
    return Verdict(
        issued=True,
        kind=document.get_kind_display(),
        reference=document.submission.reference,
        received_at=document.sent_at,
        sha256=document.stored.sha256 if document.stored else "",
        is_decision=document.kind == Document.Kind.DECISION,
        is_attestation=document.kind == Document.Kind.ATTESTATION,
        is_replaced=_is_replaced(document),
        withdrawn_at=_withdrawn_at(document),
        anchor=anchor,
        is_in_journal=anchor.holds if anchor else None,
        sealed_by=document.seal.name if document.seal else "",
        is_intact=True if document.seal else None,
        stamp=_stamp(document),
    )


def _stamp(document: Document) -> Stamp | None:
    row = TimeStamp.objects.filter(document=document, state="done").first()
    return Stamp(row.at, row.authority) if row is not None else None


def _is_replaced(document: Document) -> bool:
    taken = document.decision
    return (
        taken is not None
        and taken.submission.decisions.filter(signed_at__isnull=False, number__gt=taken.number).exists()
    )


def _withdrawn_at(document: Document) -> datetime | None:
    if document.kind == Document.Kind.ATTESTATION:
        # What silence had accepted was taken back.
        later = document.submission.decisions.filter(signed_at__isnull=False, revokes=None).exclude(basis="")
        revoking = later.first()
    else:
        revoking = document.decision.withdrawn_by if document.decision is not None else None
    return revoking.signed_at if revoking is not None else None


def by_code(number: str, code: str) -> Verdict:
    """Look a document up by its number and verification code, however they are typed."""
    reference, wanted = normalise_reference(number), normalise_code(code)
    if reference is None or wanted is None:
        return Verdict(issued=False)
    found = Document.objects.filter(submission__reference=reference).select_related(
        "submission", "answer_set", "stored", "seal"
    )
    for document in found:
        if hmac.compare_digest(document.verification_code, wanted):
            return _said(document)
    return Verdict(issued=False)


def by_bytes(data: bytes) -> Verdict:
    """Look a document up by its very bytes; where one bit differs, read the seal: it says what was changed, or kept."""
    digest = hashlib.sha256(data).hexdigest()
    document = (
        Document.objects.filter(stored__sha256=digest)
        .select_related("submission", "answer_set", "decision", "stored", "seal")
        .first()
    )
    if document is not None:
        return _said(document)
    found = {reading.fingerprint: reading for reading in seal.read(data)}
    ours = SealCertificate.objects.filter(fingerprint__in=found).first()
    if ours is None:
        return Verdict(issued=False)
    reading = found[ours.fingerprint]
    return Verdict(issued=False, sealed_by=ours.name, is_intact=reading.is_intact, stamp=reading.stamp)
