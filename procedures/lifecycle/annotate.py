"""What a department notes on a request, field by field; each save says what it was drawn from, so that none is lost."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.permissions import Actor
from journal import models as journal

from .. import permissions
from ..definition.base import Answers
from ..models import Annotation, Submission
from .transition import StaleAction, locked

ANNOTATED = "annotated"


def known(submission: Submission) -> Annotation:
    """Return what is noted; something new and empty where nothing is."""
    found = Annotation.objects.filter(submission=submission).first()
    return found or Annotation(submission=submission)


@transaction.atomic
def save(submission: Submission, values: Answers, *, seen: int, by: Actor) -> Annotation:
    """Note values; ``seen`` is the revision that the page was drawn from. The same values again change nothing.

    Raises PermissionDenied, and StaleAction where a colleague has noted something since.
    """
    current = locked(submission.reference)
    if not permissions.may_handle(by, current):
        raise PermissionDenied
    noted = known(current)
    wanted = {name: value for name, value in values.items() if value is not None}
    if noted.values == wanted:
        return noted
    if noted.revision != seen:
        raise StaleAction(current)
    noted.values, noted.revision = wanted, noted.revision + 1
    noted.by, noted.by_name, noted.at = by.user, by.name or current.department.name, timezone.now()
    noted.save()
    data = {"revision": noted.revision} | permissions.behalf(by, current, "agent")
    journal.append(current.key, ANNOTATED, actor=by.key, role="agent", data=data)
    return noted
