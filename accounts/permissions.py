"""Who belongs where, with which role, acting for whom: the one answer every right is built on."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q, Subquery
from django.http import HttpRequest

from town.models import Sector
from town.tree import Reach

from .models import DESK_ROLES, LENT_ROLES, Mandate, Membership, Person, Role, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

# Where a browser session keeps the chosen sector.
SECTOR_KEY = "sector"
# What later apps want told with each membership, in the same query: the annotation's name → what makes it.
TOLD: dict[str, Callable[[], Subquery]] = {}


@dataclass
class Actor:
    """Whoever asks: a login or nobody, with the memberships in force and the persons she may act for."""

    user: User | None = None
    # References that this browser session proved it may follow (just filed, or code received by e-mail).
    proven_cases: frozenset[str] = field(default_factory=frozenset)
    # The sector that she chose to work in, where she has several.
    chosen_sector: int | None = None

    @property
    def key(self) -> str:
        """The opaque id that the journal keeps."""
        return self.user.key if self.user else "anonymous"

    @cached_property
    def person(self) -> Person | None:
        """The human being behind the login."""
        return getattr(self.user, "person", None)

    @property
    def name(self) -> str:
        """The name of that human being, as it is copied where she acts; empty where none is known."""
        return self.person.display_name if self.person else ""

    @property
    def public_name(self) -> str:
        """The name that citizens are given: hers, unless it is withheld for reasons of safety (CRPA L111-2)."""
        return "" if self.user is not None and self.user.unnamed else self.name

    @cached_property
    def memberships(self) -> list[Membership]:
        """The memberships in force today: her own, and those lent by who is away, in the sectors that are hers too."""
        if self.user is None or not self.user.is_active:
            return []
        told = {name: make() for name, make in TOLD.items()}
        reach = Reach(F("department_id"), F("department__sector_id"))
        wanted = Membership.objects.held_by(self.user).select_related("department__sector", "user")
        held: list[Membership] = list(wanted.annotate(reach=reach, **told))
        own = {m.department.sector_id for m in held if not self.is_lent(m) and m.role in LENT_ROLES}
        return [m for m in held if not self.is_lent(m) or m.department.sector_id in own]

    def is_lent(self, membership: Membership) -> bool:
        """Say whether a membership is another's, who is away."""
        return self.user is None or membership.user_id != self.user.pk

    @cached_property
    def mandates(self) -> list[Mandate]:
        """The mandates that she holds today: for whom she may act, and for which procedures."""
        if self.person is None:
            return []
        return list(
            Mandate.objects.in_force().filter(helper=self.person).select_related("principal", "helper", "structure")
        )

    @cached_property
    def departments(self) -> dict[int, dict[str, list[Membership]]]:
        """Department key → role → the memberships that give it: her own first, then the nearest in the tree.

        Rights go down the tree, never across a sector (arrêté of 4 July 2013).
        """
        found: dict[int, dict[str, list[tuple[bool, int, int, Membership]]]] = {}
        for membership in self.memberships:
            lent = self.is_lent(membership)
            for department, depth in told_of(membership, "reach"):
                roles = found.setdefault(department, {})
                roles.setdefault(membership.role, []).append((lent, depth, membership.pk, membership))
        return {
            key: {role: [row[3] for row in sorted(rows, key=lambda row: row[:3])] for role, rows in roles.items()}
            for key, roles in found.items()
        }

    @cached_property
    def sectors(self) -> list[Sector]:
        """The sectors whose requests she works on, in the order she came to them."""
        found = {m.department.sector_id: m.department.sector for m in self.memberships if m.role in DESK_ROLES}
        return list(found.values())

    @cached_property
    def sector(self) -> Sector | None:
        """The one sector that the desk works in now: the one she chose, else the first."""
        return next((one for one in self.sectors if one.pk == self.chosen_sector), next(iter(self.sectors), None))

    def works_under(self, membership: Membership) -> bool:
        """Say whether a membership is of the sector that the desk works in now."""
        return self.sector is not None and membership.department.sector_id == self.sector.pk

    @property
    def must_choose_sector(self) -> bool:
        """Say whether she works in several sectors and has chosen none: she may not search by name yet."""
        return len(self.sectors) > 1 and self.chosen_sector not in {one.pk for one in self.sectors}

    def roles_in(self, department_id: int, procedure: uuid.UUID | None = None) -> set[str]:
        """Return the roles held in a department, for one of its procedures where one is named."""
        held = self.departments.get(department_id, {})
        return {role for role, given in held.items() if any(one.covers(procedure) for one in given)}

    def has_any(self, roles: Iterable[str]) -> bool:
        """Say whether one of ``roles`` is held anywhere."""
        return any(membership.role in set(roles) for membership in self.memberships)

    def membership_for(self, department_id: int, role: str, procedure: uuid.UUID | None = None) -> Membership | None:
        """Return the membership that gives ``role`` over a department, and over one of its procedures if named."""
        given = self.departments.get(department_id, {}).get(role, [])
        return next((one for one in given if one.covers(procedure)), None)

    def stands_for(self, department_id: int, roles: Iterable[str], procedure: uuid.UUID | None = None) -> User | None:
        """Return the absent colleague in whose place she acts under ``roles``; None where a role of hers is enough."""
        found = [one for role in roles if (one := self.membership_for(department_id, role, procedure))]
        if not found or any(not self.is_lent(one) for one in found):
            return None
        return found[0].user


def told_of(membership: Membership, name: str) -> list[Any]:
    """Return what the query of the memberships told beside each: a list read from JSON; empty where it is null."""
    return getattr(membership, name) or []


def may_audit(actor: Actor) -> bool:
    """Auditors alone see who looked at what."""
    return actor.has_any((Role.AUDITOR,))


def watched_logins(actor: Actor) -> list[User]:
    """Return the logins of the departments that an auditor watches in her sector, and superusers; never her own."""
    departments = [
        key
        for key, roles in actor.departments.items()
        if any(actor.works_under(one) for one in roles.get(Role.AUDITOR, ()))
    ]
    # Whoever opens Django's admin works for no department: every auditor watches her.
    watched = Q(memberships__department__in=departments) | Q(is_superuser=True)
    found = User.objects.filter(watched).select_related("person").distinct()
    return [user for user in found.order_by("email") if user != actor.user]


def administered(actor: Actor) -> set[int]:
    """Return the departments whose people and roles ``actor`` administers."""
    return {key for key, roles in actor.departments.items() if Role.TOWN_ADMIN in roles}


def may_recognise_places(actor: Actor) -> bool:
    """Say whether ``actor`` decides which places help citizens: an administrator of the whole town, not of a part of it."""
    roles = (one for held in actor.departments.values() for one in held.get(Role.TOWN_ADMIN, ()))
    return any(one.department.parent_id is None for one in roles)


def may_administer(actor: Actor, user: User) -> bool:
    """Say whether ``actor`` administers a department where this login has a role, or will have one."""
    return user.memberships.not_over().filter(department__in=administered(actor)).exists()


def actor_of(request: HttpRequest) -> Actor:
    """Return who makes this request, computed once."""
    known: Actor | None = getattr(request, "_actor", None)
    if known is None:
        user: User | AnonymousUser = request.user
        known = Actor(
            user=user if isinstance(user, User) else None,
            proven_cases=frozenset(request.session.get("cases", ())),
            chosen_sector=request.session.get(SECTOR_KEY),
        )
        request._actor = known  # type: ignore[attr-defined]
    return known
