"""Keeping an eye on a request, whoever follows it: what happens to it is told to whoever watches, in her day."""

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.permissions import Actor

from .. import permissions
from ..models import Submission, Watch


def keep(submission: Submission, *, by: Actor) -> None:
    """Let ``by`` watch a request; twice is once. Raises PermissionDenied."""
    if by.user is None or not permissions.may_note(by, submission):
        raise PermissionDenied
    Watch.objects.get_or_create(user=by.user, submission=submission, defaults={"subject": submission.key})


def stop(submission: Submission, *, by: Actor) -> None:
    """Let ``by`` watch it no longer."""
    Watch.objects.filter(user=by.user, submission=submission).delete()


def seen(submission: Submission, *, by: Actor) -> None:
    """Note that ``by`` has looked at a request that she watches."""
    Watch.objects.filter(user=by.user, submission=submission).update(seen_at=timezone.now())
