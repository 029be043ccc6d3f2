"""The mail to a colleague whom a note asks to look: the reference and where to read it, never the note."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from messaging.outbox import deliver
from town import models as town

from ..models import Note


def tell(note: Note, user: User) -> None:
    """Owe the mail, if she has an address; what waits is in her day too, so that nothing is lost with it."""
    if not user.email:
        return
    submission = note.submission
    with translation.override("fr"):
        body = render_to_string(
            "mail/mention.txt",
            {
                "note": note,
                "submission": submission,
                "link": settings.PUBLIC_URL + reverse("desk:case", args=[submission.reference]) + "#notes",
                "town": town.current(),
            },
        )
    deliver(
        key=f"mention:{note.public_id}:{user.public_id}",
        purpose="mention",
        address=user.email,
        subject=f"{note.author_name} vous demande de regarder la demande {submission.reference}",
        body=body,
    )
