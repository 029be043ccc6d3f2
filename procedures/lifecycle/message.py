"""A word between the citizen and the department, both ways."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from journal import models as journal
from messaging import outbox

from .. import permissions
from ..models import Decision, Message, Submission
from . import notify


def write(submission: Submission, by: Actor, body: str, *, kind: str = Message.Kind.MESSAGE) -> Message:
    """Write a message as whoever ``by`` is towards this request; the name shown is copied."""
    agent = permissions.may_write_as_agent(by, submission) and kind != Message.Kind.REPLY
    name = by.public_name if agent else by.name
    return Message.objects.create(
        submission=submission,
        kind=kind,
        from_citizen=not agent,
        author=by.user,
        author_name=name or (submission.department.name if agent else submission.applicant.display_name),
        body=body,
    )


@transaction.atomic
def send(submission: Submission, body: str, *, by: Actor) -> Message:
    """Send a message, note the event, and tell the citizen when it comes from the town. PermissionDenied otherwise."""
    agent = permissions.may_write_as_agent(by, submission)
    if not agent and not permissions.may_see_as_citizen(by, submission):
        raise PermissionDenied
    message = write(submission, by, body)
    data = {"message": str(message.public_id)}
    data |= permissions.behalf(by, submission, "" if agent else "applicant")
    journal.append(submission.key, "message", actor=by.key, role="agent" if agent else "applicant", data=data)
    if agent:
        notify.citizen(
            submission,
            "message",
            key=f"message:{message.public_id}",
            subject=_("A message about your request"),
            sentence=f"Le service {submission.department.name} vous a écrit.",
        )
    return message


def mark_read(submission: Submission, *, by_citizen: bool) -> None:
    """Note when what the other side wrote was first shown."""
    submission.messages.filter(from_citizen=not by_citizen, read_at=None).update(read_at=timezone.now())
    if by_citizen:
        outbox.mark_read(submission.key)


def mark_decision_read(decision: Decision) -> None:
    """Note when the citizen first opened a decision: the law counts from it (R112-20)."""
    Decision.objects.filter(pk=decision.pk, first_read_at=None).update(first_read_at=timezone.now())
