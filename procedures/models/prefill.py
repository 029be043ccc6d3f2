"""Answers prepared for a person before she starts: by a partner of the town, or by a link that the town signed."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .procedure import Procedure

KEPT = timedelta(days=7)


def expiry() -> datetime:
    """Return when answers prepared now are thrown away."""
    return timezone.now() + KEPT


class Partner(models.Model):
    """Who may prepare answers by machine: a social centre, a school's software. Its token is kept as a digest only."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    token_digest = models.CharField(max_length=64, unique=True)
    # Empty: every procedure.
    procedures = models.ManyToManyField(Procedure, blank=True, related_name="+")
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")

    def __str__(self) -> str:
        return self.name


class Prefill(models.Model):
    """Answers waiting for the person who opens their address: once, and for a week."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="prefills")
    answers = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(default=expiry, db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("prepared answers")
        verbose_name_plural = _("prepared answers")

    def __str__(self) -> str:
        return str(self.public_id)
