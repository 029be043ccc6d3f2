"""What agents were told of a legal date: one row for each thing said, never said twice."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .case import Submission


class LegalNotice(models.Model):
    """A warning about one legal date of one request. A date that moves is another date: it is warned of again."""

    class Kind(models.TextChoices):
        DAYS_30 = "days_30", _("30 days before")
        DAYS_15 = "days_15", _("15 days before")
        DAYS_5 = "days_5", _("5 days before")
        SPOKEN = "spoken", _("silence has produced its effect")
        UNCONFIRMED = "unconfirmed", _("not confirmed by an agent")
        REASONS = "reasons", _("reasons asked for")
        REASONS_5 = "reasons_5", _("reasons owed within 5 days")

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="legal_notices")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    due_on = models.DateField(_("legal date"))
    created_at = models.DateTimeField(default=timezone.now)
    # The run of the job that wrote it: what it has written is what it tells.
    run = models.UUIDField(null=True, blank=True, editable=False, db_index=True)

    class Meta:
        verbose_name = _("warning about a legal date")
        verbose_name_plural = _("warnings about legal dates")
        constraints = [models.UniqueConstraint(fields=["submission", "due_on", "kind"], name="legal_notice_once")]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.kind} {self.due_on}"
