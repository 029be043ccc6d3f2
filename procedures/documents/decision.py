"""The letter of a signed decision: its page and its PDF.

Notified through the portal it needs no handwritten signature (L212-2); it names its author, with title and service (L212-1).
"""

from django.template.loader import render_to_string
from django.utils import translation

from town import models as town

from ..models import Document
from . import paper, render


def html(document: Document, sealed_by: str = "") -> str:
    """Return the letter's page, in French: the language that has legal force."""
    taken, submission = document.decision, document.submission
    assert taken is not None, "a constraint holds it"  # noqa: S101
    refused = taken.outcome == "refused"
    context = {
        **paper.common(document),
        "decision": taken,
        "refused": refused,
        # What goes by post is signed by hand (L212-1).
        "by_post": taken.notification.by_post,
        "title": submission.version.definition.title,
        "service": submission.acknowledgement["service"],
        "received_words": submission.acknowledgement["received_words"],
        "sealed_by": sealed_by,
    }
    with translation.override("fr"):
        return render_to_string("documents/decision.html", context)


def pdf(document: Document, sealed_by: str = "") -> bytes:
    """Return the bytes of a PDF that is PDF/A-3a and PDF/UA-1; with the place of a seal where it says who seals it."""
    carried = [
        render.Carried(
            "decision.json", "Numéros et empreintes de cette décision", paper.proofs(document), document.sent_at
        )
    ]
    page = html(document, sealed_by)
    return render.pdf(page, color=town.current().color, carried=carried, sealable=bool(sealed_by))


def file_name(document: Document) -> str:
    """Return the beginning of the file's name, its number follows."""
    assert document.decision is not None, "a constraint holds it"  # noqa: S101
    return f"decision-{document.decision.number}"
