"""Who looked at what: for the auditor alone, with what looks unusual said first."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import actor_of
from journal.models import AccessLog, record_access
from portal.kit.paging import keyset

from .. import permissions
from ..models import Submission
from .access import desk_only, name_of, page

ACTIONS = {
    "read": gettext_noop("read a request"),
    "download": gettext_noop("downloaded a file"),
    "export": gettext_noop("exported data"),
    "search": gettext_noop("searched"),
    "sign_in": gettext_noop("signed in"),
    "sign_in_failed": gettext_noop("failed to sign in"),
    "unlock": gettext_noop("opened an account again"),
    "team": gettext_noop("looked at someone of the team"),
    "configure": gettext_noop("changed roles or absences"),
    "audit": gettext_noop("looked at the accesses"),
}
# What an auditor is told of: more requests in a day than the work explains, and reading at night.
MANY_A_DAY = 80
NIGHT = (22, 6)
SIGNAL_DAYS = 7


@dataclass(frozen=True)
class Line:
    """One access in words."""

    at: datetime
    who: str
    role: str
    what: str
    about: str
    reference: str


@require_safe
@desk_only
def accesses(request: HttpRequest) -> HttpResponse:
    """List the accesses of the departments that the auditor watches; looking here is an access too."""
    actor = actor_of(request)
    if not permissions.may_audit(actor):
        raise PermissionDenied
    record_access("audit", "accesses", actor=actor.key, role="auditor")
    watched = permissions.watched_logins(actor)
    found = AccessLog.objects.filter(actor__in=[f"user:{user.public_id}" for user in watched])
    chosen = _filtered(found, request)
    shown = keyset(chosen, field="at", after=request.GET.get("apres", ""), before=request.GET.get("avant", ""), size=50)
    context = {
        "page": shown,
        "lines": lines(shown.rows, watched),
        "signals": signals(found, watched),
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


def lines(rows: Iterable[AccessLog], watched: Iterable[User]) -> list[Line]:
    """Put accesses into words, in one query for the requests they name."""
    rows = list(rows)
    names = {f"user:{user.public_id}": name_of(user) for user in watched}
    keys = [key for row in rows if (key := _submission(row.subject))]
    references = dict(Submission.objects.filter(public_id__in=keys).values_list("public_id", "reference"))
    known = {f"submission:{key}": reference for key, reference in references.items()}
    return [
        Line(
            row.at,
            names.get(row.actor, row.actor),
            row.role,
            _(ACTIONS.get(row.action, row.action)),
            row.subject.removeprefix("search:") if row.action == "search" else names.get(row.subject, ""),
            known.get(row.subject, ""),
        )
        for row in rows
    ]


def _submission(subject: str) -> uuid.UUID | None:
    kind, _colon, key = subject.partition(":")
    try:
        return uuid.UUID(key) if kind == "submission" else None
    except ValueError:
        return None


def signals(found: QuerySet[AccessLog], watched: Iterable[User]) -> list[str]:
    """Say what looks unusual in the last days: a question to ask, not an accusation."""
    names: dict[str, Any] = {f"user:{user.public_id}": name_of(user) for user in watched}
    recent = found.filter(at__gte=timezone.now() - timedelta(days=SIGNAL_DAYS), action__in=("read", "download"))
    busy = (
        recent.values("actor", "at__date").annotate(cases=Count("subject", distinct=True)).filter(cases__gt=MANY_A_DAY)
    )
    said = [
        _("%(name)s opened %(count)d requests in one day.")
        % {"name": names.get(row["actor"], row["actor"]), "count": row["cases"]}
        for row in busy.order_by("actor")
    ]
    night = recent.filter(Q(at__hour__gte=NIGHT[0]) | Q(at__hour__lt=NIGHT[1]))
    return said + [
        _("%(name)s looked at requests at night, %(count)d times.")
        % {"name": names.get(one["actor"], one["actor"]), "count": one["times"]}
        for one in night.values("actor").annotate(times=Count("pk")).order_by("actor")
    ]
