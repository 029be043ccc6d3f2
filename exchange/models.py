"""An export of the desk: what was asked for, how far it is, and the file while it is kept."""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.kit.owed import LEASE, Owed, OwedQuerySet
from procedures.desk.view import View
from town.models import Sector

from .api.models import ApiAnswer, ApiToken, Scope
from .webhooks.models import Webhook, WebhookDelivery

__all__ = ["ApiAnswer", "ApiToken", "Export", "Scope", "Stopped", "Webhook", "WebhookDelivery"]

FOLDER = "exports"


def first_end() -> datetime:
    """Return when an export that was asked for now is forgotten, if it is not made before."""
    return timezone.now() + timedelta(hours=settings.EXPORT_HOURS)


class Stopped(Exception):
    """The export was cancelled meanwhile, or another worker has taken it over."""


class Export(Owed):
    """A view of the desk as a file, for whoever asked for it alone: made once by the worker, removed some hours after."""

    task: ClassVar[str] = "exchange.tasks.make_export"
    cluster: ClassVar[str | None] = "bulk"

    class Format(models.TextChoices):
        XLSX = "xlsx", _("spreadsheet for Excel (XLSX)")
        ODS = "ods", _("spreadsheet for LibreOffice (ODS)")
        CSV = "csv", _("text table (CSV)")
        JSON = "json", _("data for a program (JSON)")
        ZIP = "zip", _("receipts and files, with the table (ZIP)")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exports")
    # The sector in which it was asked for: its file is shown and handed over nowhere else.
    sector = models.ForeignKey(Sector, on_delete=models.CASCADE, related_name="+")
    # Who, which view, which columns, which format, on which day: asked for twice, it is one row.
    fingerprint = models.CharField(max_length=64, unique=True)
    view = models.JSONField()
    format = models.CharField(_("format"), max_length=4, choices=Format.choices)
    identity = models.BooleanField(_("with the identity of the applicants"))
    answers = models.BooleanField(_("with the answers"))
    sensitive = models.BooleanField(_("with the sensitive answers"))
    total = models.PositiveIntegerField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    # Why it cannot be made, in words for whoever asked for it.
    reason = models.CharField(max_length=300, blank=True)
    # Of the file, once it is made.
    name = models.CharField(max_length=80, blank=True)
    size = models.PositiveBigIntegerField(null=True, blank=True)
    # What the file holds requests of, so that the right to hand it over is asked again: see permissions.py.
    scope = models.JSONField(default=dict)
    expires_at = models.DateTimeField(default=first_end)

    objects = OwedQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="done") | (models.Q(size__isnull=False) & ~models.Q(name="")),
                name="export_done_has_file",
            )
        ]
        indexes = [
            models.Index(fields=["by", "sector", "-id"], name="export_mine"),
            models.Index(fields=["expires_at"], name="export_expires"),
            models.Index(
                fields=["next_try_at"], name="export_due", condition=models.Q(state__in=("queued", "working"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.format} {self.public_id}"

    @property
    def key(self) -> str:
        """The key under which the accesses name it."""
        return f"export:{self.public_id}"

    @property
    def place(self) -> str:
        """Where its bytes are stored. Each try has its own place: what a killed worker left is never handed over."""
        return f"{FOLDER}/{self.public_id.hex}-{self.attempts}"

    @property
    def wanted(self) -> View:
        """The view of the list that was asked for."""
        return View.of(self.view)

    @property
    def percent(self) -> int:
        """How far the making is."""
        return min(99, 100 * self.done // self.total) if self.total else 0

    def advance(self, done: int, total: int | None = None) -> None:
        """Note how far this worker is, and keep the row for a while more. Raises Stopped where it is no longer its own."""
        self.done, self.total = done, self.total if total is None else total
        kept = type(self).objects.filter(pk=self.pk, state=self.State.WORKING, attempts=self.attempts)
        if not kept.update(done=done, total=self.total, next_try_at=timezone.now() + LEASE):
            raise Stopped

    def give_up(self, reason: str) -> None:
        """Note why it cannot be made, in words for whoever asked; it is not tried again."""
        self.state, self.reason = self.State.FAILED, reason[:300]
        mine = type(self).objects.filter(pk=self.pk, attempts=self.attempts)
        mine.update(state=self.state, reason=self.reason)
