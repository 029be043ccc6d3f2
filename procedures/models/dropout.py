"""How far people come in a procedure, and what they say of it, over a period: read from counts, never from drafts."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Avg, Count, Sum
from django.utils import timezone

from .draft import Draft
from .procedure import ProcedureVersion
from .rating import Rating, StepCount


@dataclass(frozen=True)
class Passed:
    """A step: how many drafts passed it, of a hundred that were begun."""

    name: str
    count: int
    percent: int


@dataclass(frozen=True)
class Path:
    """The way through one procedure: begun, each step, sent."""

    title: str
    begun: int
    sent: int
    steps: list[Passed]

    @property
    def sent_percent(self) -> int:
        """Of a hundred that were begun, those that were sent."""
        return min(100, 100 * self.sent // self.begun) if self.begun else 0


@dataclass(frozen=True)
class Opinion:
    """What people answered: how many, and the means, of 100."""

    count: int
    satisfaction: int
    clarity: int | None


def begun(first: date, until: date, procedures: Iterable[int] | None = None) -> Counter[int]:
    """Return how many drafts were begun between two days, by procedure: those that are there, and those that are gone.

    What agents enter at the counter is not counted.
    """
    gone = StepCount.objects.filter(day__gte=first, day__lte=until, step=StepCount.BEGUN).order_by()
    there = Draft.objects.filter(
        created_at__gte=_morning(first), created_at__lt=_morning(until + timedelta(days=1)), entered_by=None
    ).order_by()
    if procedures is not None:
        wanted = list(procedures)
        gone, there = gone.filter(version__procedure__in=wanted), there.filter(procedure__in=wanted)
    counts = Counter(dict(gone.values_list("version__procedure").annotate(n=Sum("count"))))
    counts.update(dict(there.values_list("procedure").annotate(n=Count("pk"))))
    return counts


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def paths(sent_online: Mapping[int, int], first: date) -> list[Path]:
    """Return the way through each of some procedures since a day, in its latest version's order; the most begun first.

    ``sent_online`` gives, for each procedure, how many requests were sent online since.
    """
    counted = StepCount.objects.filter(version__procedure__in=list(sent_online), day__gte=first).order_by()
    found: dict[int, dict[str, int]] = {}
    newest: dict[int, int] = {}
    for procedure, version, step, count in counted.values_list("version__procedure", "version", "step").annotate(
        n=Sum("count")
    ):
        steps = found.setdefault(procedure, {})
        steps[step] = steps.get(step, 0) + count
        newest[procedure] = max(newest.get(procedure, 0), version)
    versions = ProcedureVersion.objects.select_related("procedure").in_bulk(list(newest.values()))
    all_begun = begun(first, timezone.localdate(), found)
    made = []
    for procedure, counts in found.items():
        version = versions[newest[procedure]]
        started, sent = all_begun[procedure], sent_online[procedure]
        names = [(step.id, step.title) for step in version.definition.all_steps]
        passed = [
            Passed(name, counts[key], min(100, 100 * counts[key] // started) if started else 0)
            for key, name in names
            if key in counts
        ]
        made.append(Path(version.procedure.title, started, sent, passed))
    return sorted(made, key=lambda one: (-one.begun, one.title))


def opinions(first: date, until: date, procedures: Iterable[int] | None = None) -> dict[int, Opinion]:
    """Return what people answered between two days, by procedure."""
    given = Rating.objects.filter(given_on__gte=first, given_on__lte=until).order_by()
    if procedures is not None:
        given = given.filter(procedure__in=list(procedures))
    rows = given.values_list("procedure").annotate(n=Count("pk"), score=Avg("score"), clear=Avg("clear"))
    return {key: Opinion(n, _of_100(score) or 0, _of_100(clear)) for key, n, score, clear in rows}


def _of_100(mean: float | None) -> int | None:
    """Return a mean of one to five as one of 0 to 100."""
    return None if mean is None else round((float(mean) - 1) * 25)
