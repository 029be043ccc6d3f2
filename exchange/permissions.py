"""Who takes what out of the desk, and keeps the right to it until the file is in her hands."""

from django.db.models import Q, QuerySet

from accounts.models import DESK_ROLES, Membership, Role, User
from accounts.models.membership import MembershipQuerySet
from accounts.permissions import Actor, administered
from procedures import permissions

from .models import Export


def actor_in(user: User, sector_id: int) -> Actor | None:
    """Return someone in one sector of the desk, with her rights of today; None where she works there no more."""
    actor = Actor(user=user, chosen_sector=sector_id)
    here = actor.sector is not None and actor.sector.pk == sector_id
    return actor if here and permissions.may_use_desk(actor) else None


def actor_for(export: Export) -> Actor | None:
    """Return who asked for an export, in its sector, with her rights of today; None where she exports no more."""
    actor = actor_in(export.by, export.sector_id)
    return actor if actor and permissions.may_export(actor) else None


def accounts(actor: Actor) -> MembershipQuerySet:
    """Return the desk memberships that ``actor`` administers: under their rights other programs may act."""
    held = Membership.objects.filter(department__in=administered(actor), role__in=DESK_ROLES)
    return held.select_related("user__person", "department__sector")


def lends(actor: Actor, user: User, sector_id: int) -> bool:
    """Say whether ``actor`` administers an account in a sector, also one that works there no more: a key is revoked then."""
    return accounts(actor).filter(user=user, department__sector=sector_id).exists()


def lent(actor: Actor) -> Q:
    """Return which keys and which programs that are told act under an account that ``actor`` administers."""
    pairs = accounts(actor).values_list("user", "department__sector").order_by().distinct()
    wanted = Q(pk__in=[])
    for user, sector in pairs:
        wanted |= Q(user=user, sector=sector)
    return wanted


def own_exports(actor: Actor) -> QuerySet[Export]:
    """Return the exports that ``actor`` asked for in the sector she works in now, the latest first."""
    if actor.user is None or actor.sector is None:
        return Export.objects.none()
    return Export.objects.filter(by=actor.user, sector=actor.sector).order_by("-pk")


def may_take(export: Export) -> bool:
    """Say whether whoever asked for an export still has a right to every request that its file holds.

    She must still be an agent, a head or a signatory of each department, for each procedure, a head where sensitive
    answers were given, and still be given each request that another department let her read.
    """
    actor = actor_for(export)
    if actor is None:
        return False
    departments = permissions.desk_departments(actor, permissions.EXPORTERS)
    led = permissions.desk_departments(actor, (Role.HEAD,))
    for department, procedure, sensitive in export.scope.get("departments", []):
        held = led if sensitive else departments
        if department not in held:
            return False
        only = held[department]
        if only is not None and procedure not in only:
            return False
    granted = export.scope.get("granted", [])
    return permissions.exportable_submissions(actor).filter(pk__in=granted).count() == len(granted)
