"""When someone leaves, or loses a role: her access ends, and the open requests in her name are followed by others."""

from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Membership, Role, User
from accounts.permissions import Actor, administered
from accounts.team import departures, memberships
from journal import models as journal

from .. import permissions
from ..models import Submission

OPEN = ("submitted", "under_review", "awaiting_citizen")


@transaction.atomic
def leave(user: User, *, by: Actor, from_day: date, heir: User | None) -> tuple[int, int]:
    """See someone off and hand her open requests over; return how many have a new agent, and how many have nobody.

    Raises PermissionDenied or Refusal; then nothing is written. What she prepared or signed stays in her name: it is
    what happened, and whoever follows the request may prepare it anew.
    """
    departures.leave(user, by=by, from_day=from_day)
    return hand_over(user, by=by, heir=heir)


@transaction.atomic
def end_role(membership: Membership, *, by: Actor) -> int:
    """End a role today; return how many open requests in her name are to assign, since she may follow them no more.

    Raises PermissionDenied or Refusal; then nothing is written.
    """
    ended = memberships.end(membership, by=by)
    still, count = Actor(user=ended.user), 0
    for case in _open_cases(ended.user, by):
        if not _may_follow(still, case):
            _give(case, None, by)
            count += 1
    return count


def hand_over(user: User, *, by: Actor, heir: User | None) -> tuple[int, int]:
    """Give the open requests of ``user`` to ``heir`` where she has a right over them; the others are to assign."""
    after, given, left = Actor(user=heir), 0, 0
    for case in _open_cases(user, by):
        follows = _may_follow(after, case)
        _give(case, heir if follows else None, by)
        given, left = (given + 1, left) if follows else (given, left + 1)
    return given, left


def _open_cases(user: User, by: Actor) -> QuerySet[Submission]:
    return (
        Submission.objects.select_for_update(of=("self",))
        .select_related("procedure", "assigned_to")
        .filter(assigned_to=user, department__in=administered(by), status__in=OPEN)
        .order_by("pk")
    )


def _may_follow(actor: Actor, case: Submission) -> bool:
    return bool(permissions.roles_on(actor, case) & {Role.AGENT, Role.HEAD})


def _give(case: Submission, heir: User | None, by: Actor) -> None:
    before, case.assigned_to = case.assigned_to, heir
    case.save(update_fields=["assigned_to"])
    data = {"before": before.key if before else "", "after": heir.key if heir else ""}
    journal.append(case.key, "handed_over", actor=by.key, role=Role.TOWN_ADMIN, data=data)
