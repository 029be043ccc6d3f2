"""The figures of a department: volumes, delays, what silence decided, what was asked again, over a period that one chooses."""

from dataclasses import dataclass
from math import ceil

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import actor_of

from .. import permissions
from ..models import dropout, figures
from .access import desk_only, page
from .words import short_day

# What the address says → the days of the period.
PERIODS = {"30-jours": 30, "90-jours": 90, "12-mois": 365}
_USUAL = "90-jours"
_WIDTH, _HEIGHT, _FOOT = 1200, 220, 26
_LABELS = 7


@dataclass(frozen=True)
class Bar:
    """Two bars of the drawing, side by side, in its own units."""

    x: float
    width: float
    received_y: float
    received_height: float
    decided_x: float
    decided_y: float
    decided_height: float
    label: str
    span: figures.Span


def bars(spans: list[figures.Span]) -> list[Bar]:
    """Place the bars of each week or month; a label for one in so many, so that none covers another."""
    most = max((max(span.received, span.decided) for span in spans), default=0) or 1
    step, every = _WIDTH / max(1, len(spans)), max(1, ceil(len(spans) / _LABELS))
    width, made = round(step * 0.38, 1), []
    for place, span in enumerate(spans):
        heights = [round((_HEIGHT - _FOOT) * count / most, 1) for count in (span.received, span.decided)]
        x = round(place * step + step * 0.08, 1)
        made.append(
            Bar(
                x=x,
                width=width,
                received_y=round(_HEIGHT - _FOOT - heights[0], 1),
                received_height=heights[0],
                decided_x=round(x + width + 1, 1),
                decided_y=round(_HEIGHT - _FOOT - heights[1], 1),
                decided_height=heights[1],
                label=short_day(span.first, span.first) if place % every == 0 else "",
                span=span,
            )
        )
    return made


def periods(here: str) -> list[tuple[str, str, bool]]:
    """Return the periods that are offered: (what the address says, its name, whether it is this one)."""
    names = {"30-jours": _("30 days"), "90-jours": _("90 days"), "12-mois": _("12 months")}
    return [(slug, names[slug], slug == here) for slug in PERIODS]


@require_safe
@desk_only
def statistics(request: HttpRequest) -> HttpResponse:
    """Show the figures of the requests that one may see, over a period."""
    actor = actor_of(request)
    slug = request.GET.get("periode", "")
    slug = slug if slug in PERIODS else _USUAL
    rows, spans = figures.by_procedure(permissions.visible_submissions(actor), figures.Period.of(PERIODS[slug]))
    keys = [row.key for row in rows]
    period = figures.Period.of(PERIODS[slug])
    said = dropout.opinions(period.first, period.today, keys)
    asked = sorted(
        ((count, label, row.title) for row in rows for label, count in row.corrected.items()),
        key=lambda one: (-one[0], one[2], one[1]),
    )
    context = {
        "rows": [(row, said.get(row.key)) for row in rows],
        "paths": dropout.paths({row.key: row.online for row in rows}, period.first),
        "bars": bars(spans),
        "periods": periods(slug),
        "monthly": PERIODS[slug] > 100,
        "asked": asked[:10],
        "width": _WIDTH,
        "height": _HEIGHT,
        "line": _HEIGHT - _FOOT,
        "text_y": _HEIGHT - 6,
    }
    return page(request, "desk/statistics.html", context, section="statistics")
