"""Opinions asked of whoever knows better, and what they answered. They inform a decision and never move the legal date."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .case import Submission


class Opinion(models.Model):
    """One opinion: of whom, on what, by when, then what was answered, or that it is no longer waited for."""

    class Sense(models.TextChoices):
        FAVOURABLE = "favourable", _("favourable")
        RESERVED = "reserved", _("favourable with reserves")
        UNFAVOURABLE = "unfavourable", _("unfavourable")
        NONE = "none", _("no opinion either way")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="opinions")
    body = models.CharField(_("whose opinion"), max_length=200)
    question = models.TextField(_("what is asked"), blank=True)
    asked_on = models.DateField(_("asked on"))
    reply_by = models.DateField(_("answer expected by"), null=True, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    asked_by_name = models.CharField(max_length=300)
    sense = models.CharField(_("opinion"), max_length=12, choices=Sense.choices, blank=True)
    words = models.TextField(_("what it says"), blank=True)
    given_on = models.DateField(_("given on"), null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_by_name = models.CharField(max_length=300, blank=True)
    # No longer waited for: the request goes on without it.
    dropped_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sense="", given_on__isnull=True)
                | (~models.Q(sense="") & models.Q(given_on__isnull=False)),
                name="opinion_given_is_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(given_on__isnull=True) | models.Q(given_on__gte=models.F("asked_on")),
                name="opinion_given_after_it_is_asked",
            ),
            models.CheckConstraint(
                condition=models.Q(given_on__isnull=True) | models.Q(dropped_on__isnull=True),
                name="opinion_given_or_dropped",
            ),
        ]

    def __str__(self) -> str:
        return self.body

    @property
    def is_awaited(self) -> bool:
        """Say whether its answer is still waited for."""
        return self.given_on is None and self.dropped_on is None

    @property
    def is_late(self) -> bool:
        """Say whether its answer was expected before today."""
        return self.is_awaited and self.reply_by is not None and self.reply_by < timezone.localdate()
