"""Handing a request to another department of the same legal entity: it becomes responsible, and the person is told.

Nothing of it touches the legal date: the town got the request, whichever of its departments answers (CRPA L114-2 is for
another authority). The new department is named to the person (R112-5).
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from journal import models as journal
from town.models import Department

from .. import permissions
from ..models import CaseAccess, Facet, Submission
from . import colleagues, label, note, notify
from .grounds import MissingWords
from .transition import StaleAction, locked

ROUTED = "routed"
# The department that hands a request on may go on reading it for a while, never for ever.
LONGEST_READING = timedelta(days=183)


@dataclass(frozen=True)
class Route:
    """To which department, why (for colleagues only), and until when the first one goes on reading it; None: not at all."""

    department: Department
    why: str
    read_until: date | None = None


def places_for(submission: Submission) -> list[Department]:
    """Return the departments that may be given a request: the others of its legal entity, by name."""
    others = Department.objects.filter(entity=submission.department.entity_id).exclude(pk=submission.department_id)
    return list(others.select_related("sector").order_by("name"))


def check(submission: Submission, route: Route, today: date) -> None:
    """Refuse a department where nobody would treat it, no reason, or a day that cannot be; MissingWords names the question."""
    if not route.why.strip():
        raise MissingWords("why", _("Say to your colleagues why you hand it to them."))
    if not colleagues.treated_in(submission.procedure, route.department):
        raise MissingWords(
            "department", _("Nobody treats this procedure in that department: the request would be lost.")
        )
    if route.read_until is not None and not today <= route.read_until <= today + LONGEST_READING:
        raise MissingWords("read_until", _("Choose a day from today on, within six months."))


@transaction.atomic
def hand_over(submission: Submission, route: Route, *, by: Actor, seen: int) -> Submission:
    """Hand a request to another department; ``seen`` is the key of the one that was responsible on the page.

    Raises PermissionDenied, MissingWords, and StaleAction where it is over or elsewhere already; then nothing is written.
    """
    current = locked(submission.reference)
    if not permissions.may_handle(by, current):
        raise PermissionDenied
    if current.is_over or current.department_id != seen or route.department not in places_for(current):
        raise StaleAction(current)
    check(current, route, timezone.localdate())
    before = current.department
    kept = note.write(current, route.why, by=by)
    data: dict[str, Any] = {"before": before.slug, "after": route.department.slug, "note": str(kept.public_id)}
    data |= permissions.behalf(by, current, "agent")
    # Labels are the words of one department; colleagues who were asked to look may not open it any more.
    marked = [one.label for one in current.label_marks.select_related("label")]
    current.label_marks.all().delete()
    label.drop_unused(marked)
    current.department, current.assigned_to = route.department, None
    current.save(update_fields=["department", "assigned_to"])
    Facet.objects.filter(submission=current).update(department=route.department)
    current.accesses.filter(department=route.department).delete()
    if route.read_until is not None:
        end = timezone.make_aware(datetime.combine(route.read_until + timedelta(days=1), time.min))
        reason = _("It was handed to %(name)s") % {"name": route.department.name}
        CaseAccess.objects.create(submission=current, department=before, reason=reason[:200], until=end)
    event = journal.append(current.key, ROUTED, actor=by.key, role="agent", data=data)
    notify.citizen(
        current,
        ROUTED,
        key=f"{ROUTED}:{event.pk}:{current.public_id}",
        subject=_("Another department follows your request"),
        sentence=f"Votre demande est maintenant suivie par : {route.department.name}. La date à laquelle nous devons "
        "vous répondre ne change pas.",
    )
    return current
