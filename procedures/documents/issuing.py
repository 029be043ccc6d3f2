"""Making a document that is owed: drawn and sealed once by the worker, stored with its digest, never made again."""

from contextlib import suppress
from types import ModuleType
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from town import models as town

from ..models import Document, SealCertificate, StoredFile, TimeStamp
from ..models.storage import store
from . import attestation, decision, pieces, receipt, render, seal, stamp

_MAKERS: dict[str, ModuleType] = {
    Document.Kind.RECEIPT: receipt,
    Document.Kind.DECISION: decision,
    Document.Kind.ATTESTATION: attestation,
    Document.Kind.PIECES: pieces,
}

_MOST_LACKING = 300


def issue(document: Document) -> None:
    """Render, seal and store a document, once; a document that is already stored is left as it is.

    Raises SealUnavailable where it must be sealed and cannot.
    """
    if document.stored_id is not None:
        document.succeed()
        return
    sealer = seal.sealer()
    maker = _MAKERS[document.kind]
    sealed_by = sealer.certificate.name if sealer else ""
    data = maker.pdf(document, sealed_by)
    # Said to the department: what was typed is printed by its number there.
    document.lacking = " ".join(render.lacking(maker.html(document, sealed_by)))[:_MOST_LACKING]
    stamper, said = stamp.authority() if sealer else None, None
    if sealer:
        data, said = _sealed(data, sealer, stamper)
    with transaction.atomic():
        document.seal = _kept(sealer.certificate) if sealer else None
        document.stored = store(
            ContentFile(data),
            name=f"{maker.file_name(document)}-{document.submission.reference}.pdf",
            content_type="application/pdf",
            scan=StoredFile.Scan.CLEAN,
        )
        document.save(update_fields=["stored", "seal", "lacking"])
        document.succeed()
        if stamper is not None:
            _note(document, said)


def stamp_later(row: TimeStamp) -> None:
    """Ask for the stamp that a document left without: of its stored bytes, which never change.

    Raises StampUnavailable. A document destroyed meanwhile, or an authority no longer named, leaves nothing to stamp.
    """
    stored, stamper = row.document.stored, stamp.authority()
    if stamper is None or stored is None or stored.destroyed_at is not None:
        row.delete()
        return
    with default_storage.open(stored.key) as kept:
        row.token, said = stamp.of_bytes(kept.read(), stamper)
    row.at, row.authority = said.at, said.authority
    row.save(update_fields=["token", "at", "authority"])
    row.succeed()


def warm() -> None:
    """Load what drawing and sealing take before workers are forked: it is most of what a worker holds, and they share it."""
    render.warm(town.current().color)
    seal.warm()


def _sealed(data: bytes, sealer: seal.Sealer, stamper: Any | None) -> tuple[bytes, stamp.Stamp | None]:
    """Return the sealed bytes, and what their time-stamp says: none where the authority did not do its part."""
    with suppress(stamp.StampUnavailable):
        found = seal.put(data, sealer, stamper)
        # What an authority sends is believed once it is read.
        said = seal.read(found)[-1].stamp if stamper is not None else None
        if stamper is None or said is not None:
            return found, said
    return seal.put(data, sealer), None


def _note(document: Document, said: stamp.Stamp | None) -> None:
    """Note the stamp inside the seal, or owe one beside it; in the transaction of the document."""
    row = TimeStamp(document=document)
    if said is None:
        row.save()
        row.wake()
    else:
        row.at, row.authority = said.at, said.authority
        row.state, row.done_at = TimeStamp.State.DONE, timezone.now()
        row.save()


def _kept(certificate: seal.Certificate) -> SealCertificate:
    """Return the row of a certificate, kept from the first document that it seals."""
    found, _new = SealCertificate.objects.get_or_create(
        fingerprint=certificate.fingerprint,
        defaults={
            "der": certificate.der,
            "name": certificate.name,
            "not_before": certificate.not_before,
            "not_after": certificate.not_after,
        },
    )
    return found
