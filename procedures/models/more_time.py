"""More time to answer, where a text gives it: how long, by which text, and why."""

import uuid

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..definition.legal import Delay
from .case import Submission


class MoreTime(models.Model):
    """One extension of the delay, of those that the procedure's texts give; each is used once. Never changed."""

    class Unit(models.TextChoices):
        DAYS = "days", _("days")
        WEEKS = "weeks", _("weeks")
        MONTHS = "months", _("months")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="extensions")
    basis = models.CharField(_("text that gives it"), max_length=300)
    count = models.PositiveIntegerField(_("length"), validators=[MinValueValidator(1)])
    unit = models.CharField(_("unit"), max_length=6, choices=Unit.choices)
    reason = models.TextField(_("why more time is needed"))
    # A day of the town: the legal clock reads it.
    decided_on = models.DateField(_("decided on"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_by_name = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("extension of the delay")
        verbose_name_plural = _("extensions of the delay")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["submission", "basis"], name="more_time_once_by_text")]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def delay(self) -> Delay:
        """How much time it adds."""
        return Delay.model_validate({"count": self.count, "unit": self.unit})
