"""The receipt of a filing as a PDF: made once by the worker, stored with its digest, never made again."""

from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.staticfiles import finders
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
    with translation.override("fr"):
        return render_to_string("documents/receipt.html", _context(document))


def _context(document: Document) -> dict[str, Any]:
    submission, sent, here = document.submission, document.answer_set, town.current()
    definition, answers = submission.version.definition, sent.answers
    groups: dict[str, dict[str, Any]] = {}
    files: list[dict[str, Any]] = []
    for step, _section, field in definition.sent(answers):
        value = answers.get(field.id)
        groups.setdefault(step.id, {"title": step.title, "rows": []})["rows"] += field.entries(value)
        files += field.files(value)
    verify = settings.PUBLIC_URL + reverse("pages:verify")
    target = f"{verify}?{urlencode({'numero': submission.reference, 'code': document.verification_code})}"
    return {
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


def pdf(document: Document) -> bytes:
    """Return the bytes of a tagged PDF/UA-1."""
    from weasyprint import HTML

    css, fonts = _styles(town.current().color)
    page = HTML(string=drawable(html(document)), url_fetcher=_nothing())
    data: bytes = page.write_pdf(stylesheets=css, font_config=fonts, pdf_variant="pdf/ua-1")
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


@lru_cache(maxsize=4)
def _styles(color: str) -> Any:
    """Parse the style sheet once per process and colour: it is half the cost of a receipt."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    path = finders.find("css/receipt.css")
    fonts = FontConfiguration()
    own = f".letterhead, .law {{ border-color: {color} }}"
    sheets = [
        CSS(filename=path, font_config=fonts, url_fetcher=_nothing()),
        CSS(string=own, font_config=fonts, url_fetcher=_nothing()),
    ]
    return sheets, fonts


@lru_cache(maxsize=1)
def _nothing() -> Any:
    """Fetch nothing but images that hold themselves: what a person typed never makes the worker call an address."""
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols=("data",), allow_redirects=False)
