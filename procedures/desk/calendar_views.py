"""A view of the list as a month: each request on its legal date, or on a date that the procedure asks for."""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import Actor, actor_of

from ..models import Facet, Procedure, Submission
from . import facets, found, selection
from .access import desk_only, page
from .view import View

# A day names that many, and says how many more there are; a month reads that many at most.
_A_DAY = 6
_A_MONTH = 300


@dataclass
class Day:
    """One day of the month: what falls on it, and how many more do."""

    day: date
    is_today: bool
    rows: list[Submission] = field(default_factory=list)
    more: int = 0

    @property
    def column(self) -> int:
        """Its place in the week, Monday first."""
        return self.day.isoweekday()


def month_of(text: str, today: date) -> date:
    """Return the first day of the month that an address names ("2026-12"); this month for anything else."""
    try:
        year, month = text.split("-")
        wanted = date(int(year), int(month), 1)
    except ValueError:
        return today.replace(day=1)
    return wanted if abs(wanted.year - today.year) <= 50 else today.replace(day=1)


@require_safe
@desk_only
def calendar(request: HttpRequest) -> HttpResponse:
    """Show the requests of a view by day, over one month."""
    actor, view, today = actor_of(request), View.read(request.GET), timezone.localdate()
    first = month_of(request.GET.get("mois", ""), today)
    last = first.replace(day=monthrange(first.year, first.month)[1])
    procedure = found.shown_procedure(view)
    definition = found.definition_of(procedure)
    known = facets.filterable(definition) if definition else {}
    dates = {key: one.name for key, (one, kind) in known.items() if kind == "day"}
    chosen = request.GET.get("par", "")
    chosen = chosen if chosen in dates else ""
    days = {
        first + timedelta(days=past): Day(first + timedelta(days=past), first + timedelta(days=past) == today)
        for past in range((last - first).days + 1)
    }
    pairs = _placed(actor, view, procedure, chosen, first, last)
    for day, submission in pairs[:_A_MONTH]:
        if len(days[day].rows) < _A_DAY:
            days[day].rows.append(submission)
        else:
            days[day].more += 1
    context = {
        "view": view,
        "title": selection.title(view, []),
        "days": list(days.values()),
        "month": date_format(first, "F Y"),
        "here": f"{first:%Y-%m}",
        "previous": f"{first - timedelta(days=1):%Y-%m}",
        "next": f"{last + timedelta(days=1):%Y-%m}",
        "by": [("", _("the legal date"), not chosen), *((key, name, key == chosen) for key, name in dates.items())],
        "chosen": chosen,
        "too_many": len(pairs) > _A_MONTH,
        "empty": not pairs,
    }
    return page(request, "desk/calendar.html", context, section="list")


def _placed(
    actor: Actor, view: View, procedure: Procedure | None, chosen: str, first: date, last: date
) -> list[tuple[date, Submission]]:
    """Return each request with the day on which it is shown, in order; one more than are shown, where there are more."""
    selected = found.selected(actor, view, procedure=procedure)
    if chosen and procedure is not None:
        held: QuerySet[Facet] = Facet.objects.filter(
            procedure=procedure, field_id=chosen, day__gte=first, day__lte=last, submission__in=selected.order_by()
        )
        rows = held.order_by("day", "submission").values_list("submission", "day")[: _A_MONTH + 1]
        days = dict(rows)
        loaded = Submission.objects.filter(pk__in=days).for_list().in_bulk()
        return [(day, loaded[key]) for key, day in days.items() if day is not None and key in loaded]
    due = selected.filter(due_on__gte=first, due_on__lte=last).for_list().order_by("due_on", "pk")
    return [(one.due_on, one) for one in due[: _A_MONTH + 1] if one.due_on is not None]
