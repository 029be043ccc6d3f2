"""Unusual reading: who opened more requests in a day than her work explains; rows that auditors look into."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from journal.models import AccessLog

# What shows a request to whoever does it.
READINGS = ("read", "download", "export")
# A day goes from six to six, in the town's time, so that a night is within one.
_MORNING, _EVENING = time(6), time(22)


def morning(day: date) -> datetime:
    """Return when a day of reading begins."""
    return datetime.combine(day, _MORNING, timezone.get_default_timezone())


def evening(day: date) -> datetime:
    """Return when its night begins; it ends with the day."""
    return datetime.combine(day, _EVENING, timezone.get_default_timezone())


def day_of(moment: datetime) -> date:
    """Return the day of reading that a moment belongs to: before six, the one before."""
    local = timezone.localtime(moment, timezone.get_default_timezone())
    return local.date() if local.time() >= _MORNING else local.date() - timedelta(days=1)


def readings(begin: datetime, end: datetime) -> models.QuerySet[AccessLog]:
    """Return what shows that logins opened requests, between two moments."""
    return AccessLog.objects.filter(
        action__in=READINGS, actor__startswith="user:", subject__startswith="submission:", at__gte=begin, at__lt=end
    )


class UnusualReadingQuerySet(models.QuerySet["UnusualReading"]):
    def by(self, users: Iterable[User]) -> "UnusualReadingQuerySet":
        """Return what these logins did, the most recent first."""
        return self.filter(actor__in=[user.key for user in users]).order_by("-day", "-pk")


class UnusualReading(models.Model):
    """What one login did in one day, beyond what is usual: a question to ask, not an accusation."""

    class Kind(models.TextChoices):
        MANY = "many", _("many requests in one day")
        PERSON = "person", _("many requests of one same person")
        NIGHT = "night", _("requests at night")
        OUTSIDE = "outside", _("requests of other departments")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    day = models.DateField()
    actor = models.CharField(max_length=60)  # an opaque id, as in the accesses
    count = models.PositiveIntegerField()  # requests, each once
    # The keys of the requests of the one person; elsewhere the accesses are told by their moment or their role.
    subjects = models.JSONField(default=list)
    # The first of them, so that two persons in one day are two rows.
    about = models.CharField(max_length=80, blank=True)
    found_at = models.DateTimeField(default=timezone.now)
    looked_at = models.DateTimeField(null=True, blank=True)
    looked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    explanation = models.TextField(blank=True)

    objects = UnusualReadingQuerySet.as_manager()

    class Meta:
        verbose_name = _("unusual reading")
        verbose_name_plural = _("unusual readings")
        indexes = [models.Index(fields=["actor", "-day", "-id"], name="reading_actor")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "day", "actor", "about"], name="reading_once"),
            models.CheckConstraint(
                condition=models.Q(looked_at__isnull=True, looked_by__isnull=True, explanation="")
                | (models.Q(looked_at__isnull=False, looked_by__isnull=False) & ~models.Q(explanation="")),
                name="reading_looked_at_is_explained",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"

    @property
    def key(self) -> str:
        """The public key under which the journal names it."""
        return f"reading:{self.public_id}"

    @property
    def accesses(self) -> models.QuerySet[AccessLog]:
        """The very accesses that it is about, while they are kept."""
        begin = evening(self.day) if self.kind == self.Kind.NIGHT else morning(self.day)
        found = readings(begin, morning(self.day + timedelta(days=1))).filter(actor=self.actor)
        if self.kind == self.Kind.OUTSIDE:
            return found.filter(role="")
        return found.filter(subject__in=self.subjects) if self.kind == self.Kind.PERSON else found


class ReadingWatch(models.Model):
    """Up to which day the accesses were examined: one row."""

    through = models.DateField()

    class Meta:
        verbose_name = verbose_name_plural = _("watch over the accesses")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="reading_watch_is_one")]

    def __str__(self) -> str:
        return str(self.through)
