"""Who may become an agent: invited by e-mail to a department, for a time."""

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from town.models import Department

from .membership import Role

_DAYS = 30
# How long an invitation that has served, or can no longer, is kept.
KEPT = timedelta(days=90)


def expiry() -> datetime:
    """Return when an invitation made now ends."""
    return timezone.now() + timedelta(days=_DAYS)


def digest_of(token: str) -> str:
    """Return what is kept of the token of a link: whoever reads the database opens nothing with it."""
    return hashlib.sha256(token.encode()).hexdigest()


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def pending(self) -> "InvitationQuerySet":
        """Return the invitations that were neither used nor cancelled; some may have expired."""
        return self.filter(used_at=None, cancelled_at=None)

    def open_for(self, email: str) -> "InvitationQuerySet":
        """Return the invitations that an address can still use."""
        return self.pending().filter(email=email.strip().lower(), expires_at__gt=timezone.now())

    def outlived(self) -> "InvitationQuerySet":
        """Return the invitations that served, were cancelled or expired long ago."""
        before = timezone.now() - KEPT
        return self.filter(
            models.Q(used_at__lt=before) | models.Q(cancelled_at__lt=before) | models.Q(expires_at__lt=before)
        )


class Invitation(models.Model):
    """The promise of one membership; used once, by whoever holds the address: the link it got or ProConnect proves it."""

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
    cancelled_at = models.DateTimeField(null=True, blank=True)
    token_digest = models.CharField(max_length=64, blank=True, editable=False)
    # As in the membership it promises.
    procedures = models.JSONField(_("procedures"), default=list, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        indexes = [
            models.Index(fields=["email"], name="invitation_email"),
            models.Index(fields=["token_digest"], name="invitation_token"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["email", "department", "role"],
                condition=models.Q(used_at__isnull=True, cancelled_at__isnull=True),
                name="invitation_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(role="signatory") | ~models.Q(authority=""), name="invited_signatory_has_delegation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} – {self.get_role_display()} – {self.department}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the address in lower case: it is compared."""
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def is_open(self) -> bool:
        """Say whether it can still be used."""
        return self.used_at is None and self.cancelled_at is None and self.expires_at > timezone.now()
