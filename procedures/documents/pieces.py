"""The receipt of pieces that were sent: its page and its PDF."""

from django.template.loader import render_to_string
from django.utils import translation

from town import models as town

from ..models import Document
from . import paper, render


def html(document: Document, sealed_by: str = "") -> str:
    """Return the receipt's page, in French: the language that has legal force."""
    assert document.pieces is not None, "a constraint holds it"  # noqa: S101
    context = {
        **paper.common(document),
        "sent": document.pieces,
        "title": document.submission.version.definition.title,
        "ack": document.submission.acknowledgement,
        "sealed_by": sealed_by,
    }
    with translation.override("fr"):
        return render_to_string("documents/pieces.html", context)


def pdf(document: Document, sealed_by: str = "") -> bytes:
    """Return the bytes of a PDF that is PDF/A-3a and PDF/UA-1; with the place of a seal where it says who seals it."""
    assert document.pieces is not None, "a constraint holds it"  # noqa: S101
    at = document.sent_at
    carried = [
        render.Carried("recepisse.json", "Numéros et empreintes de ce récépissé", paper.proofs(document), at),
        # The very bytes whose digest is printed.
        render.Carried("pieces.json", "Pièces envoyées, dont l’empreinte est imprimée", document.pieces.content, at),
    ]
    page = html(document, sealed_by)
    return render.pdf(page, color=town.current().color, carried=carried, sealable=bool(sealed_by))


def file_name(document: Document) -> str:
    """Return the beginning of the file's name, its number follows."""
    assert document.pieces is not None, "a constraint holds it"  # noqa: S101
    return f"recepisse-pieces-{document.pieces.number}"
