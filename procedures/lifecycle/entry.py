"""What an agent enters for someone: how it came, when the town got it, on what paper, and why it waited.

The law counts from when the town got the request by any channel (CRPA L112-3, L114-3), never from when it is typed in.
"""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from journal import models as journal
from messaging.models import Delivery
from portal.kit.moments import day_in_words

from .. import permissions
from ..definition.fields import FileField
from ..models import AnswerFile, Draft, Edition, Procedure, StoredFile, Submission
from ..models.file import PAPER
from ..models.origin import Origin, span
from . import draft as drafts

CHANNELS = [choice for choice in Origin.Channel.choices if choice[0] != Origin.Channel.ONLINE]
# What comes by these is on a paper, which is joined.
ON_PAPER = frozenset({Origin.Channel.POST.value, Origin.Channel.EMAIL.value})
# How a printed receipt reaches the person, and the event that says so.
GIVEN = ("handed", "posted")
RECEIPT_GIVEN = "receipt_given"
# A request older than this is more often a wrong year than a forgotten letter.
OLDEST = timedelta(days=366)
# How long a request may wait before it is entered without anyone having to say why.
UNEXPLAINED = timedelta(days=1)


class WrongOrigin(Exception):
    """What is said of where a request came from cannot be; ``field`` names the question."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class OriginIncomplete(Exception):
    """Something is still to say of where the request came from."""


@dataclass(frozen=True)
class Received:
    """How and when the town got a request; at midnight where the hour is not known."""

    channel: str
    at: datetime
    hour_known: bool = True
    reason: str = ""


def paper() -> FileField:
    """Return the question that judges a scanned paper: the same checks as for any file."""
    return FileField(type="file", id="papers", label=_("Scanned paper"), required=False)


def waited(at: datetime, *, hour_known: bool) -> bool:
    """Say whether so much time has passed since the town got it that the agent says why."""
    return timezone.now() - span(at, hour_known=hour_known)[1] > UNEXPLAINED


def check(received: Received, procedure: Procedure, edition: Edition | None) -> None:
    """Refuse an origin that cannot be. Raises WrongOrigin."""
    now = timezone.now()
    if received.at > now:
        raise WrongOrigin("day", _("This moment is still to come: say when the town received it."))
    if received.at < now - OLDEST:
        raise WrongOrigin("day", _("This is more than a year ago: check the year."))
    first, last = span(received.at, hour_known=received.hour_known)
    if not procedure.is_open_between(first, last):
        raise WrongOrigin("day", was_closed(procedure))
    if edition is not None and not edition.is_open_between(first, last):
        raise WrongOrigin("edition", _("This edition could not be asked for on that day: check both."))
    if not received.reason and waited(received.at, hour_known=received.hour_known):
        raise WrongOrigin(
            "reason", _("It was received more than a day ago: say in a few words why it is entered only now.")
        )


def was_closed(procedure: Procedure) -> str:
    """Say that a procedure could not be asked for on a day, and since when or until when."""
    ended = min((moment for moment in (procedure.closes_at, procedure.withdrawn_at) if moment), default=None)
    if ended is not None and ended <= timezone.now():
        day = day_in_words(timezone.localdate(ended))
        return _("This procedure closed on %(day)s: only what was received before can still be entered.") % {"day": day}
    return _("This procedure was not open yet on that day.")


@transaction.atomic
def begin(
    key: uuid.UUID, procedure: Procedure, *, by: Actor, received: Received, edition: Edition | None = None
) -> Draft:
    """Begin a draft for someone; a second call with the same ``key`` returns the same draft.

    Nothing that the portal knows of the agent is proposed. Raises PermissionDenied and WrongOrigin.
    """
    if by.user is None or not permissions.may_enter(by, procedure):
        raise PermissionDenied
    check(received, procedure, edition)
    assert procedure.current_version is not None, "a procedure that was open has a version"  # noqa: S101
    draft, created = Draft.objects.get_or_create(
        public_id=key,
        defaults={
            "procedure": procedure,
            "version": procedure.current_version,
            "edition": edition,
            "entered_by": by.user,
            **_columns(received),
        },
    )
    if draft.procedure_id != procedure.pk or not draft.is_entered:
        raise PermissionDenied
    if created:
        _note("entry_begun", draft, by)
    return draft


def change(draft: Draft, *, by: Actor, received: Received, edition: Edition | None = None) -> None:
    """Correct where a draft came from, which the caller holds. Raises PermissionDenied and WrongOrigin."""
    _must_enter(draft, by)
    check(received, draft.procedure, edition)
    columns: dict[str, Any] = {**_columns(received), "edition": edition}
    if all(getattr(draft, name) == value for name, value in columns.items()):
        return
    for name, value in columns.items():
        setattr(draft, name, value)
    draft.save(update_fields=list(columns))
    drafts.prolong(draft)
    _note("entry_changed", draft, by)


@transaction.atomic
def discard(draft: Draft, *, by: Actor) -> None:
    """Throw away what was being entered; that the town had received something stays written."""
    _must_enter(draft, by)
    _note("entry_discarded", draft, by)
    drafts.discard(draft)


def _must_enter(draft: Draft, by: Actor) -> None:
    if not draft.is_entered or not permissions.may_enter(by, draft.procedure):
        raise PermissionDenied


def _columns(received: Received) -> dict[str, Any]:
    return {
        "channel": received.channel,
        "received_at": received.at,
        "hour_known": received.hour_known,
        "late_reason": received.reason,
    }


def lacks(draft: Draft) -> list[str]:
    """Say what is still missing of the origin before the request can be sent, each with what to do."""
    if draft.received_at is None:
        return []
    found = []
    if not draft.late_reason and waited(draft.received_at, hour_known=draft.hour_known):
        found.append(_("It was received more than a day ago: say in a few words why it is entered only now."))
    scans = [link.stored.scan for link in draft.papers]
    if StoredFile.Scan.INFECTED in scans:
        found.append(
            _("A scanned paper was blocked: something suspicious was found in it. Remove it, and scan it again.")
        )
    if draft.channel in ON_PAPER and not scans:
        found.append(_("Join the letter or the message that was received: a scan, a photo or a PDF."))
    return found


def submitted_by(draft: Draft, by: Actor) -> dict[str, Any]:
    """Return what the event of the filing says of the entry: where it came from, and for which absent colleague.

    Raises PermissionDenied, and OriginIncomplete.
    """
    _must_enter(draft, by)
    if lacks(draft):
        raise OriginIncomplete
    return _told(draft, by)


def note_access(action: str, draft: Draft, *, by: Actor) -> None:
    """Write down that an agent, who may enter it, read or downloaded what is entered for someone."""
    held = permissions.enters_as(by, draft.procedure)
    assert held is not None, "the door let her in under that role"  # noqa: S101
    journal.record_access(action, draft.key, actor=by.key, role=held.role, service=held.department.name)


@transaction.atomic
def give_receipt(submission: Submission, how: str, *, by: Actor) -> None:
    """Note, once, that the receipt was handed over or posted: without it no time limit runs against the person (L112-6).

    Raises PermissionDenied.
    """
    if how not in GIVEN or not permissions.may_write_as_agent(by, submission):
        raise PermissionDenied
    Submission.objects.select_for_update().get(pk=submission.pk)
    if given(submission) is None:
        data = {"how": how} | permissions.behalf(by, submission)
        journal.append(submission.key, RECEIPT_GIVEN, actor=by.key, role="agent", data=data)
    # Its mail, where it could not be sent, is no longer waited for.
    lost = Delivery.objects.unsettled().filter(about=submission.key, purpose="receipt")
    lost.update(settled_at=timezone.now())


def given(submission: Submission) -> journal.Event | None:
    """Return the event that says how the receipt reached the person; None while nobody noted it."""
    return journal.Event.objects.of(submission.key).filter(kind=RECEIPT_GIVEN).first()


def move_papers(draft: Draft, submission: Submission) -> None:
    """Join the scanned papers of a draft to the request that it becomes."""
    links = draft.papers if draft.is_entered else ()
    AnswerFile.objects.bulk_create(
        AnswerFile(submission=submission, field_id=PAPER, stored=link.stored) for link in links
    )


def _told(draft: Draft, by: Actor) -> dict[str, Any]:
    assert draft.received_at is not None, "what is entered was received"  # noqa: S101
    told = {
        "draft": str(draft.public_id),
        "origin": draft.channel,
        "received_at": draft.received_at.isoformat(),
        "hour_known": draft.hour_known,
    }
    if draft.late_reason:
        # Words can be destroyed, an event cannot: it holds their digest, salted by the draft.
        told["reason"] = hashlib.sha256(f"{draft.public_id}\n{draft.late_reason}".encode()).hexdigest()
    absent = permissions.enters_for(by, draft.procedure)
    return told | ({"for": absent} if absent else {})


def _note(kind: str, draft: Draft, by: Actor) -> None:
    journal.append(draft.key, kind, actor=by.key, role="agent", data=_told(draft, by))
