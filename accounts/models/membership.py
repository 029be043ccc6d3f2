"""What a login may do in a department: a closed role, between two dates, with the authority to sign."""

from datetime import date

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from town.models import Department


class Role(models.TextChoices):
    AGENT = "agent", _("agent")
    HEAD = "head", _("head of department")
    SIGNATORY = "signatory", _("signatory")
    PROCEDURE_ADMIN = "procedure_admin", _("procedure administrator")
    TOWN_ADMIN = "town_admin", _("town administrator")
    AUDITOR = "auditor", _("auditor")


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_force(self, day: date | None = None) -> "MembershipQuerySet":
        """Return the memberships that hold on ``day`` (today by default)."""
        day = day or timezone.localdate()
        return self.filter(models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=day), starts_on__lte=day)


class Membership(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    title = models.CharField(_("title"), max_length=120)  # "adjointe à l’état civil": printed on decisions (L212-1)
    # By what right a signatory signs: "Maire", or the reference and date of the delegation.
    authority = models.CharField(_("delegation"), max_length=200, blank=True)
    starts_on = models.DateField(_("from"), default=timezone.localdate)
    ends_on = models.DateField(_("until"), null=True, blank=True)

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
