"""The attestation of an acceptance by silence (CRPA L232-3): its page and its PDF."""

from django.template.loader import render_to_string
from django.utils import translation

from town import models as town

from ..models import Document
from . import paper, render


def html(document: Document, sealed_by: str = "") -> str:
    """Return the attestation's page, in French: the language that has legal force."""
    submission = document.submission
    context = {
        **paper.common(document),
        "title": submission.version.definition.title,
        "legal": submission.version.definition.legal,
        "service": submission.acknowledgement["service"],
        "received_words": submission.acknowledgement["received_words"],
        "sealed_by": sealed_by,
    }
    with translation.override("fr"):
        return render_to_string("documents/attestation.html", context)


def pdf(document: Document, sealed_by: str = "") -> bytes:
    """Return the bytes of a PDF that is PDF/A-3a and PDF/UA-1; with the place of a seal where it says who seals it."""
    carried = [
        render.Carried(
            "attestation.json", "Numéros et empreintes de cette attestation", paper.proofs(document), document.sent_at
        )
    ]
    page = html(document, sealed_by)
    return render.pdf(page, color=town.current().color, carried=carried, sealable=bool(sealed_by))


def file_name(document: Document) -> str:
    """Return the beginning of the file's name, its number follows."""
    return "attestation"
