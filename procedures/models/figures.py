"""What is counted of requests over a period: volumes, delays, what silence decided, what was asked again.

Everything is read through the requests that are given, by an index on a day: what it costs follows the period, not the town.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import ceil
from statistics import median

from django.db.models import Count, Q
from django.utils import timezone

from .case import Submission, SubmissionQuerySet
from .correction import AskedCorrection
from .decision import Decision


@dataclass
class Figures:
    """One procedure over a period; delays in days from reception to signature, in the order of their length."""

    title: str
    key: int = 0
    received: int = 0
    online: int = 0
    delays: list[int] = field(default_factory=list)
    # Of the decisions that had a legal date: all of them, and those signed by that day.
    dated: int = 0
    in_time: int = 0
    by_silence: int = 0
    corrected: Counter[str] = field(default_factory=Counter)

    @property
    def decided(self) -> int:
        """How many decisions were signed."""
        return len(self.delays)

    @property
    def median_days(self) -> int | None:
        """The days that half of them took at most."""
        return round(median(self.delays)) if self.delays else None

    @property
    def nine_in_ten(self) -> int | None:
        """The days that nine in ten took at most."""
        return self.delays[ceil(0.9 * len(self.delays)) - 1] if self.delays else None

    @property
    def in_time_percent(self) -> int | None:
        """Of a hundred decisions with a legal date, those signed by that day; rounded down: a hundred means all."""
        return 100 * self.in_time // self.dated if self.dated else None

    @property
    def online_percent(self) -> int | None:
        """Of a hundred requests received, those filed online."""
        return 100 * self.online // self.received if self.received else None


@dataclass(frozen=True)
class Span:
    """A part of the period: how many requests came in, how many decisions were signed."""

    first: date
    received: int
    decided: int


@dataclass(frozen=True)
class Period:
    """Some days up to today, in the town's time zone."""

    days: int
    first: date
    today: date

    @classmethod
    def of(cls, days: int) -> "Period":
        """Return the last ``days`` days, today included."""
        today = timezone.localdate()
        return cls(days, today - timedelta(days=days - 1), today)

    @property
    def since(self) -> datetime:
        """Return the first moment of it."""
        return timezone.make_aware(datetime.combine(self.first, time.min))

    @property
    def end(self) -> datetime:
        """Return the moment at which its last day ends."""
        return timezone.make_aware(datetime.combine(self.first + timedelta(days=self.days), time.min))


def by_procedure(among: SubmissionQuerySet, period: Period) -> tuple[list[Figures], list[Span]]:
    """Return the figures of each procedure that something happened to, and the weeks or months of the period.

    The most received first.
    """
    found: dict[int, Figures] = {}
    moments: list[date] = []
    came = among.filter(received_at__gte=period.since).order_by()
    counted = came.values_list("procedure", "procedure__title").annotate(
        all=Count("pk"), online=Count("pk", filter=Q(channel=Submission.Channel.ONLINE))
    )
    for key, title, every, online in counted:
        found[key] = Figures(title, key, every, online)
    signed = Decision.objects.filter(
        signed_at__gte=period.since, signed_at__lt=period.end, basis="", submission__in=among.order_by().values("pk")
    )
    wanted = ("submission__procedure", "submission__procedure__title", "submission__received_at", "signed_at")
    for key, title, received_at, signed_at, due_on in signed.values_list(*wanted, "submission__due_on").iterator():
        one = found.setdefault(key, Figures(title, key))
        day = timezone.localdate(signed_at)
        one.delays.append(max(0, (day - timezone.localdate(received_at)).days))
        one.dated += due_on is not None
        one.in_time += due_on is not None and day <= due_on
        moments.append(day)
    for one in found.values():
        one.delays.sort()
    spoken = among.filter(outcome_by=Submission.OutcomeBy.SILENCE, due_on__gte=period.first, due_on__lt=period.today)
    for key, title, count in spoken.order_by().values_list("procedure", "procedure__title").annotate(n=Count("pk")):
        found.setdefault(key, Figures(title, key)).by_silence = count
    asked = AskedCorrection.objects.filter(
        request__asked_on__gte=period.first, request__submission__in=among.order_by().values("pk")
    ).order_by()
    pairs = asked.values_list("request__submission__procedure", "request__submission__procedure__title", "label")
    for key, title, label, count in pairs.annotate(n=Count("pk")):
        found.setdefault(key, Figures(title, key)).corrected[label] += count
    spans = _spans(came, moments, period)
    return sorted(found.values(), key=lambda one: (-one.received, one.title)), spans


def _spans(came: SubmissionQuerySet, decided: Sequence[date], period: Period) -> list[Span]:
    """Count what came and what was decided by week; by month where the period is long."""

    def start(day: date) -> date:
        return day.replace(day=1) if period.days > 100 else day - timedelta(days=day.weekday())

    counts: dict[date, list[int]] = {}
    # A week without anything is shown too.
    for past in range(period.days):
        counts[start(period.first + timedelta(days=past))] = [0, 0]
    for received_at in came.values_list("received_at", flat=True).iterator():
        counts[start(timezone.localdate(received_at))][0] += 1
    for one in decided:
        counts[start(one)][1] += 1
    return [Span(first, *pair) for first, pair in sorted(counts.items())]
