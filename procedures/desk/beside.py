"""The list that an agent came from: the request before and the one after, whatever became of this one meanwhile."""

from django.contrib.sessions.backends.base import SessionBase
from django.http import QueryDict
from django.urls import reverse

from accounts.permissions import Actor
from portal.kit.paging import bounds

from ..models import Submission
from .found import selected
from .view import View

_KEY = "desk_list"


def remember(session: SessionBase, view: View) -> None:
    """Keep the view that is looked at; the results of a search have no order that a request could be placed in."""
    query = None if view.q else view.query
    if session.get(_KEY) != query:
        session[_KEY] = query


def came_from(session: SessionBase) -> View | None:
    """Return the view that was last looked at; None after a search, or before any."""
    query = session.get(_KEY)
    return None if query is None else View.read(QueryDict(query))


def address(view: View | None) -> str:
    """Return the address of that list."""
    return view.address if view else reverse("desk:list")


def neighbours(actor: Actor, view: View | None, submission: Submission) -> tuple[str, str] | None:
    """Return the references before and after a request in the order of a view, empty at its ends; None where it has no place."""
    if view is None:
        return None
    by_date = view.by_date
    field = "due_on" if by_date else "received_at"
    value = getattr(submission, field)
    if value is None:
        return None
    found = selected(actor, view)
    rising = (field, "pk")
    falling = (f"-{field}", "-pk")
    above = found.filter(bounds(field, value, submission.pk, below=False)).order_by(*rising)
    below = found.filter(bounds(field, value, submission.pk, below=True)).order_by(*falling)
    pair = [rows.values_list("reference", flat=True).first() or "" for rows in (above, below)]
    first, second = pair if not by_date else pair[::-1]
    return first, second
