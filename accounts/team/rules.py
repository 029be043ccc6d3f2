"""What every change in the team goes by: who may make it, what refuses it, and how it is written down."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from journal.models import append, record_access
from town.models import Department

from ..models import Membership, Role, User
from ..permissions import Actor, administered


class Refusal(Exception):
    """A change that is not made, with the reason in words; ``field`` names the answer to mend, if it is one."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


def must_administer(by: Actor | None, department: Department) -> None:
    """Raise PermissionDenied unless ``by`` administers this department; the terminal (None) may always."""
    if by is not None and department.pk not in administered(by):
        raise PermissionDenied


def refuse_oneself(by: Actor | None, user: User) -> None:
    """Raise Refusal where an administrator would change her own roles: it takes a second person."""
    if by is not None and by.user == user:
        raise Refusal(_("You cannot change your own roles: ask another administrator."))


def check_dates(starts_on: date, ends_on: date | None) -> None:
    """Raise Refusal for days that do not follow each other, or an end that is past."""
    if ends_on is not None and ends_on < starts_on:
        raise Refusal(_("The last day comes before the first: change one of them."), "ends_on")
    if ends_on is not None and ends_on < timezone.localdate():
        raise Refusal(_("This day is past: give today or a later day."), "ends_on")


def check_authority(role: str, authority: str) -> None:
    """Raise Refusal for a signatory without the delegation that decisions print (CRPA L212-1, CGCT L2122-18)."""
    if role == Role.SIGNATORY and not authority.strip():
        raise Refusal(_("Give the reference and the date of the delegation to sign."), "authority")


def keep_an_administrator(ended: Iterable[Membership]) -> None:
    """Raise Refusal when a department would be left without a lasting administrator. Needs a transaction.

    All the administrators are held meanwhile: two who remove each other at once do not both succeed.
    """
    gone = [one for one in ended if one.role == Role.TOWN_ADMIN]
    if not gone:
        return
    ended_keys = {one.pk for one in gone}
    today = timezone.localdate()
    lasting = set(
        Membership.objects.select_for_update(of=("self",))
        .filter(role=Role.TOWN_ADMIN, starts_on__lte=today, ends_on=None, user__is_active=True)
        .exclude(pk__in=ended_keys)
        .order_by("pk")
        .values_list("department_id", flat=True)
    )
    known = {department.pk: department for department in Department.objects.all()}
    for membership in gone:
        if not lasting & set(_above(membership.department, known)):
            words = _("%(department)s would be left without an administrator: give this role to someone else first.")
            raise Refusal(words % {"department": membership.department.name})


def _above(department: Department, known: Mapping[int, Department]) -> Iterable[int]:
    """Yield the departments from which rights come down to this one: itself, and those above in its sector."""
    here: Department | None = department
    while here is not None and here.sector_id == department.sector_id:
        yield here.pk
        here = known.get(here.parent_id) if here.parent_id else None


def write_down(
    subject: str,
    kind: str,
    by: Actor | None,
    data: Mapping[str, Any] | None = None,
    *,
    role: str = Role.TOWN_ADMIN,
    action: str = "configure",
) -> None:
    """Note a change where it cannot be unsaid, and among the accesses that auditors read. Ids and codes only."""
    actor, role = (by.key, str(role)) if by else ("terminal", "system")
    append(subject, kind, actor=actor, role=role, data=data)
    record_access(action, subject, actor=actor, role=role)


def subject_of(department: Department) -> str:
    """Return the journal's name of a department."""
    return f"department:{department.slug}"


def described(membership: models.Model) -> dict[str, Any]:
    """Return a membership or an invitation as the journal keeps it."""
    kept = {"department": membership.department.slug, "role": str(membership.role)}  # type: ignore[attr-defined]
    for name in ("starts_on", "ends_on"):
        if value := getattr(membership, name, None):
            kept[name] = value.isoformat()
    if membership.procedures:  # type: ignore[attr-defined]
        kept["procedures"] = membership.procedures  # type: ignore[attr-defined]
    return kept
