"""Which departments looked at a request, when and why: told to whom it concerns, without the agents' names."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.views.decorators.http import require_safe

from accounts.permissions import actor_of
from journal.models import AccessLog
from portal.kit.moments import hour
from portal.kit.paging import keyset

from .. import permissions
from .case_views import load

# What an agent does with a request without changing it; what changes it is in its progress.
ACTIONS = {
    "read": gettext_noop("opened the request"),
    "download": gettext_noop("downloaded a file"),
    "export": gettext_noop("exported the request"),
}
# Why, by the role under which it was done.
_WHY = {
    "agent": gettext_noop("to study the request"),
    "head": gettext_noop("to study the request"),
    "signatory": gettext_noop("to decide"),
    "auditor": gettext_noop("to check how the town hall treats requests"),
    "outside": gettext_noop("to give an opinion that the department in charge asked for"),
    "": gettext_noop("because the department in charge gave it the request to read"),
}


@dataclass
class Look:
    """What one department did with a request in one day, for one reason."""

    service: str
    why: str
    times: dict[str, list[datetime]] = field(default_factory=dict)

    @property
    def said(self) -> list[str]:
        """Each action in words, with its hours."""
        return [_said(action, sorted(moments)) for action, moments in self.times.items()]


@require_safe
def consultations(request: HttpRequest, reference: str) -> HttpResponse:
    """List who looked at a request, under the same right as the request itself (RGPD-10)."""
    submission = load(request, reference)
    page = keyset(
        AccessLog.objects.filter(subject=submission.key, action__in=ACTIONS),
        field="at",
        after=request.GET.get("apres", ""),
        before=request.GET.get("avant", ""),
        size=100,
    )
    mandate = permissions.mandate_over(actor_of(request), submission)
    context = {"submission": submission, "page": page, "days": grouped(page.rows), "mandate": mandate}
    return render(request, "filing/consultations.html", context)


def grouped(rows: Iterable[AccessLog]) -> dict[date, list[Look]]:
    """Gather accesses by day, then by department and reason."""
    days: dict[date, dict[tuple[str, str], Look]] = {}
    for row in rows:
        looks = days.setdefault(timezone.localtime(row.at).date(), {})
        # What was written before the department was noted names none.
        service = row.service or _("A department of the town hall")
        why = _(_WHY[row.role]) if row.role in _WHY and (row.role or row.service) else ""
        look = looks.setdefault((service, why), Look(service, why))
        look.times.setdefault(row.action, []).append(timezone.localtime(row.at))
    return {day: list(looks.values()) for day, looks in days.items()}


def _said(action: str, moments: list[datetime]) -> str:
    parts = {"what": _(ACTIONS[action]), "first": hour(moments[0].time()), "last": hour(moments[-1].time())}
    said = ngettext(
        "%(what)s at %(first)s",
        "%(what)s %(count)d times, from %(first)s to %(last)s",
        len(moments),
    )
    return said % {**parts, "count": len(moments)}
