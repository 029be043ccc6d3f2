"""Who looked at what: for the auditor alone, with the unusual readings said first."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import actor_of, may_audit, watched_logins
from journal.models import AccessLog, record_access
from portal.kit.paging import keyset

from ..models import UnusualReading
from .access import desk_only, name_of, page
from .access_words import ACTIONS, lines, said

# Unusual readings: how many of those to look into, and of those that were, are on the page.
TO_LOOK_INTO = 20
LOOKED_INTO = 10


@require_safe
@desk_only
def accesses(request: HttpRequest) -> HttpResponse:
    """List the accesses of the departments that the auditor watches; looking here is an access too."""
    actor = actor_of(request)
    if not may_audit(actor):
        raise PermissionDenied
    record_access("audit", "accesses", actor=actor.key, role="auditor")
    watched = watched_logins(actor)
    found = AccessLog.objects.filter(actor__in=[f"user:{user.public_id}" for user in watched])
    # An export is one line here; those of its requests, thousands perhaps, are for the persons concerned.
    found = found.exclude(action="export", subject__startswith="submission:")
    chosen = _filtered(found, request)
    shown = keyset(chosen, field="at", after=request.GET.get("apres", ""), before=request.GET.get("avant", ""), size=50)
    context = {
        "page": shown,
        "lines": lines(shown.rows, watched),
        **_unusual(watched, request.GET.get("qui", "")[:40]),
        "actions": [(key, _(words), key == request.GET.get("quoi")) for key, words in ACTIONS.items()],
        "people": [
            (str(user.public_id), name_of(user), str(user.public_id) == request.GET.get("qui")) for user in watched
        ],
        "day": request.GET.get("jour", "")[:10],
    }
    return page(request, "desk/accesses.html", context, section="accesses")


def _filtered(found: QuerySet[AccessLog], request: HttpRequest) -> QuerySet[AccessLog]:
    if (action := request.GET.get("quoi", "")) in ACTIONS:
        found = found.filter(action=action)
    if who := request.GET.get("qui", "")[:40]:
        found = found.filter(actor=f"user:{who}")
    try:
        day = parse_date(request.GET.get("jour", "")[:10])
    except ValueError:
        day = None
    return found.filter(at__date=day) if day else found


def _unusual(watched: Collection[User], chosen: str) -> dict[str, Any]:
    """Return the unusual readings of those whom an auditor watches: to look into, how many more, and looked into."""
    found = UnusualReading.objects.by(watched).filter(**({"actor": f"user:{chosen}"} if chosen else {}))
    waiting = list(found.filter(looked_at=None)[: TO_LOOK_INTO + 1])
    known = found.exclude(looked_at=None).select_related("looked_by__person").order_by("-looked_at", "-pk")
    return {
        "waiting": [(one, said(one, watched)) for one in waiting[:TO_LOOK_INTO]],
        "more_wait": len(waiting) > TO_LOOK_INTO,
        "looked_into": [(one, said(one, watched), name_of(one.looked_by)) for one in known[:LOOKED_INTO]],
    }
