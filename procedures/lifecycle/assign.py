"""Who follows a request: given to a colleague, taken, or given back to the whole department."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from accounts.permissions import Actor
from journal import models as journal

from .. import permissions
from ..models import Submission
from . import colleagues
from .transition import StaleAction, locked

ASSIGNED = "assigned"


class NotAColleague(ValueError):
    """Whoever is named does not work on this request."""


@transaction.atomic
def assign(submission: Submission, to: User | None, *, by: Actor, seen: User | None) -> Submission:
    """Let ``to`` follow a request, or nobody; ``seen`` is who followed it when the page was drawn. Twice is once.

    Raises PermissionDenied, NotAColleague, and StaleAction where it is over or somebody else gave it meanwhile.
    """
    current = locked(submission.reference)
    if not permissions.may_handle(by, current):
        raise PermissionDenied
    before = current.assigned_to
    if before == to:
        return current
    if current.is_over or before != seen:
        raise StaleAction(current)
    if to is not None and to not in colleagues.followers(current):
        raise NotAColleague
    current.assigned_to = to
    current.save(update_fields=["assigned_to"])
    data = {"before": before.key if before else "", "after": to.key if to else ""}
    data |= permissions.behalf(by, current, "agent")
    journal.append(current.key, ASSIGNED, actor=by.key, role="agent", data=data)
    return current
