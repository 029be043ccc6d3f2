"""Who works on a request: the colleagues who may follow it, or be asked to look."""

import uuid
from collections.abc import Iterable

from django.db.models import Value

from accounts.models import Membership, Role, User
from accounts.models.membership import MembershipQuerySet
from town.models import Department
from town.tree import Above

from ..models import Procedure, Submission

FOLLOWERS = (Role.AGENT, Role.HEAD)
_COLLEAGUES = (*FOLLOWERS, Role.SIGNATORY)


def _held(department: Department) -> MembershipQuerySet:
    """Return the memberships that reach a department, by the names of who holds them."""
    above = Above(Value(department.pk), Value(department.sector_id))
    held = Membership.objects.in_force().filter(department__in=above, role__in=_COLLEAGUES, user__is_active=True)
    return held.select_related("user__person").order_by("user__person__family_name", "user__email", "pk")


def team(submission: Submission, department: Department | None = None) -> dict[User, set[str]]:
    """Return who works on a request in its department, or would in another one, by name; each with her roles there."""
    found: dict[User, set[str]] = {}
    for one in _held(department or submission.department):
        if one.covers(submission.procedure.public_id):
            found.setdefault(one.user, set()).add(one.role)
    return found


def only_followers(team: dict[User, set[str]]) -> list[User]:
    """Return those of a team who follow requests: agents and heads."""
    return [user for user, roles in team.items() if roles & set(FOLLOWERS)]


def followers_of(some: Iterable[Submission]) -> list[User]:
    """Return who may follow one of these requests at least: a query for each department, whatever their number."""
    by_department: dict[Department, set[uuid.UUID]] = {}
    for row in some:
        by_department.setdefault(row.department, set()).add(row.procedure.public_id)
    found: dict[User, None] = {}
    for department, procedures in by_department.items():
        for one in _held(department):
            if one.role in FOLLOWERS and any(one.covers(key) for key in procedures):
                found[one.user] = None
    return list(found)


def followers(submission: Submission) -> list[User]:
    """Return who may follow a request in its department, by name."""
    return only_followers(team(submission))


def treated_in(procedure: Procedure, department: Department) -> bool:
    """Say whether someone of a department follows the requests of a procedure: elsewhere they would be lost."""
    return any(one.role in FOLLOWERS and one.covers(procedure.public_id) for one in _held(department))
