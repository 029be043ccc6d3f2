"""The editions of a procedure, such as a school year: dates, number of places, waiting list; one form for all of them."""

from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .procedure import Procedure


class Edition(models.Model):
    """One run of a procedure. Without a quota it takes everyone; with one, whoever comes after it waits, or is told."""

    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="editions")
    # The places left, where they have been counted; None: no limit.
    left: int | None = None

    name = models.CharField(_("name"), max_length=80)  # "2026-2027"
    opens_at = models.DateTimeField(_("opens on"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes on"), null=True, blank=True)
    quota = models.PositiveIntegerField(_("places"), null=True, blank=True)
    waiting_list = models.BooleanField(_("waiting list"), default=False)

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["opens_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["procedure", "name"], name="edition_name"),
            models.CheckConstraint(
                condition=models.Q(opens_at__isnull=True)
                | models.Q(closes_at__isnull=True)
                | models.Q(opens_at__lt=models.F("closes_at")),
                name="edition_opens_before_it_closes",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Say whether it can be filed now."""
        now = timezone.now()
        return self.is_open_between(now, now)

    def is_open_between(self, first: datetime, last: datetime) -> bool:
        """Say whether it could be filed at some moment between two."""
        return (self.opens_at is None or self.opens_at <= last) and (self.closes_at is None or self.closes_at > first)
