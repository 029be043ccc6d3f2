"""Answers that the department asks to correct: which, what is wrong with each, until when (CRPA L114-6)."""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .answers import AnswerSet
from .case import Submission


class CorrectionRequest(models.Model):
    """One request for corrections. It never touches the legal clock: only pieces that a text requires do (L114-5)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="correction_requests")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_by_name = models.CharField(max_length=300)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_on = models.DateField(_("asked on"))
    deadline = models.DateField(_("deadline"))
    # What is typed and not sent yet, as a browser sends it, by input: it outlives whatever the department does meanwhile.
    pending = models.JSONField(default=dict)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    # What the answer sent: none where the person only wrote that her answers are right.
    answer_set = models.OneToOneField(
        AnswerSet, on_delete=models.PROTECT, null=True, blank=True, related_name="correction"
    )
    # The department went on without waiting, or asked again.
    closed_on = models.DateField(_("no longer asked since"), null=True, blank=True)

    class Meta:
        verbose_name = _("request for corrections")
        verbose_name_plural = _("requests for corrections")
        ordering = ["id"]
        indexes = [models.Index(fields=["asked_on"], name="correction_asked")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(deadline__gte=models.F("asked_on")), name="correction_deadline_after"
            )
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def is_open(self) -> bool:
        """Say whether an answer is still awaited."""
        return self.answered_at is None and self.closed_on is None

    def is_late(self, today: date) -> bool:
        """Say whether the time given is over."""
        return today > self.deadline


class AskedCorrection(models.Model):
    """One answer that is to be looked at again, and why."""

    request = models.ForeignKey(CorrectionRequest, on_delete=models.CASCADE, related_name="items")
    field_id = models.CharField(max_length=48)
    label = models.CharField(max_length=300)
    reason = models.TextField(_("what is wrong"))

    class Meta:
        verbose_name = _("correction asked for")
        verbose_name_plural = _("corrections asked for")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["request", "field_id"], name="correction_once")]

    def __str__(self) -> str:
        return f"{self.request_id} {self.field_id}"
