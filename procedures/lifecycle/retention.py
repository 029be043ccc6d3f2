"""Which requests have reached which age: read in batches, from the term that each one's own version says."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from journal.models import Event

from ..definition.legal import Delay, Fate, Privacy, add_delay
from ..definition.retention import Age, Term, age_of, months_of, sensitive_until, term_of
from ..models import ArchiveItem, LegalHold, ProcedureVersion, Submission
from ..models.case import SubmissionQuerySet

_CHUNK = 500
Versions = dict[int, tuple[ProcedureVersion, int]]
_OVER = {Submission.Status.DECIDED, Submission.Status.CLOSED}


@dataclass(frozen=True)
class Ended:
    """A request that is over: since when, its term, whether it is held, and whether a list waits for it.

    ``wanted``: the archives took it off an elimination to have it handed over to them.
    """

    submission: Submission
    on: date
    term: Term
    held: bool
    listed: bool
    wanted: bool = False

    @property
    def fate(self) -> Fate:
        """What becomes of it: what its procedure says, unless the archives want it."""
        return "keep" if self.wanted else self.term.fate

    def age(self, today: date) -> Age:
        """Return its age ``today``."""
        return age_of(self.term, today)


@dataclass
class Count:
    """How many requests of a procedure are in each age; ``due`` by fate, without what is held or on a list already."""

    procedure: str
    department: str
    active: int = 0
    intermediate: int = 0
    held: int = 0
    listed: int = 0
    due: dict[str, int] = field(default_factory=lambda: {"destroy": 0, "keep": 0, "sort": 0})


def ended_on(submission: Submission) -> date | None:
    """Return the day on which a request last came to its end; None while it is not over."""
    return _days([submission]).get(submission.pk) if submission.is_over else None


def ended(departments: Collection[int] | None = None) -> Iterator[Ended]:
    """Yield every request that is over and still whole, in constant memory; of some departments, or of all."""
    versions = _versions(months_of)
    yield from _ended(_whole(departments).filter(version__in=versions), versions)


def due(departments: Collection[int], fates: Collection[str], today: date) -> Iterator[Ended]:
    """Yield the requests whose term is over, with one of these fates, that nothing holds and no list waits for."""
    for one in among(_versions(months_of), today, _whole(departments)):
        if one.age(today) == "due" and one.fate in fates and not one.held and not one.listed:
            yield one


def sensitive(today: date) -> Iterator[Ended]:
    """Yield the requests whose sensitive answers are past their own term."""
    whole = _whole(None).filter(sensitive_destroyed_at=None)
    for one in among(_versions(lambda privacy: privacy.sensitive_months), today, whole):
        until = sensitive_until(one.on, one.submission.version.definition.privacy)
        if until is not None and today > until and not one.held:
            yield one


def is_due(submission: Submission, today: date) -> bool:
    """Say whether the term of one request is over ``today``, read again from its events."""
    on = ended_on(submission)
    term = term_of(on, submission.version.definition.privacy) if on else None
    return term is not None and age_of(term, today) == "due"


def among(versions: Versions, today: date, whole: SubmissionQuerySet) -> Iterator[Ended]:
    """Yield those of ``whole`` that may have ended so many months ago as their version says: what came later cannot have."""
    by_months: dict[int, list[int]] = {}
    for pk, (_version, months) in versions.items():
        by_months.setdefault(months, []).append(pk)
    wanted = Q(pk__in=[])
    for months, keys in by_months.items():
        # Up to a moment, as the index is ordered; the very day is looked at one by one.
        before = datetime.combine(_since(today, months), time.max, tzinfo=UTC)
        wanted |= Q(version__in=keys, received_at__lte=before)
    yield from _ended(whole.filter(wanted), versions)


def survey(departments: Collection[int] | None = None, today: date | None = None) -> list[Count]:
    """Count the requests in each age, procedure by procedure: what a dry run says, and what the page shows."""
    day, found = today or timezone.localdate(), dict[tuple[str, str], Count]()
    for one in ended(departments):
        names = (one.submission.procedure.title, one.submission.department.name)
        count, age = found.setdefault(names, Count(*names)), one.age(day)
        if age == "active":
            count.active += 1
        elif age == "intermediate":
            count.intermediate += 1
        elif one.held:
            count.held += 1
        elif one.listed:
            count.listed += 1
        else:
            count.due[one.fate] += 1
    return sorted(found.values(), key=lambda one: (one.department, one.procedure))


def _since(today: date, months: int) -> date:
    """Return the latest day from which so many months are over today, a few days more: the test itself is exact."""
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return add_delay(date(year, month + 1, 1), Delay(count=1, unit="months")) + timedelta(days=3)


def _versions(months_of_one: Callable[[Privacy], int | None]) -> Versions:
    # What a version says is parsed once in a process: its bytes are read for that alone.
    used = Submission.objects.over().kept().filter(version=OuterRef("pk"))
    every = ProcedureVersion.objects.filter(Exists(used)).defer("content")
    kept = ((version, months_of_one(version.definition.privacy)) for version in every)
    return {version.pk: (version, months) for version, months in kept if months is not None}


def _whole(departments: Collection[int] | None) -> SubmissionQuerySet:
    found = Submission.objects.over().kept()
    return found if departments is None else found.filter(department__in=departments)


def _ended(found: SubmissionQuerySet, versions: Versions) -> Iterator[Ended]:
    after, light = 0, found.select_related("procedure", "department").defer("search_text", "acknowledgement")
    while chunk := list(light.filter(pk__gt=after).order_by("pk")[:_CHUNK]):
        after = chunk[-1].pk
        keys = [one.pk for one in chunk]
        held = set(LegalHold.objects.filter(submission__in=keys, lifted_at=None).values_list("submission", flat=True))
        items = ArchiveItem.objects.filter(submission__in=keys, state__in=("waiting", "kept"))
        told = set(items.values_list("submission", "state"))
        for one in chunk:
            one.version = versions[one.version_id][0]
        days = _days(chunk)
        for one in chunk:
            term = term_of(days[one.pk], one.version.definition.privacy)
            if term is not None:
                listed, wanted = (one.pk, "waiting") in told, (one.pk, "kept") in told
                yield Ended(one, days[one.pk], term, one.pk in held, listed, wanted)


def _days(chunk: list[Submission]) -> dict[int, date]:
    return {pk: timezone.localdate(moment) for pk, moment in ends(chunk).items()}


def ends(chunk: list[Submission]) -> dict[int, datetime]:
    """Return when each request last came to its end, by its primary key: read from its events, in one query.

    One that is decided, then closed, ended when it was closed; one whose decision was withdrawn, when it was.
    """
    states = {one.key: {s.id: s.status for s in one.version.definition.workflow.states} for one in chunk}
    since: dict[str, datetime | None] = {}
    for event in Event.objects.filter(subject__in=states).order_by("subject", "number"):
        data = event.data
        target = data.get("to") or data.get("state")
        if target:
            since[event.subject] = event.at if states[event.subject].get(target) in _OVER else None
        elif "revokes" in data and since.get(event.subject):
            # A withdrawal that leaves the request in its state: what it says instead may be contested from then on.
            since[event.subject] = event.at
    # One that ended without a move, as an import might: the last day that its row knows.
    return {one.pk: since.get(one.key) or one.closed_at or one.recorded_at for one in chunk}
