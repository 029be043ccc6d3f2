"""The receipt of a filing as a PDF: made and sealed once by the worker, stored with its digest, never made again."""

import json
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.dates import WEEKDAYS
from django.utils.http import urlencode

from portal.kit.moments import hour
from town import models as town
from town.models import Department

from ..definition.changes import changes
from ..models import Document, SealCertificate, StoredFile
from ..models.file import PAPER
from ..models.storage import store
from . import render, seal


def issue(document: Document) -> None:
    """Render, seal and store the receipt, once; a document that is already stored is left as it is.

    Raises SealUnavailable where it must be sealed and cannot.
    """
    if document.stored_id is not None:
        document.succeed()
        return
    sealer = seal.sealer()
    data = pdf(document, sealer.certificate.name if sealer else "")
    if sealer:
        data = seal.put(data, sealer)
    with transaction.atomic():
        document.seal = _kept(sealer.certificate) if sealer else None
        document.stored = store(
            ContentFile(data),
            name=f"{_name(document)}-{document.submission.reference}.pdf",
            content_type="application/pdf",
            scan=StoredFile.Scan.CLEAN,
        )
        document.save(update_fields=["stored", "seal"])
        document.succeed()


def _name(document: Document) -> str:
    return f"recepisse-{document.answer_set.number}" if document.answer_set.number > 1 else "accuse-de-reception"


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


def html(document: Document, sealed_by: str = "") -> str:
    """Return the receipt's page, in French: the language that has legal force."""
    with translation.override("fr"):
        return render_to_string("documents/receipt.html", _context(document) | {"sealed_by": sealed_by})


def _context(document: Document) -> dict[str, Any]:
    submission, sent, here = document.submission, document.answer_set, town.current()
    definition, answers = submission.version.definition, sent.answers
    groups: dict[str, dict[str, Any]] = {}
    files: list[dict[str, Any]] = []
    for step, _section, field in definition.sent(answers):
        value = answers.get(field.id)
        groups.setdefault(step.id, {"title": step.title, "rows": []})["rows"] += field.entries(value)
        files += field.files(value)
    files += [link.stored.described() for link in submission.files.filter(field_id=PAPER).select_related("stored")]
    verify = settings.PUBLIC_URL + reverse("pages:verify")
    target = f"{verify}?{urlencode({'numero': submission.reference, 'code': document.verification_code})}"
    correcting = sent.number > 1
    before = submission.answer_sets.filter(number=sent.number - 1).first() if correcting else None
    heading = "Accusé de réception électronique" if submission.is_electronic else "Accusé de réception"
    return {
        # L112-11 for what comes over the network, L112-3 and R112-5 for what comes otherwise.
        "heading": "Récépissé de correction" if correcting else heading,
        "correcting": correcting,
        "changes": changes(definition, before.answers, answers) if before else [],
        "document": document,
        "submission": submission,
        "ack": submission.acknowledgement,
        "applicant": submission.applicant,
        "hours": _hours(submission.department),
        "version": submission.version,
        "definition": definition,
        "sent": sent,
        "groups": list(groups.values()),
        "files": files,
        "town": here,
        "emblem": _emblem(here.color),
        "verify": verify.split("://", 1)[1],
        "follow": (settings.PUBLIC_URL + reverse("filing:follow")).split("://", 1)[1],
        "qr": _qr(target),
    }


def _hours(department: Department) -> str:
    """Say when a department is open, days alike together: "du lundi au vendredi 8 h 30–12 h 30 ; samedi 9 h–12 h"."""
    days: list[tuple[int, int, str]] = []
    for day, spans in department.week():
        said = " et ".join(f"{hour(span.opens)}–{hour(span.closes)}" for span in spans)
        if days and days[-1][1] == day - 1 and days[-1][2] == said:
            days[-1] = (days[-1][0], day, said)
        else:
            days.append((day, day, said))
    return "\u202f; ".join(
        f"{WEEKDAYS[first]} {said}" if first == last else f"du {WEEKDAYS[first]} au {WEEKDAYS[last]} {said}"
        for first, last, said in days
        if said
    )


@lru_cache(maxsize=4)
def _emblem(color: str) -> str:
    """Return the portal's emblem in the town's colour, as the address of an image that holds itself."""
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><circle cx="24" cy="24" r="24" fill="{color}"/>'
        '<g fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round">'
        '<path d="M7 15c8 0 11 15 17 15s9-15 17-15M13 36h22M19 41.5h10"/></g><circle cx="24" cy="17.5" r="4" fill="#fff"/></svg>'
    )
    return f"data:image/svg+xml,{quote(drawing)}"


def _qr(text: str) -> str:
    """Return the code as the address of an image that holds itself."""
    import segno

    uri: str = segno.make(text, error="m").svg_data_uri(border=2)
    return uri


def pdf(document: Document, sealed_by: str = "") -> bytes:
    """Return the bytes of a PDF that is PDF/A-3a and PDF/UA-1; with the place of a seal where it says who seals it."""
    received = document.sent_at
    carried = [
        render.Carried("accuse.json", "Numéros et empreintes de cet accusé", proofs(document), received),
        # The very bytes whose digest is printed: whoever holds the receipt can compute it again.
        render.Carried(
            "reponses.json", "Réponses envoyées, dont l’empreinte est imprimée", document.answer_set.content, received
        ),
    ]
    page = html(document, sealed_by)
    return render.pdf(page, color=town.current().color, carried=carried, sealable=bool(sealed_by))


def proofs(document: Document) -> str:
    """Return what the PDF carries for a program: its numbers and digests, nothing about the person."""
    submission, sent, anchor = document.submission, document.answer_set, document.anchor
    return json.dumps(
        {
            "format": 1,
            "kind": document.kind,
            "reference": submission.reference,
            "code": document.verification_code,
            "received_at": document.sent_at.isoformat(),
            "version": submission.version.digest,
            "answers": {"number": sent.number, "sha256": sent.digest},
            "journal": {"subject": anchor.subject, "event": anchor.number, "sha256": anchor.digest} if anchor else None,
        },
        indent=1,
    )
