"""Where other programs want to be told, and each thing that is told: a row, tried until it arrives."""

import secrets
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.kit.owed import Owed, OwedQuerySet
from town.models import Sector


def new_secret() -> str:
    """Return what the signatures of one webhook are made with."""
    return secrets.token_urlsafe(32)


class Webhook(models.Model):
    """An address that is told of what happens to the requests that one account sees, in one sector."""

    # After as many failures in a row, it is told no more until someone looks.
    MOST_FAILURES = 50

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("program"), max_length=100)
    url = models.URLField(_("address"), max_length=500)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhooks")
    sector = models.ForeignKey(Sector, on_delete=models.CASCADE, related_name="+")
    # The kinds of event that it is told; none: all.
    kinds = models.JSONField(default=list, blank=True)
    # Signatures need it on both sides: it is shown to administrators, and kept.
    secret = models.CharField(max_length=64, default=new_secret, editable=False)
    # The last event that was looked at for it.
    cursor = models.PositiveBigIntegerField(default=0, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    paused_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("program that is told")
        verbose_name_plural = _("programs that are told")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(Owed):
    """One event told to one address: once, unless it is asked for again."""

    task: ClassVar[str] = "exchange.tasks.tell_program"
    cluster: ClassVar[str | None] = "bulk"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.PositiveBigIntegerField()
    # What is sent, byte for byte: ids and codes, nothing of a person.
    body = models.TextField()
    answer = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = OwedQuerySet.as_manager()

    class Meta:
        verbose_name = _("event told to a program")
        verbose_name_plural = _("events told to programs")
        constraints = [models.UniqueConstraint(fields=["webhook", "event"], name="webhook_event_once")]
        indexes = [
            models.Index(
                fields=["next_try_at"], name="webhook_due", condition=models.Q(state__in=("queued", "working"))
            ),
            models.Index(fields=["webhook", "-id"], name="webhook_journal"),
            models.Index(fields=["created_at"], name="webhook_age"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
