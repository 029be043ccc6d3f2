"""What a login may do in a department: a closed role, between two dates, with the authority to sign."""

import uuid
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from town.models import Department

from .absence import Absence

if TYPE_CHECKING:
    from .user import User


class Role(models.TextChoices):
    AGENT = "agent", _("agent")
    HEAD = "head", _("head of department")
    SIGNATORY = "signatory", _("signatory")
    PROCEDURE_ADMIN = "procedure_admin", _("procedure administrator")
    TOWN_ADMIN = "town_admin", _("town administrator")
    AUDITOR = "auditor", _("auditor")


# Those who work on requests.
DESK_ROLES = (Role.AGENT, Role.HEAD, Role.SIGNATORY, Role.AUDITOR)
# What a stand-in may do meanwhile. A delegation to sign is given to one person by name (CGCT L2122-18, L2122-19): it is
# never lent; nor is administration.
LENT_ROLES = (Role.AGENT, Role.HEAD)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_force(self, day: date | None = None) -> "MembershipQuerySet":
        """Return the memberships that hold on ``day`` (today by default)."""
        day = day or timezone.localdate()
        return self.filter(models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=day), starts_on__lte=day)

    def not_over(self) -> "MembershipQuerySet":
        """Return the memberships that hold today or will."""
        return self.filter(models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=timezone.localdate()))

    def held_by(self, user: "User") -> "MembershipQuerySet":
        """Return what a login holds today: its own memberships, and what colleagues who are away have lent it."""
        away = Absence.objects.in_force().filter(stand_in=user)
        lent = models.Q(user__in=away.values("user"), user__is_active=True, role__in=LENT_ROLES)
        return self.in_force().filter(models.Q(user=user) | lent).order_by("pk")


class Membership(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    title = models.CharField(_("title"), max_length=120)  # "adjointe à l’état civil": printed on decisions (L212-1)
    # By what right a signatory signs: "Maire", or the reference and date of the delegation.
    authority = models.CharField(_("delegation"), max_length=200, blank=True)
    starts_on = models.DateField(_("from"), default=timezone.localdate)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    # Public ids of the only procedures it is for; empty: all those of the department.
    procedures = models.JSONField(_("procedures"), default=list, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["user", "department", "role"], name="membership_once"),
            models.CheckConstraint(
                condition=~models.Q(role="signatory") | ~models.Q(authority=""), name="signatory_has_delegation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.get_role_display()} – {self.department}"

    def covers(self, procedure: uuid.UUID | None) -> bool:
        """Say whether it holds for a procedure; None asks about the department alone."""
        return procedure is None or not self.procedures or str(procedure) in self.procedures
