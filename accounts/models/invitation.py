"""Who may become an agent: invited by e-mail to a department, for a time."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from town.models import Department

from .membership import Role

_DAYS = 30


def expiry() -> datetime:
    """Return when an invitation made now ends."""
    return timezone.now() + timedelta(days=_DAYS)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open_for(self, email: str) -> "InvitationQuerySet":
        """Return the invitations that an address can still use."""
        return self.filter(email=email.strip().lower(), used_at=None, expires_at__gt=timezone.now())


class Invitation(models.Model):
    """The promise of one membership; used once, by whoever ProConnect says holds the address."""

    email = models.EmailField(_("e-mail"))  # in lower case
    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    title = models.CharField(_("title"), max_length=120)
    authority = models.CharField(_("delegation"), max_length=200, blank=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="invitations_made"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("until"), default=expiry)
    used_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        indexes = [models.Index(fields=["email"], name="invitation_email")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(role="signatory") | ~models.Q(authority=""), name="invited_signatory_has_delegation"
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} – {self.get_role_display()} – {self.department}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the address in lower case: it is compared."""
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)  # type: ignore[arg-type]
