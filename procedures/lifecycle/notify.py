"""What the citizen is told by mail: reference, service and link, never an answer."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from messaging.outbox import deliver
from town import models as town

from ..models import Submission


def citizen(submission: Submission, purpose: str, *, key: str, subject: str, sentence: str) -> None:
    """Owe the citizen a mail about her request, if she gave an address; ``sentence`` says what is new."""
    address = submission.applicant.email
    if not address:
        return
    with translation.override("fr"):
        body = render_to_string(
            "mail/case.txt",
            {
                "submission": submission,
                "sentence": sentence,
                "link": settings.PUBLIC_URL + reverse("filing:case", args=[submission.reference]),
                "follow": settings.PUBLIC_URL + reverse("filing:follow"),
                "town": town.current(),
                "department": submission.department,
            },
        )
    deliver(
        key=key,
        purpose=purpose,
        address=address,
        subject=f"{subject} – {submission.reference}",
        body=body,
        about=submission.key,
        person=submission.person,
        notice=True,
    )
