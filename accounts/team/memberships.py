"""Roles in departments: given, changed, ended."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from town.models import Department

from ..models import Membership, User
from ..permissions import Actor
from .rules import (
    Refusal,
    check_authority,
    check_dates,
    described,
    keep_an_administrator,
    must_administer,
    refuse_oneself,
    write_down,
)


@transaction.atomic
def grant(
    user: User,
    department: Department,
    role: str,
    *,
    by: Actor | None,
    title: str,
    authority: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
    procedures: Sequence[str] = (),
) -> Membership:
    """Give a role in a department; one that ended begins again. Raises PermissionDenied, or Refusal."""
    must_administer(by, department)
    refuse_oneself(by, user)
    starts_on = starts_on or timezone.localdate()
    check_dates(starts_on, ends_on)
    check_authority(role, authority)
    # Two who give the same role at once: the second waits, and is told.
    User.objects.select_for_update().get(pk=user.pk)
    held = Membership.objects.filter(user=user, department=department, role=role).first()
    if held is not None and not _is_over(held):
        raise Refusal(_("She already has this role in this department."), "role")
    membership = held or Membership(user=user, department=department, role=role)
    membership.title, membership.authority = title, authority
    membership.starts_on, membership.ends_on, membership.procedures = starts_on, ends_on, list(procedures)
    membership.save()
    write_down(user.key, "membership.granted", by, described(membership))
    return membership


@transaction.atomic
def change(
    membership: Membership,
    *,
    by: Actor | None,
    title: str,
    authority: str,
    starts_on: date,
    ends_on: date | None,
    procedures: Sequence[str] = (),
) -> Membership:
    """Change the title, the delegation, the days or the procedures of a role. Raises PermissionDenied, or Refusal."""
    current = _locked(membership, by)
    check_dates(starts_on, ends_on)
    check_authority(current.role, authority)
    if ends_on is not None or starts_on > timezone.localdate():
        keep_an_administrator([current])
    current.title, current.authority = title, authority
    current.starts_on, current.ends_on, current.procedures = starts_on, ends_on, list(procedures)
    current.save()
    write_down(current.user.key, "membership.changed", by, described(current))
    return current


@transaction.atomic
def end(membership: Membership, *, by: Actor | None, from_day: date | None = None) -> Membership:
    """End a role: from ``from_day`` on (today by default) it gives nothing. Raises PermissionDenied, or Refusal."""
    current = _locked(membership, by)
    cut(current, from_day or timezone.localdate(), by)
    return current


def cut(membership: Membership, from_day: date, by: Actor | None) -> None:
    """End a role whose row is held and whose right to be ended is checked. Raises Refusal."""
    keep_an_administrator([membership])
    last = from_day - timedelta(days=1)
    membership.ends_on = min(last, membership.ends_on) if membership.ends_on else last
    membership.save(update_fields=["ends_on"])
    write_down(membership.user.key, "membership.ended", by, described(membership))


def _is_over(membership: Membership) -> bool:
    return membership.ends_on is not None and membership.ends_on < timezone.localdate()


def _locked(membership: Membership, by: Actor | None) -> Membership:
    current = (
        Membership.objects.select_for_update(of=("self",)).select_related("user", "department").get(pk=membership.pk)
    )
    must_administer(by, current.department)
    refuse_oneself(by, current.user)
    return current
