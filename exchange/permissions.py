"""Who takes what out of the desk, and keeps the right to it until the file is in her hands."""

from django.db.models import QuerySet

from accounts.models import Role
from accounts.permissions import Actor
from procedures import permissions

from .models import Export


def actor_for(export: Export) -> Actor | None:
    """Return who asked for an export, in its sector, with her rights of today; None where she works there no more."""
    actor = Actor(user=export.by, chosen_sector=export.sector_id)
    here = actor.sector is not None and actor.sector.pk == export.sector_id
    return actor if here and permissions.may_export(actor) else None


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
