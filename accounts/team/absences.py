"""Absences: set by the person or her administrator, with a stand-in of the same sector, or none."""

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import LENT_ROLES, Absence, Membership, Role, User
from ..permissions import Actor, may_administer
from .rules import Refusal, write_down

# How long an absence that is over is kept.
KEPT = timedelta(days=365)


def possible_stand_ins(user: User) -> QuerySet[User]:
    """Return who may stand in: agents and heads of today who share a sector with her as such."""
    sectors = Membership.objects.in_force().filter(user=user, role__in=LENT_ROLES).values("department__sector")
    colleagues = Membership.objects.in_force().filter(role__in=LENT_ROLES, department__sector__in=sectors)
    found = User.objects.filter(pk__in=colleagues.values("user"), is_active=True).exclude(pk=user.pk)
    return found.select_related("person").order_by("person__family_name", "email", "pk")


@transaction.atomic
def announce(user: User, starts_on: date, ends_on: date, *, stand_in: User | None, by: Actor) -> Absence:
    """Note that someone is away on these days. Raises PermissionDenied, or Refusal with the answer to mend."""
    role = _role_of(by, user)
    # Two pages at once, hers and the administrator's: the second sees what the first wrote. Both are held in one order.
    held = [user.pk, *([stand_in.pk] if stand_in else [])]
    list(User.objects.select_for_update().filter(pk__in=held).order_by("pk"))
    if starts_on < timezone.localdate():
        raise Refusal(_("This day is past: give today or a later day."), "starts_on")
    if ends_on < starts_on:
        raise Refusal(_("The last day comes before the first: change one of them."), "ends_on")
    if user.absences.overlapping(starts_on, ends_on).exists():
        raise Refusal(_("An absence is already noted on some of these days: cancel it first."), "starts_on")
    if stand_in is not None and by.user != user and by.user == stand_in:
        # She would give herself the roles of another.
        raise Refusal(_("You cannot change your own roles: ask another administrator."), "stand_in")
    if stand_in is not None:
        _check_stand_in(user, stand_in, starts_on, ends_on)
    if user.stands_in.overlapping(starts_on, ends_on).exists():
        words = _("On some of these days a colleague counts on her: choose another stand-in for that colleague first.")
        raise Refusal(words, "starts_on")
    absence = Absence.objects.create(user=user, starts_on=starts_on, ends_on=ends_on, stand_in=stand_in)
    _write_down(absence, "absence.announced", by, role)
    return absence


@transaction.atomic
def cancel(absence: Absence, *, by: Actor) -> None:
    """Forget an absence, or what is left of it: the stand-in holds nothing more. Raises PermissionDenied."""
    role = _role_of(by, absence.user)
    _write_down(absence, "absence.cancelled", by, role)
    absence.delete()


def purge() -> int:
    """Forget the absences that ended a year ago; return how many."""
    return Absence.objects.filter(ends_on__lt=timezone.localdate() - KEPT).delete()[0]


def _check_stand_in(user: User, stand_in: User, starts_on: date, ends_on: date) -> None:
    if not possible_stand_ins(user).filter(pk=stand_in.pk).exists():
        raise Refusal(_("Choose a colleague of the same sector who works on requests."), "stand_in")
    if stand_in.absences.overlapping(starts_on, ends_on).exists():
        raise Refusal(_("This colleague is away too on some of these days: choose another."), "stand_in")


def _role_of(by: Actor, user: User) -> str:
    """Return under which role the absence is noted: her own, or the administrator's. Raises PermissionDenied."""
    if by.user == user:
        return str(next((one.role for one in by.memberships if not by.is_lent(one)), ""))
    if not may_administer(by, user):
        raise PermissionDenied
    return str(Role.TOWN_ADMIN)


def _write_down(absence: Absence, kind: str, by: Actor, role: str) -> None:
    data = {
        "starts_on": absence.starts_on.isoformat(),
        "ends_on": absence.ends_on.isoformat(),
        "stand_in": absence.stand_in.key if absence.stand_in else "",
    }
    write_down(absence.user.key, kind, by, data, role=role)
