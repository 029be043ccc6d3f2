"""How decisions reach the person: the way she chose, the letter that was posted, its return receipt, its signed scan."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from journal import models as journal

from .. import permissions
from ..definition.fields import FileField
from ..models import Decision, Notification, StoredFile, Submission
from ..models.storage import destroy
from . import files
from .grounds import MissingWords
from .transition import StaleAction, locked

CHOSEN, POSTED, RECEIVED, SCANNED = "notified_by", "letter_posted", "letter_received", "letter_scanned"


@dataclass(frozen=True)
class Posting:
    """What is known of a letter: posted when, under which number, received when; None and empty where not known."""

    posted_on: date
    number: str = ""
    received_on: date | None = None


@transaction.atomic
def choose(submission: Submission, way: str, *, by: Actor) -> Submission:
    """Note how she wants decisions to reach her, from the next one on.

    Raises PermissionDenied, StaleAction where the request is over, and MissingWords for a way that she cannot have.
    """
    current = locked(submission.reference)
    if not permissions.may_see_as_citizen(by, current):
        raise PermissionDenied
    if current.is_over:
        raise StaleAction(current)
    if way not in current.ways:
        raise MissingWords("way", _("Choose one of the answers of the list."))
    if way != current.reached_by:
        current.notified_by = way
        current.save(update_fields=["notified_by"])
        data = {"by": way} | permissions.behalf(by, current, "applicant")
        journal.append(current.key, CHOSEN, actor=by.key, role="applicant", data=data)
    return current


def check(decision: Decision, posting: Posting, today: date) -> None:
    """Refuse days that cannot be; MissingWords names the question."""
    assert decision.signed_at is not None, "only a signed decision is posted"  # noqa: S101
    if not timezone.localdate(decision.signed_at) <= posting.posted_on <= today:
        raise MissingWords("posted_on", _("This day is before the signature, or still to come: check it."))
    if posting.received_on is not None and not posting.posted_on <= posting.received_on <= today:
        raise MissingWords("received_on", _("This day is before the posting, or still to come: check it."))


@transaction.atomic
def note_posting(decision: Decision, posting: Posting, *, by: Actor) -> Notification:
    """Note when the letter of a decision was posted, and when it was received, once that is known.

    Raises PermissionDenied, MissingWords, and StaleAction where it does not go by post or nothing is left to note.
    """
    current, notification = _open(decision, by)
    check(notification.decision, posting, timezone.localdate())
    before = (notification.posted_on, notification.received_on)
    notification.posted_on, notification.received_on = posting.posted_on, posting.received_on
    notification.letter_number = posting.number.strip()
    _sign(notification, current, by)
    notification.save()
    for kind, old, day in ((POSTED, before[0], posting.posted_on), (RECEIVED, before[1], posting.received_on)):
        if day is not None and day != old:
            _note(current, kind, notification, by, {"day": day.isoformat()})
    return notification


@transaction.atomic
def keep_scan(decision: Decision, upload: UploadedFile[Any], *, by: Actor) -> StoredFile:
    """Keep the letter as it was signed by hand, in place of an earlier scan.

    Raises PermissionDenied, StaleAction, and RefusedFile for one that is not what it says.
    """
    current, notification = _open(decision, by)
    stored, old = files.receive(upload, scanned()), notification.scan
    notification.scan = stored
    _sign(notification, current, by)
    notification.save()
    if old is not None:
        destroy(old)
    _note(current, SCANNED, notification, by, {"file": str(stored.public_id)})
    return stored


def scanned() -> FileField:
    """Return the question that judges a scan: the same checks as for any file."""
    return FileField(type="file", id="scan", label=_("The signed letter, scanned"), required=False)


def _open(decision: Decision, by: Actor) -> tuple[Submission, Notification]:
    current = locked(decision.submission.reference)
    if not permissions.may_post(by, current):
        raise PermissionDenied
    found = Notification.objects.select_related("decision", "scan").filter(decision=decision).first()
    if found is None or found.is_settled:
        raise StaleAction(current)
    return current, found


def _sign(notification: Notification, submission: Submission, by: Actor) -> None:
    notification.noted_by = by.user
    notification.noted_by_name = by.name or submission.department.name


def _note(submission: Submission, kind: str, notification: Notification, by: Actor, more: dict[str, Any]) -> None:
    data = {"decision": notification.decision.number, **more} | permissions.behalf(by, submission, "agent")
    journal.append(submission.key, kind, actor=by.key, role="agent", data=data)
