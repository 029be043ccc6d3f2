"""What is owed is a row: a state, attempts and the next try. A queue only wakes the worker; the row is the truth."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_q.tasks import async_task

MAX_ATTEMPTS = 12
LEASE = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=1)
_LONGEST_BACKOFF = timedelta(days=1)


def _due(now: datetime) -> models.Q:
    """Say which rows are due: their time has come, or is further away than any wait, for the clock was moved back since."""
    return models.Q(state__in=("queued", "working")) & (
        models.Q(next_try_at__lte=now) | models.Q(next_try_at__gt=now + _LONGEST_BACKOFF + LEASE)
    )


class OwedQuerySet(models.QuerySet[Any]):
    def due(self) -> Self:
        """Return what should be tried now: never begun, failed and due again, or begun by a worker that died."""
        return self.filter(_due(timezone.now()))


class Owed(models.Model):
    """A thing to do once. ``task`` is the dotted path of the function that does it, given the key."""

    task: ClassVar[str]
    # Which workers do it: "bulk" for what takes minutes, so that receipts and mails never wait behind it.
    cluster: ClassVar[str | None] = None

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        WORKING = "working", _("in progress")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next try"), default=timezone.now)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    done_at = models.DateTimeField(_("done on"), null=True, blank=True)

    class Meta:
        abstract = True

    def wake(self) -> None:
        """Queue a task in the caller's transaction: it exists if and only if this row does."""
        async_task(self.task, self.pk, cluster=self.cluster)

    @classmethod
    def claim(cls, pk: int) -> Self | None:
        """Take the row for a while, or None when it is done, not due, or another worker has it."""
        manager = cls._default_manager
        now = timezone.now()
        with transaction.atomic():
            taken = manager.filter(_due(now), pk=pk).update(
                state=cls.State.WORKING, attempts=models.F("attempts") + 1, next_try_at=now + LEASE
            )
        return manager.get(pk=pk) if taken else None

    def succeed(self) -> None:
        """Note that it is done."""
        self.state, self.done_at, self.last_error = self.State.DONE, timezone.now(), ""
        self.save(update_fields=["state", "done_at", "last_error"])

    def fail(self, error: BaseException) -> None:
        """Note why it failed and when to try again: 1, 2, 4… minutes, one day at most; then it stays failed."""
        self.last_error = f"{type(error).__name__}: {error}"[:300]
        wait = timedelta(minutes=min(2 ** (self.attempts - 1), _LONGEST_BACKOFF // timedelta(minutes=1)))
        self.state = self.State.FAILED if self.attempts >= MAX_ATTEMPTS else self.State.QUEUED
        self.next_try_at = timezone.now() + wait
        self.save(update_fields=["state", "last_error", "next_try_at"])

    def wait(self, error: BaseException) -> None:
        """Note what it waits for, and is not its own fault: tried again, an hour later at most, without end."""
        self.fail(error)
        self.state = self.State.QUEUED
        self.next_try_at = min(self.next_try_at, timezone.now() + LONGEST_WAIT)
        self.save(update_fields=["state", "next_try_at"])


def sweep(model: type[Owed], limit: int = 200) -> int:
    """Wake the worker for every due row that the queue may have lost; return how many."""
    # A fresh row has its own task on the way: leave it a minute.
    due = model._default_manager.filter(_due(timezone.now() - timedelta(seconds=45))).order_by("next_try_at")[:limit]
    count = 0
    for row in due:
        row.wake()
        count += 1
    return count
