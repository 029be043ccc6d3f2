"""When an agent is away, and who stands in for her."""

from datetime import date

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def in_force(self, day: date | None = None) -> "AbsenceQuerySet":
        """Return the absences that hold on ``day`` (today by default)."""
        day = day or timezone.localdate()
        return self.filter(starts_on__lte=day, ends_on__gte=day)

    def to_come(self, day: date | None = None) -> "AbsenceQuerySet":
        """Return the absences that are not over, the nearest first."""
        return self.filter(ends_on__gte=day or timezone.localdate()).order_by("starts_on", "pk")

    def overlapping(self, starts_on: date, ends_on: date) -> "AbsenceQuerySet":
        """Return the absences that share a day with this span."""
        return self.filter(starts_on__lte=ends_on, ends_on__gte=starts_on)


class Absence(models.Model):
    """Some days away. The stand-in holds meanwhile what an agent or a head may do, never the right to sign."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="absences")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    stand_in = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="stands_in"
    )

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        indexes = [models.Index(fields=["stand_in", "ends_on"], name="absence_stand_in")]
        constraints = [
            models.CheckConstraint(condition=models.Q(starts_on__lte=models.F("ends_on")), name="absence_in_order"),
            models.CheckConstraint(
                condition=models.Q(stand_in__isnull=True) | ~models.Q(stand_in=models.F("user")),
                name="absence_stand_in_is_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.starts_on} – {self.ends_on}"
