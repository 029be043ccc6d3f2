"""Watching who reads: each day of accesses is examined once it is over; auditors are told, and say what they found.

What was examined is remembered by day, not by the clock: after an outage, the days that were missed come first.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Membership, Role, User
from accounts.permissions import Actor, may_audit, watched_logins
from journal.models import append
from journal.tasks import KEPT
from messaging.outbox import deliver
from portal.kit.text import fold
from town import models as town

from ..models import ReadingWatch, Submission, UnusualReading
from ..models.reading import day_of, evening, morning, readings

Kind = UnusualReading.Kind
# A day is examined this long after it ended: what was being written then has been.
_SETTLED = timedelta(hours=1)
# Days that hold accesses, in one run of the sweep.
_DAYS_AT_ONCE = 31
_CASES_AT_ONCE = 500


class Found(NamedTuple):
    """The requests that one login opened in one day, where they are too many."""

    kind: Kind
    actor: str
    subjects: set[str]


def examine() -> int:
    """Examine the days that are over and were not yet, the oldest first; return how many unusual readings they hold."""
    last, found = day_of(timezone.now() - _SETTLED) - timedelta(days=1), 0
    for _day in range(_DAYS_AT_ONCE):
        if ReadingWatch.objects.filter(through__gte=last).exists():
            break
        found += _examine_next(last)
    return found


@transaction.atomic
def _examine_next(last: date) -> int:
    """Examine the next day that holds accesses, up to ``last``, and remember it; return how many rows it made."""
    ReadingWatch.objects.get_or_create(pk=1, defaults={"through": date(2000, 1, 1)})
    # Two workers wait for each other here: the second finds the day done.
    watch = ReadingWatch.objects.select_for_update().get(pk=1)
    begin, end = morning(watch.through + timedelta(days=1)), morning(last + timedelta(days=1))
    first = readings(begin, end).order_by("at").values_list("at", flat=True).first()
    watch.through = max(watch.through, last if first is None else day_of(first))
    watch.save()
    if first is None:
        return 0
    rows = [
        UnusualReading(
            kind=one.kind,
            day=watch.through,
            actor=one.actor,
            count=len(one.subjects),
            about=min(one.subjects) if one.kind == Kind.PERSON else "",
            subjects=sorted(one.subjects) if one.kind == Kind.PERSON else [],
        )
        for one in _unusual(watch.through)
    ]
    UnusualReading.objects.bulk_create(rows)
    _tell({row.actor for row in rows})
    return len(rows)


def _unusual(day: date) -> Iterator[Found]:
    """Yield what stands out in a day of accesses, in constant memory but for the requests opened that day."""
    most = settings.UNUSUAL_READING
    night = evening(day)
    opened: dict[tuple[Kind, str], set[str]] = defaultdict(set)
    singly: dict[str, set[str]] = defaultdict(set)
    rows = readings(morning(day), morning(day + timedelta(days=1)))
    wanted = rows.values_list("actor", "action", "subject", "role", "at")
    for actor, action, subject, role, at in wanted.iterator(chunk_size=2000):
        opened[Kind.MANY, actor].add(subject)
        if action != "export":
            singly[actor].add(subject)
        if at >= night:
            opened[Kind.NIGHT, actor].add(subject)
        # No role over it: it was opened by the access that her department was given to this one request.
        if not role:
            opened[Kind.OUTSIDE, actor].add(subject)
    for (kind, actor), subjects in opened.items():
        if len(subjects) > most[kind]:
            yield Found(kind, actor, subjects)
        if kind == Kind.MANY and len(subjects) > most[Kind.PERSON]:
            # A large export holds many persons who asked often: it is told once, not once for each of them.
            among = subjects if len(subjects) <= most[kind] else singly[actor]
            for same in _by_person(among):
                if len(same) > most[Kind.PERSON]:
                    yield Found(Kind.PERSON, actor, same)


def _by_person(subjects: Collection[str]) -> Iterator[set[str]]:
    """Group requests by their person; without an account, by the name and the address that she gave."""
    groups: dict[object, set[str]] = defaultdict(set)
    every = sorted(subjects)
    for start in range(0, len(every), _CASES_AT_ONCE):
        rows = Submission.objects.named(every[start : start + _CASES_AT_ONCE]).values_list(
            "public_id", "person", "applicant__display_name", "applicant__email"
        )
        for key, person, name, email in rows:
            groups[person or (fold(name or ""), (email or "").lower())].add(f"submission:{key}")
    yield from groups.values()


def _tell(actors: Collection[str]) -> None:
    """Owe a mail to each auditor who watches one of them: once a day, without a name and without what was found."""
    held = Membership.objects.in_force().filter(role=Role.AUDITOR)
    for auditor in User.objects.filter(pk__in=held.values("user"), is_active=True).select_related("person"):
        if not auditor.email or not _watches(auditor, actors):
            continue
        with translation.override("fr"):
            link = settings.PUBLIC_URL + reverse("desk:accesses")
            body = render_to_string("mail/unusual_reading.txt", {"link": link, "town": town.current()})
            subject = _("Accesses to look into")
        deliver(
            key=f"unusual_reading:{timezone.localdate()}:{auditor.public_id}",
            purpose="unusual_reading",
            address=auditor.email,
            subject=subject,
            body=body,
            person=getattr(auditor, "person", None),
        )


def _watches(auditor: User, actors: Collection[str]) -> bool:
    """Say whether an auditor watches one of these logins, in whichever sector she works."""
    for sector in Actor(user=auditor).sectors:
        there = Actor(user=auditor, chosen_sector=sector.pk)
        if any(user.key in actors for user in watched_logins(there)):
            return True
    return False


@transaction.atomic
def explain(reading: UnusualReading, explanation: str, *, by: Actor) -> bool:
    """Note what an auditor found; False where a colleague had said it already, whose words stay.

    Raises PermissionDenied for whoever does not watch that login: her own least of all.
    """
    if not may_audit(by) or reading.actor not in {user.key for user in watched_logins(by)}:
        raise PermissionDenied
    noted = UnusualReading.objects.filter(pk=reading.pk, looked_at=None).update(
        looked_at=timezone.now(), looked_by=by.user, explanation=explanation
    )
    if noted:
        append(reading.key, "explained", actor=by.key, role=Role.AUDITOR, data={"kind": reading.kind})
    return bool(noted)


def purge(limit: int = 200) -> int:
    """Remove what is older than the accesses it is about, which are kept a year (RGPD-10); return how many."""
    old = UnusualReading.objects.filter(day__lt=timezone.localdate() - KEPT).order_by("day")
    return UnusualReading.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()[0]
