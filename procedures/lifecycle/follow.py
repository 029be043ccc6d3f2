"""The code that opens a request to its applicant, without an account."""

import uuid

from django.template.loader import render_to_string
from django.utils import translation

from messaging.outbox import deliver
from town import models as town

from ..models import Submission


def send_code(submission: Submission, digits: str) -> None:
    """Owe the applicant a mail with a code, if she gave an address; the mail's body is emptied once sent."""
    if not submission.applicant.email:
        return
    with translation.override("fr"):
        body = render_to_string(
            "mail/follow_code.txt", {"digits": digits, "submission": submission, "town": town.current()}
        )
    deliver(
        key=f"follow:{uuid.uuid4()}",
        purpose="follow_code",
        address=submission.applicant.email,
        subject=f"Votre code pour suivre la demande {submission.reference}",
        body=body,
        about=submission.key,
        person=submission.person,
        secret=True,
    )
