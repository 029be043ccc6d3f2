"""What a person asks once silence has decided: the attestation of an acceptance (L232-3), the reasons of a refusal (L232-4)."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .case import Submission


class SilenceRequest(models.Model):
    """Asked once for a request. The reasons are owed within a month; the attestation, once an agent has confirmed."""

    class Kind(models.TextChoices):
        ATTESTATION = "attestation", _("attestation of an acceptance by silence")
        REASONS = "reasons", _("reasons of a refusal by silence")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="silence_requests")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    asked_at = models.DateTimeField(default=timezone.now)
    due_on = models.DateField(_("owed by"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    law_grounds = models.TextField(_("reasons of law"), blank=True)
    fact_grounds = models.TextField(_("reasons of fact"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Copied: what was said must not follow a later change of the directory.
    author_name = models.CharField(max_length=260, blank=True)
    author_title = models.CharField(max_length=120, blank=True)
    author_service = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name = _("request after silence")
        verbose_name_plural = _("requests after silence")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "kind"], name="silence_request_once"),
            models.CheckConstraint(
                condition=~models.Q(kind="reasons") | models.Q(due_on__isnull=False), name="silence_reasons_have_a_term"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on"], name="silence_reasons_due", condition=models.Q(kind="reasons", answered_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.kind}"
