"""The public figures of each procedure, with the rule by which each is judged; and all of them as a table for a program."""

import csv
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.kit.text import whole
from procedures.models import QualitySnapshot

_A_PAGE = 12
# Below, people could be recognised.
FEWEST = 5
# Below, a mean says nothing.
ENOUGH = 20


@dataclass(frozen=True)
class Judged:
    """A figure in words, and how it stands by its rule: "good", "fair", "poor", or "" where there is none."""

    text: str
    verdict: str = ""

    @property
    def word(self) -> str:
        """The verdict in words: never by colour alone."""
        return {"good": _("good"), "fair": _("to watch"), "poor": _("to improve")}.get(self.verdict, "")


@dataclass(frozen=True)
class Line:
    """One procedure as the page shows it."""

    snapshot: QualitySnapshot
    received: str
    satisfaction: Judged
    clarity: Judged
    delay: Judged
    completion: Judged


def judged(value: int | None, good: int, fair: int, text: str) -> Judged:
    """Judge a percentage by the least that is good and the least that is fair."""
    if value is None:
        return Judged("–")
    return Judged(text, "good" if value >= good else "fair" if value >= fair else "poor")


def line_of(one: QualitySnapshot) -> Line:
    """Put the figures of a procedure into words; small numbers are not told."""
    few = one.received < FEWEST
    enough = one.ratings >= ENOUGH
    late = _("%(percent)d %% by the legal date") % {"percent": one.in_time_percent or 0}
    if one.median_days is not None:
        late += ", " + _("half within %(days)d days") % {"days": one.median_days}
    delay = Judged("–") if few else judged(one.in_time_percent, 90, 75, late)
    if delay.verdict == "good" and one.by_silence:
        delay = Judged(delay.text, "fair")
    sent = min(100, 100 * one.sent // one.begun) if one.begun >= FEWEST else None
    not_enough = Judged(_("fewer than %(count)d answers") % {"count": ENOUGH})
    return Line(
        snapshot=one,
        received=_("fewer than %(count)d") % {"count": FEWEST} if few else str(one.received),
        satisfaction=judged(one.satisfaction, 80, 60, _of_10(one.satisfaction)) if enough else not_enough,
        clarity=judged(one.clarity, 80, 60, _of_10(one.clarity)) if enough else not_enough,
        delay=delay,
        completion=judged(sent, 70, 50, f"{sent} %"),
    )


def _of_10(value: int | None) -> str:
    return "" if value is None else _("%(mean)s of 10") % {"mean": number_format(value / 10, 1)}


@require_safe
def quality(request: HttpRequest) -> HttpResponse:
    """Show the figures of the last month that was taken, some procedures at a time."""
    latest = QualitySnapshot.objects.order_by("-month").values_list("month", flat=True).first()
    start = _A_PAGE * max(0, min(1000, whole(request.GET.get("page", ""), otherwise=1)) - 1)
    found = (
        QualitySnapshot.objects.filter(month=latest or date.min)
        .select_related("procedure")
        .defer("procedure__search_text")
    )
    rows = list(found.order_by("-received", "procedure__title", "pk")[start : start + _A_PAGE + 1])
    number = start // _A_PAGE + 1
    context: dict[str, Any] = {
        "month": latest,
        "lines": [line_of(one) for one in rows[:_A_PAGE]],
        "previous": number - 1 if number > 1 else None,
        "next": number + 1 if len(rows) > _A_PAGE else None,
    }
    return render(request, "pages/quality.html", context)


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Hand over every month as CSV; small numbers are left out."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="statistiques.csv"'
    table = csv.writer(answer, delimiter=";")
    names = ("mois", "demarche", "deposees", "decidees", "delai_median_jours", "dans_le_delai_pourcent")
    table.writerow((*names, "silences", "commencees", "envoyees", "avis", "satisfaction_sur_100", "clarte_sur_100"))
    found = QualitySnapshot.objects.select_related("procedure").defer("procedure__search_text")
    for one in found.order_by("-month", "procedure__slug").iterator(chunk_size=500):
        few, enough = one.received < FEWEST, one.ratings >= ENOUGH
        told = (one.received, one.decided, one.median_days, one.in_time_percent, one.by_silence)
        ways = (one.begun, one.sent) if one.begun >= FEWEST else ("", "")
        means = (one.satisfaction, one.clarity) if enough else ("", "")
        shown = ("",) * 5 if few else told
        cells = (f"{one.month:%Y-%m}", one.procedure.slug, *shown, *ways, one.ratings if enough else "", *means)
        table.writerow("" if cell is None else cell for cell in cells)
    return answer
