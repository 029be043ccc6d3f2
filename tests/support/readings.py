"""Accesses written as if they had happened some day ago, and what the watch made of them."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import User
from journal.models import AccessLog
from procedures.models import UnusualReading
from procedures.models.reading import day_of

PARIS = ZoneInfo("Europe/Paris")
# Small enough to be reached by a few rows.
USUAL = {"many": 6, "person": 3, "night": 2, "outside": 2}


def last_day() -> date:
    """Return the last day but one: it is over, whatever the hour of the test."""
    return day_of(timezone.now()) - timedelta(days=2)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Return an hour of a day in the town."""
    return datetime.combine(day, time(hour, minute), PARIS)


def keys(count: int) -> list[str]:
    """Return the keys of requests that are nowhere."""
    return [f"submission:{uuid4()}" for _n in range(count)]


def read(user: User, subjects: Iterable[str], when: datetime, role: str = "agent", action: str = "read") -> None:
    """Write that someone opened requests."""
    AccessLog.objects.bulk_create(
        AccessLog(at=when, actor=user.key, role=role, action=action, subject=subject) for subject in subjects
    )


def found() -> list[tuple[str, str, int]]:
    """Return what was noticed, in order."""
    rows = UnusualReading.objects.order_by("pk")
    return [(row.kind, row.actor, row.count) for row in rows]
