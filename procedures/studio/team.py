"""What the team pages show: departments as a tree with who works there, one person's roles; nothing of another's tree."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from accounts.models import Absence, Invitation, Membership, Role, User
from accounts.permissions import Actor, administered
from accounts.team.factors import Factor, factors_of
from portal.kit.text import fold
from town.models import Department

from ..models import Decision, Procedure, Submission

OPEN = ("submitted", "under_review", "awaiting_citizen")


@dataclass
class Place:
    """A department of the tree, with its roles; ``depth`` says how far below the top it stands."""

    department: Department
    depth: int
    memberships: list[Membership] = field(default_factory=list)


@dataclass(frozen=True)
class Team:
    """The whole team page."""

    places: list[Place]
    away: dict[int, Absence]
    factors: dict[int, Factor]
    invitations: list[Invitation]

    @property
    def has_one_administrator(self) -> bool:
        """Say whether a single person administers: were she away or locked out, nobody could help."""
        held = [m for place in self.places for m in place.memberships if m.role == Role.TOWN_ADMIN]
        return len({m.user_id for m in held if m.ends_on is None}) < 2

    @property
    def unprotected(self) -> list[User]:
        """Who would be locked out, or has no second factor yet; each once."""
        users = {m.user_id: m.user for place in self.places for m in place.memberships}
        return [user for key, user in users.items() if not self.factors[key].is_set or self.factors[key].at_risk]


def tree(departments: Iterable[Department]) -> list[tuple[Department, int]]:
    """Order departments as a tree, each after its parent; one whose parent is not among them stands at the top."""
    known = {one.pk: one for one in sorted(departments, key=lambda one: fold(one.name))}
    children: dict[int | None, list[Department]] = {}
    for one in known.values():
        children.setdefault(one.parent_id if one.parent_id in known else None, []).append(one)
    ordered: list[tuple[Department, int]] = []
    todo = [(one, 0) for one in reversed(children.get(None, []))]
    while todo:
        here, depth = todo.pop()
        ordered.append((here, depth))
        todo += [(one, depth + 1) for one in reversed(children.get(here.pk, []))]
    return ordered


def departments_of(actor: Actor) -> QuerySet[Department]:
    """Return the departments that ``actor`` administers, by name."""
    return (
        Department.objects.filter(pk__in=administered(actor)).select_related("sector", "parent").order_by("name", "pk")
    )


def team_of(actor: Actor) -> Team:
    """Gather the team page, in a constant number of queries."""
    places = {one.pk: Place(one, depth) for one, depth in tree(departments_of(actor))}
    held = Membership.objects.not_over().filter(department__in=list(places)).select_related("user__person")
    for membership in held.order_by("role", "user__person__family_name", "pk"):
        places[membership.department_id].memberships.append(membership)
    users = {m.user_id: m.user for place in places.values() for m in place.memberships}
    away = Absence.objects.in_force().filter(user__in=list(users))
    return Team(
        places=list(places.values()),
        away={one.user_id: one for one in away},
        factors=factors_of(users.values()),
        invitations=list(invitations_of(actor).order_by("-created_at", "-pk")),
    )


def invitations_of(actor: Actor) -> QuerySet[Invitation]:
    """Return the invitations that wait in the departments that ``actor`` administers."""
    pending = Invitation.objects.pending().filter(department__in=administered(actor))
    return pending.select_related("department", "invited_by__person")


def member(actor: Actor, user_id: uuid.UUID, *, here: bool = False) -> User:
    """Return someone with a role, past ones included, where ``actor`` administers; 404 otherwise, known or not.

    With ``here``, a role that is over does not count: what touches the whole account is for those who work there.
    """
    mine = (Membership.objects.not_over() if here else Membership.objects.all()).filter(
        department__in=administered(actor)
    )
    user = User.objects.filter(public_id=user_id, pk__in=mine.values("user")).select_related("person").first()
    if user is None:
        raise Http404
    return user


def memberships_of(actor: Actor, user: User) -> list[Membership]:
    """Return the roles of someone where ``actor`` administers, those in force first, then those to come and past."""
    found = user.memberships.filter(department__in=administered(actor)).select_related("department", "user")
    today = timezone.localdate()

    def order(one: Membership) -> tuple[bool, str, str]:
        return one.ends_on is not None and one.ends_on < today, one.department.name, one.role

    return sorted(found, key=order)


def membership_of(actor: Actor, user: User, pk: int) -> Membership:
    """Return one role of someone, that still holds or will; 404 otherwise."""
    found = Membership.objects.not_over().filter(pk=pk, user=user, department__in=administered(actor))
    membership = found.select_related("department", "user").first()
    if membership is None:
        raise Http404
    return membership


def colleagues_of(actor: Actor, user: User) -> QuerySet[User]:
    """Return who may take over from someone: agents and heads where ``actor`` administers, except her."""
    workers = Membership.objects.in_force().filter(department__in=administered(actor), role__in=("agent", "head"))
    found = User.objects.filter(pk__in=workers.values("user"), is_active=True).exclude(pk=user.pk)
    return found.select_related("person").order_by("person__family_name", "email", "pk")


def procedures_of(actor: Actor) -> dict[str, str]:
    """Return the procedures of the departments that ``actor`` administers: public id → title."""
    found = Procedure.objects.filter(department__in=administered(actor)).order_by("title")
    return {str(public): title for public, title in found.values_list("public_id", "title")}


@dataclass(frozen=True)
class Burden:
    """What hangs on someone: requests in her name, decisions she prepared that nobody signed, colleagues counting on her."""

    cases: int
    prepared: int
    counted_on: list[Absence]


def burden_of(actor: Actor, user: User) -> Burden:
    """Count what hangs on someone where ``actor`` administers."""
    mine = Submission.objects.filter(department__in=administered(actor), status__in=OPEN)
    prepared = Decision.objects.filter(submission__in=mine, prepared_by=user, signed_at=None)
    seen = Membership.objects.filter(department__in=administered(actor)).values("user")
    counted_on = user.stands_in.to_come().filter(Q(user__in=seen)).select_related("user__person")
    return Burden(mine.filter(assigned_to=user).count(), prepared.count(), list(counted_on))
