"""The receipt of a filing as a PDF: made once by the worker, stored with its digest, never made again."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode

from town import models as town

from ..definition.fields import FileField
from ..models import Document, StoredFile
from ..models.storage import store

_FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


def issue(document: Document) -> None:
    """Render and store the receipt, once; a document that is already stored is left as it is."""
    if document.stored_id is not None:
        document.succeed()
        return
    data = pdf(document)
    with transaction.atomic():
        document.stored = store(
            ContentFile(data),
            name=f"accuse-de-reception-{document.submission.reference}.pdf",
            content_type="application/pdf",
            scan=StoredFile.Scan.CLEAN,
        )
        document.save(update_fields=["stored"])
        document.succeed()


def html(document: Document) -> str:
    """Return the receipt's page, in French: the language that has legal force."""
    submission, sent = document.submission, document.answer_set
    definition = submission.version.definition
    groups: dict[str, dict[str, Any]] = {}
    files: list[dict[str, Any]] = []
    for step, _section, field in definition.walk(sent.answers):
        value = sent.answers.get(field.id)
        groups.setdefault(step.id, {"title": step.title, "rows": []})["rows"].append((field.name, field.display(value)))
        if isinstance(field, FileField) and isinstance(value, list):
            files += value
    verify = settings.PUBLIC_URL + reverse("pages:verify")
    target = f"{verify}?{urlencode({'numero': submission.reference, 'code': document.verification_code})}"
    with translation.override("fr"):
        return render_to_string(
            "documents/receipt.html",
            {
                "document": document,
                "submission": submission,
                "ack": submission.acknowledgement,
                "applicant": submission.applicant,
                "department": submission.department,
                "version": submission.version,
                "definition": definition,
                "sent": sent,
                "groups": list(groups.values()),
                "files": files,
                "town": town.current(),
                "verify": verify.split("://", 1)[1],
                "follow": (settings.PUBLIC_URL + reverse("filing:follow")).split("://", 1)[1],
                "qr": _qr(target),
            },
        )


def _qr(text: str) -> str:
    """Return the code as the address of an image that holds itself."""
    import segno

    uri: str = segno.make(text, error="m").svg_data_uri(border=2)
    return uri


def pdf(document: Document) -> bytes:
    """Return the bytes of a tagged PDF/UA-1."""
    from weasyprint import HTML

    css, fonts = _styles()
    page = HTML(string=drawable(html(document)), url_fetcher=_nothing())
    data: bytes = page.write_pdf(stylesheets=[css], font_config=fonts, pdf_variant="pdf/ua-1")
    return data


def drawable(text: str) -> str:
    """Write the signs that the font lacks by their number, "[U+1F419]": a box would say nothing, and break PDF/UA."""
    known = _glyphs()
    return "".join(
        char if char < "\u0250" or known is None or ord(char) in known else f"[U+{ord(char):04X}]" for char in text
    )


@lru_cache(maxsize=1)
def _glyphs() -> frozenset[int] | None:
    """Return the code points of the receipt's font; None where it is not installed in its usual place."""
    from fontTools.ttLib import TTFont

    if not _FONT.exists():
        return None
    with TTFont(_FONT, lazy=True) as font:
        return frozenset(font.getBestCmap())


@lru_cache(maxsize=1)
def _styles() -> Any:
    """Parse the style sheet once per process: it is half the cost of a receipt."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    path = finders.find("css/receipt.css")
    fonts = FontConfiguration()
    return CSS(filename=path, font_config=fonts, url_fetcher=_nothing()), fonts


@lru_cache(maxsize=1)
def _nothing() -> Any:
    """Fetch nothing but images that hold themselves: what a person typed never makes the worker call an address."""
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols=("data",), allow_redirects=False)
