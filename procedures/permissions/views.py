"""Who keeps views of the list, and for whom."""

from django.db.models import Q, QuerySet

from accounts.models import Role
from accounts.permissions import Actor
from town.models import Department

from ..models import SavedView
from .seeing import desk_departments


def saved_views(actor: Actor) -> QuerySet[SavedView]:
    """Return the views that ``actor`` finds beside her list: her own, then those of her departments."""
    shared = Q(department__in=list(desk_departments(actor)))
    return SavedView.objects.filter(Q(owner=actor.user, department=None) | shared).order_by("department", "name", "pk")


def sharing_departments(actor: Actor) -> QuerySet[Department]:
    """Return the departments for which ``actor`` keeps views: where she prepares requests, in her sector of the moment."""
    given = desk_departments(actor, (Role.AGENT, Role.HEAD))
    return Department.objects.filter(pk__in=list(given)).order_by("name")


def may_drop_view(actor: Actor, view: SavedView) -> bool:
    """Say whether ``actor`` drops a view: her own; a shared one, who keeps views for that department."""
    if view.department_id is None:
        return actor.user is not None and view.owner_id == actor.user.pk
    return view.department_id in desk_departments(actor, (Role.AGENT, Role.HEAD))
