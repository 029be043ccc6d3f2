"""What is written to whoever is asked for an opinion: the question, the day, and where to answer; never an answer of hers."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from messaging.outbox import deliver
from town import models as town

from ..models import Opinion

_SUBJECTS = {
    "asked": "Votre avis est demandé",
    "again": "Votre avis est demandé : nouveau lien",
    "reminder": "Votre avis est attendu",
}


def tell(opinion: Opinion, what: str) -> None:
    """Owe the mail that asks, sends another link, or reminds; nothing where it was asked elsewhere.

    A department is told at its own address; what waits for it is in its desk too.
    """
    if opinion.way == Opinion.Way.NOTED:
        return
    submission, outside = opinion.submission, opinion.way == Opinion.Way.LINK
    where = (
        reverse("consulted:opinion", args=[opinion.token])
        if outside
        else reverse("desk:opinion", args=[submission.reference, opinion.public_id])
    )
    with translation.override("fr"):
        body = render_to_string(
            "mail/opinion.txt",
            {
                "opinion": opinion,
                "submission": submission,
                "what": what,
                "outside": outside,
                "link": settings.PUBLIC_URL + where,
                "town": town.current(),
                "department": submission.department,
            },
        )
    address = opinion.email if opinion.department is None else opinion.department.email
    deliver(
        key=f"opinion:{opinion.public_id}:{what}:{opinion.link_key if what == 'again' else timezone.localdate()}",
        purpose="opinion",
        address=address,
        subject=f"{_SUBJECTS[what]} – {submission.reference}",
        body=body,
        about=submission.key,
        secret=outside,
    )
