"""Making a document that is owed: drawn and sealed once by the worker, stored with its digest, never made again."""

from types import ModuleType

from django.core.files.base import ContentFile
from django.db import transaction

from town import models as town

from ..models import Document, SealCertificate, StoredFile
from ..models.storage import store
from . import attestation, decision, pieces, receipt, render, seal

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
    if sealer:
        data = seal.put(data, sealer)
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


def warm() -> None:
    """Load what drawing and sealing take before workers are forked: it is most of what a worker holds, and they share it."""
    render.warm(town.current().color)
    seal.warm()


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
