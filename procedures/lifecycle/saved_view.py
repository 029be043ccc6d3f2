"""Keeping a view of the list under a name, for oneself or for a department, and dropping it."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from town.models import Department

from .. import permissions
from ..definition.fields.base import clean_text
from ..models import SavedView
from .grounds import MissingWords

# Beyond it, nobody finds her way among them.
MOST = 30


@transaction.atomic
def keep(name: str, query: str, *, by: Actor, department: Department | None = None) -> SavedView:
    """Keep a view; of the same name, it takes the place of the one before. Raises PermissionDenied and MissingWords."""
    if by.user is None or not permissions.may_use_desk(by):
        raise PermissionDenied
    if department is not None and department not in permissions.sharing_departments(by):
        raise PermissionDenied
    name = " ".join(clean_text(name).split())
    if not name:
        raise MissingWords("name", _("Name this view: you find it beside the list."))
    if len(name) > SavedView.MOST:
        raise MissingWords(
            "name", _("This name is too long: keep it under %(count)d letters.") % {"count": SavedView.MOST}
        )
    if len(query) > 2000:
        raise MissingWords("name", _("This view has too many filters to be kept."))
    mine = (
        SavedView.objects.filter(owner=by.user, department=None) if department is None else department.saved_views.all()
    )
    known = mine.select_for_update().filter(name=name).first()
    if known is None and mine.count() >= MOST:
        raise MissingWords("name", _("There are %(count)d views already: drop one first.") % {"count": MOST})
    view = known or SavedView(name=name, department=department)
    view.owner, view.query = by.user, query
    view.save()
    return view


def drop(view: SavedView, *, by: Actor) -> None:
    """Drop a kept view; what it showed stays. Raises PermissionDenied."""
    if not permissions.may_drop_view(by, view):
        raise PermissionDenied
    view.delete()
