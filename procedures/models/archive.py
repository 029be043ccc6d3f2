"""The end of life of requests: what holds them, the lists that the archives answer, and what was destroyed under which."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.kit.owed import LEASE, Owed, OwedQuerySet
from town.models import Department

from .case import Submission


class LegalHold(models.Model):
    """Why a request must not be destroyed for now: a lawsuit, an inspection. One at a time; lifted, it stays as a trace."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="holds")
    reason = models.TextField(_("why it is kept"))
    put_at = models.DateTimeField(default=timezone.now)
    put_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    put_by_name = models.CharField(max_length=300)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by_name = models.CharField(max_length=300, blank=True)
    lifted_because = models.TextField(_("why it is lifted"), blank=True)

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["submission"], name="hold_once", condition=models.Q(lifted_at__isnull=True))
        ]

    def __str__(self) -> str:
        return str(self.submission_id)


class ArchiveList(models.Model):
    """Requests of one department whose term is over, put to the archives: to be destroyed, or handed over to them.

    Nothing is destroyed before the archives have answered: a visa for an elimination, a reply for a transfer.
    """

    class Kind(models.TextChoices):
        ELIMINATION = "elimination", _("elimination")
        TRANSFER = "transfer", _("transfer to the archives")

    class State(models.TextChoices):
        MADE = "made", _("waits for the answer of the archives")
        ANSWERED = "answered", _("being carried out")
        DONE = "done", _("carried out")
        CANCELLED = "cancelled", _("given up")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("number"), max_length=20, unique=True)  # "BE-2026-0001", "VE-2026-0001"
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="archive_lists")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.MADE)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    made_by_name = models.CharField(max_length=300)
    # Who answered for the archives, under which reference, on which day.
    answered_by = models.CharField(_("answered by"), max_length=200, blank=True)
    answer_reference = models.CharField(_("reference of the answer"), max_length=100, blank=True)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("list for the archives")
        verbose_name_plural = _("lists for the archives")
        ordering = ["-id"]
        indexes = [models.Index(fields=["department", "-made_at", "-id"], name="archive_list_department")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=("made", "cancelled"))
                | (~models.Q(answered_by="") & ~models.Q(answer_reference="") & models.Q(answered_on__isnull=False)),
                name="archive_list_answered_is_whole",
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_transfer(self) -> bool:
        """Say whether its requests are handed over before they are destroyed here."""
        return self.kind == self.Kind.TRANSFER


class ArchiveItem(models.Model):
    """One request of a list, with what the list says of it: it stays readable once the request is gone."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("destroyed")
        HELD = "held", _("kept: it is held")
        # Opened, decided or written to since the list was made: what was put to the archives is not what it is now.
        AGAIN = "again", _("kept: something happened since")
        # Taken off an elimination because the archives want it: it is handed over to them instead.
        KEPT = "kept", _("kept by the archives")
        LEFT = "left", _("left")

    list = models.ForeignKey(ArchiveList, on_delete=models.PROTECT, related_name="items")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="archive_items")
    ended_on = models.DateField(_("ended on"))
    kept_until = models.DateField(_("kept until"))
    rule = models.CharField(_("archival rule"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    done_at = models.DateTimeField(null=True, blank=True)
    # Its destruction, where it failed: it is tried again later, and holds up no other.
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("request of a list")
        verbose_name_plural = _("requests of lists")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission"], name="archive_item_once", condition=models.Q(state="waiting")
            )
        ]
        indexes = [
            models.Index(fields=["list", "id"], name="archive_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=["submission"], name="archive_kept", condition=models.Q(state="kept")),
        ]

    def __str__(self) -> str:
        return f"{self.list_id} {self.submission_id}"


class ArchivePackage(Owed):
    """What a transfer hands over, as one file: made once by the worker, kept until the archives have replied."""

    task: ClassVar[str] = "exchange.tasks.make_package"
    cluster: ClassVar[str | None] = "bulk"
    FOLDER: ClassVar[str] = "versements"

    list = models.OneToOneField(ArchiveList, on_delete=models.PROTECT, related_name="package")
    # Of the file, once it is made.
    size = models.PositiveBigIntegerField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    # When the reading of the requests began: what happens to them later is not in it.
    begun_at = models.DateTimeField(null=True, blank=True)
    # Why it cannot be made, in words for whoever asked.
    reason = models.CharField(max_length=300, blank=True)
    # When it was first taken, to be handed over: no reply can be about what never left.
    taken_at = models.DateTimeField(null=True, blank=True)

    objects = OwedQuerySet.as_manager()

    class Meta:
        verbose_name = _("package for the archives")
        verbose_name_plural = _("packages for the archives")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="done") | (models.Q(size__isnull=False) & ~models.Q(sha256="")),
                name="package_done_has_file",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"], name="package_due", condition=models.Q(state__in=("queued", "working"))
            )
        ]

    def __str__(self) -> str:
        return str(self.list)

    @property
    def place(self) -> str:
        """Where its bytes are stored. Each try has its own place: what a killed worker left is never handed over."""
        return f"{self.FOLDER}/{self.list.public_id.hex}-{self.attempts}"

    def keep(self) -> bool:
        """Keep the row for a while more; say whether it is still this worker's."""
        mine = type(self).objects.filter(pk=self.pk, state=self.State.WORKING, attempts=self.attempts)
        return bool(mine.update(next_try_at=timezone.now() + LEASE))

    def give_up(self, reason: str) -> None:
        """Note why it cannot be made, in words for whoever asked; it is not tried again by itself."""
        mine = type(self).objects.filter(pk=self.pk, attempts=self.attempts)
        mine.update(state=self.State.FAILED, reason=reason[:300])


class Destruction(models.Model):
    """What was destroyed of a request, and by what right. While it is open, its answers may be emptied: see the guards."""

    guarded: ClassVar[tuple[str, ...]] = ("submission", "kind", "item", "begun_at")

    class Kind(models.TextChoices):
        SENSITIVE = "sensitive", _("sensitive answers")
        WHOLE = "whole", _("the whole request")

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="destructions")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    item = models.OneToOneField(
        ArchiveItem, on_delete=models.PROTECT, null=True, blank=True, related_name="destruction"
    )
    begun_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("destruction")
        verbose_name_plural = _("destructions")
        constraints = [
            models.UniqueConstraint(fields=["submission", "kind"], name="destruction_once"),
            models.CheckConstraint(
                condition=models.Q(kind="sensitive", item__isnull=True) | models.Q(kind="whole", item__isnull=False),
                name="destruction_has_its_list",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.kind}"
