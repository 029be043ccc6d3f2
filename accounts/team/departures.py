"""Leaving: every role ends, every session is closed, nobody counts on her any more. The login stays: it signed acts."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ..models import Membership, User
from ..permissions import Actor, administered, may_administer
from .factors import close_sessions
from .memberships import cut
from .rules import keep_an_administrator, refuse_oneself, write_down


@transaction.atomic
def leave(user: User, *, by: Actor, from_day: date) -> None:
    """End the roles that ``by`` administers from a day on; access is cut at once when that day has come.

    Colleagues for whom she would have stood in have nobody now. Raises PermissionDenied for someone ``by`` does not
    administer, and Refusal for oneself or the last administrator.
    """
    if not may_administer(by, user):
        raise PermissionDenied
    refuse_oneself(by, user)
    held = list(
        Membership.objects.select_for_update(of=("self",))
        .not_over()
        .filter(user=user, department__in=administered(by))
        .select_related("department", "user")
        .order_by("pk")
    )
    keep_an_administrator(held)
    for membership in held:
        cut(membership, from_day, by)
    counted_on = user.stands_in.filter(ends_on__gte=from_day)
    if Membership.objects.filter(Q(ends_on=None) | Q(ends_on__gte=from_day), user=user).exists():
        # She still works in another sector, whose absences are its own business.
        here = Membership.objects.filter(department__in=administered(by))
        counted_on = counted_on.filter(user__in=here.values("user"))
    else:
        user.absences.filter(starts_on__gte=from_day).delete()
    counted_on.update(stand_in=None)
    if from_day <= timezone.localdate():
        close_sessions(user)
    write_down(user.key, "left", by, {"from": from_day.isoformat(), "roles": len(held)})
