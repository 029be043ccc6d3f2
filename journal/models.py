"""What happened and cannot be unsaid: the chained events of each subject, and who looked at what."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# PostgreSQL: one writer of events at a time, held to the end of its transaction, so that ids follow the commit order.
_APPEND_LOCK = 7_405_131_415


class EventQuerySet(models.QuerySet["Event"]):
    def of(self, subject: str) -> "EventQuerySet":
        """Return the events of one subject, in order."""
        return self.filter(subject=subject).order_by("number")


class Event(models.Model):
    """One fact about one subject. ``body`` holds the canonical bytes that ``digest`` covers: ids and codes, no words."""

    guarded: ClassVar[str] = "all"

    subject = models.CharField(
        max_length=80
    )  # "submission:<uuid>", "version:<uuid>": a public key, never a foreign key
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    actor = models.CharField(max_length=60, blank=True)  # an opaque id
    role = models.CharField(max_length=20, blank=True)
    body = models.TextField()
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [models.UniqueConstraint(fields=["subject", "number"], name="event_subject_number")]

    def __str__(self) -> str:
        return f"{self.subject} {self.number} {self.kind}"

    @property
    def data(self) -> dict[str, Any]:
        """The event's own data."""
        data: dict[str, Any] = json.loads(self.body)["data"]
        return data


def hold() -> None:
    """Keep other writers of events waiting until this transaction ends; on SQLite there is one writer already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_APPEND_LOCK])


def append(
    subject: str,
    kind: str,
    *,
    actor: str = "",
    role: str = "",
    data: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Event:
    """Add an event at the end of its subject's chain, in the caller's transaction."""
    hold()
    last = Event.objects.filter(subject=subject).order_by("-number").first()
    number, previous = (last.number + 1, last.digest) if last else (1, "")
    moment = at or timezone.now()
    body = canonical_body(subject, number, kind, moment, actor, role, dict(data or {}))
    return Event.objects.create(
        subject=subject,
        number=number,
        kind=kind,
        at=moment,
        actor=actor,
        role=role,
        body=body,
        previous=previous,
        digest=digest_of(previous, body),
    )


def canonical_body(
    subject: str, number: int, kind: str, at: datetime, actor: str, role: str, data: dict[str, Any]
) -> str:
    """Return the one spelling of an event whose bytes are hashed."""
    content = {
        "subject": subject,
        "number": number,
        "kind": kind,
        "at": at.isoformat(),
        "actor": actor,
        "role": role,
        "data": data,
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(previous: str, body: str) -> str:
    """Return the SHA-256 that chains ``body`` to the event before it."""
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()


def fault_of(event: Event, position: int, previous: str) -> str:
    """Say what is wrong with an event that should be the ``position``-th of its chain; empty where nothing is."""
    if event.number != position:
        return f"event {position} is missing"
    if event.previous != previous or event.digest != digest_of(previous, event.body):
        return f"event {event.number} does not match its digest"
    body = json.loads(event.body)
    columns = json.loads(
        canonical_body(event.subject, event.number, event.kind, event.at, event.actor, event.role, body["data"])
    )
    if columns | {"at": ""} != body | {"at": ""} or datetime.fromisoformat(body["at"]) != event.at:
        return f"the columns of event {event.number} do not match its body"
    return ""


def verify(subject: str) -> list[str]:
    """Recompute the chain of a subject; return its faults in words, none when it holds."""
    faults, previous = [], ""
    for position, event in enumerate(Event.objects.of(subject), 1):
        fault = fault_of(event, position, previous)
        if fault:
            faults.append(fault)
        if event.number != position:
            break
        previous = event.digest
    return faults


def first_fault() -> tuple[int, str]:
    """Recompute every chain, in constant memory; return how many events hold, and the first fault with its subject."""
    subject, position, previous, count = "", 0, "", 0
    for event in Event.objects.order_by("subject", "number").iterator(chunk_size=2000):
        if event.subject != subject:
            subject, position, previous = event.subject, 0, ""
        position += 1
        fault = fault_of(event, position, previous)
        if fault:
            return count, f"{subject}: {fault}"
        previous = event.digest
        count += 1
    return count, ""


def holds(subject: str, number: int, digest: str) -> bool:
    """Say whether a subject's chain is whole and still has, as its event ``number``, the one of this digest."""
    kept = Event.objects.of(subject).filter(number=number, digest=digest).exists()
    return kept and not verify(subject)


def events_after(cursor: int, limit: int = 500) -> list[Event]:
    """Return the events after ``cursor`` (an event id) in commit order: the seam where later systems listen."""
    return list(Event.objects.filter(pk__gt=cursor).order_by("pk")[:limit])


class AccessLog(models.Model):
    """Who read, exported or configured what; kept 12 months (RGPD-10)."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.CharField(max_length=60)
    role = models.CharField(max_length=20, blank=True)
    # The department that the actor worked for then, by its name: what the person concerned is told instead of hers.
    service = models.CharField(max_length=120, blank=True)
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)

    class Meta:
        verbose_name = _("access")
        verbose_name_plural = _("accesses")
        indexes = [
            models.Index(fields=["subject", "-at"], name="access_subject"),
            models.Index(fields=["actor", "-at"], name="access_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject}"


def record_access(action: str, subject: str, *, actor: str, role: str = "", service: str = "") -> None:
    """Write down that someone looked at, exported or changed the settings of something."""
    AccessLog.objects.create(actor=actor, role=role, service=service, action=action, subject=subject)
