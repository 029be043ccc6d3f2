"""What every document of the town bears: its head, how it is verified, what it carries for a program."""

import json
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode

from town import models as town

from ..models import Document


def common(document: Document) -> dict[str, Any]:
    """Return what the templates of all documents are filled with."""
    submission, here = document.submission, town.current()
    verify = settings.PUBLIC_URL + reverse("pages:verify")
    target = f"{verify}?{urlencode({'numero': submission.reference, 'code': document.verification_code})}"
    return {
        "document": document,
        "submission": submission,
        "applicant": submission.applicant,
        "town": here,
        "emblem": emblem(here.color),
        "verify": verify.split("://", 1)[1],
        "follow": (settings.PUBLIC_URL + reverse("filing:follow")).split("://", 1)[1],
        "qr": qr(target),
    }


@lru_cache(maxsize=4)
def emblem(color: str) -> str:
    """Return the portal's emblem in the town's colour, as the address of an image that holds itself."""
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><circle cx="24" cy="24" r="24" fill="{color}"/>'
        '<g fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round">'
        '<path d="M7 15c8 0 11 15 17 15s9-15 17-15M13 36h22M19 41.5h10"/></g><circle cx="24" cy="17.5" r="4" fill="#fff"/></svg>'
    )
    return f"data:image/svg+xml,{quote(drawing)}"


def qr(text: str) -> str:
    """Return the code as the address of an image that holds itself."""
    import segno

    uri: str = segno.make(text, error="m").svg_data_uri(border=2)
    return uri


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
