"""Who belongs where, with which role, acting for whom: the one answer every right is built on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from django.http import HttpRequest

from town.models import Department

from .models import Mandate, Membership, Person, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


@dataclass
class Actor:
    """Whoever asks: a login or nobody, with the memberships in force and the persons she may act for."""

    user: User | None = None
    # References that this browser session proved it may follow (just filed, or code received by e-mail).
    proven_cases: frozenset[str] = field(default_factory=frozenset)

    @property
    def key(self) -> str:
        """The opaque id that the journal keeps."""
        return f"user:{self.user.public_id}" if self.user else "anonymous"

    @cached_property
    def person(self) -> Person | None:
        """The human being behind the login."""
        return Person.objects.filter(user=self.user).first() if self.user else None

    @cached_property
    def memberships(self) -> list[Membership]:
        """The memberships in force today."""
        if self.user is None or not self.user.is_active:
            return []
        return list(self.user.memberships.in_force().select_related("department"))

    @cached_property
    def persons(self) -> set[int]:
        """The keys of the persons she may act for: herself, and those whose mandate she holds."""
        if self.person is None:
            return set()
        held = Mandate.objects.in_force().filter(helper=self.person).values_list("principal_id", flat=True)
        return {self.person.pk, *held}

    @cached_property
    def departments(self) -> dict[int, dict[str, Membership]]:
        """Department key → role → the membership that gives it. Rights go down the tree, never across a sector."""
        rights: dict[int, dict[str, Membership]] = {}
        if not self.memberships:
            return rights
        children: dict[int, list[Department]] = {}
        for department in Department.objects.all():
            if department.parent_id:
                children.setdefault(department.parent_id, []).append(department)
        for membership in self.memberships:
            todo = [membership.department]
            while todo:
                department = todo.pop()
                held = rights.setdefault(department.pk, {})
                # The nearest membership wins: the one of the department itself.
                if department.pk == membership.department_id or membership.role not in held:
                    held[membership.role] = membership
                todo += [
                    child
                    for child in children.get(department.pk, [])
                    if child.sector_id == membership.department.sector_id
                ]
        return rights

    def roles_in(self, department_id: int) -> set[str]:
        """Return the roles held in a department."""
        return set(self.departments.get(department_id, ()))

    def has_any(self, roles: Iterable[str]) -> bool:
        """Say whether one of ``roles`` is held anywhere."""
        return any(membership.role in set(roles) for membership in self.memberships)

    def membership_for(self, department_id: int, role: str) -> Membership | None:
        """Return the membership that gives ``role`` over a department."""
        return self.departments.get(department_id, {}).get(role)


def actor_of(request: HttpRequest) -> Actor:
    """Return who makes this request, computed once."""
    known: Actor | None = getattr(request, "_actor", None)
    if known is None:
        user: User | AnonymousUser = request.user
        known = Actor(
            user=user if isinstance(user, User) else None,
            proven_cases=frozenset(request.session.get("cases", ())),
        )
        request._actor = known  # type: ignore[attr-defined]
    return known
