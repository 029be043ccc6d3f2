"""When someone leaves: her access ends, and the open requests in her name are followed by someone else."""

from datetime import date

from django.db import transaction

from accounts.models import Role, User
from accounts.permissions import Actor, administered
from accounts.team import departures
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


def hand_over(user: User, *, by: Actor, heir: User | None) -> tuple[int, int]:
    """Give the open requests of ``user`` to ``heir`` where she has a right over them; the others are to assign."""
    after, given, left = Actor(user=heir), 0, 0
    cases = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("procedure")
        .filter(assigned_to=user, department__in=administered(by), status__in=OPEN)
        .order_by("pk")
    )
    for case in cases:
        may_follow = permissions.roles_on(after, case) & {Role.AGENT, Role.HEAD}
        case.assigned_to = heir if may_follow else None
        case.save(update_fields=["assigned_to"])
        data = {"before": user.key, "after": case.assigned_to.key if case.assigned_to else ""}
        journal.append(case.key, "handed_over", actor=by.key, role=Role.TOWN_ADMIN, data=data)
        given, left = (given + 1, left) if may_follow else (given, left + 1)
    return given, left
