"""What the citizen is told by mail: reference, service and link, never an answer."""

from collections.abc import Iterator

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from accounts.models import Mandate, Person
from messaging.outbox import deliver
from town import models as town

from ..models import Submission
from .mandate_mail import address_of


def citizen(submission: Submission, purpose: str, *, key: str, subject: str, sentence: str) -> None:
    """Owe the citizen, and whoever acts for her, a mail about her request; ``sentence`` says what is new."""
    for side, person, address in _readers(submission):
        deliver(
            key=f"{key}:{side}" if side else key,
            purpose=purpose,
            address=address,
            subject=f"{subject} – {submission.reference}",
            body=_body(submission, sentence),
            about=submission.key,
            person=person,
            notice=True,
        )


def _readers(submission: Submission) -> Iterator[tuple[str, Person | None, str]]:
    """Yield each one to write to: the address given, and under a mandate the person's own and her helper's; each once."""
    readers = [("", submission.person, submission.applicant.email)]
    if submission.mandate is not None:
        readers.append(("person", submission.person, address_of(submission.person)))
        held = Mandate.objects.in_force().filter(
            helper=submission.mandate.helper_id, principal=submission.mandate.principal_id
        )
        if any(one.covers(submission.procedure.public_id) for one in held):
            readers.append(("helper", submission.mandate.helper, address_of(submission.mandate.helper)))
    written = set()
    for side, person, address in readers:
        if address and address.lower() not in written:
            written.add(address.lower())
            yield side, person, address


def _body(submission: Submission, sentence: str) -> str:
    with translation.override("fr"):
        return render_to_string(
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
