"""A person's own papers, kept with her consent to be joined again to later requests."""

import uuid
from collections.abc import Collection
from datetime import date

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person

from .file import StoredFile


class SafePaperQuerySet(models.QuerySet["SafePaper"]):
    def usable(self, day: date, states: Collection[str]) -> "SafePaperQuerySet":
        """Return the papers that may be joined on a day: not expired, there, and checked as ``states`` ask."""
        return self.filter(
            models.Q(expires_on__isnull=True) | models.Q(expires_on__gte=day),
            stored__scan__in=states,
            stored__destroyed_at__isnull=True,
        ).select_related("stored")


class SafePaper(models.Model):
    """One paper, under the name that its person gave it. Joined to a request, its bytes are copied: both live apart."""

    class Kind(models.TextChoices):
        IDENTITY = "identity", _("identity")
        ADDRESS = "address", _("proof of address")
        FAMILY = "family", _("family record book, civil status")
        INCOME = "income", _("income, taxes")
        BANK = "bank", _("bank details")
        CERTIFICATE = "certificate", _("school or insurance certificate")
        OTHER = "other", _("other paper")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="papers")
    stored = models.OneToOneField(StoredFile, on_delete=models.CASCADE, related_name="safe_link")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=150)
    expires_on = models.DateField(_("valid until"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # When its person was told that it expires soon; emptied with a new date.
    reminded_at = models.DateTimeField(null=True, blank=True)

    objects = SafePaperQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "name", "id"]
        verbose_name = _("kept paper")
        verbose_name_plural = _("kept papers")
        indexes = [
            models.Index(fields=["expires_on"], name="paper_expires", condition=models.Q(expires_on__isnull=False))
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_expired(self) -> bool:
        """Say whether its date is past."""
        return self.expires_on is not None and self.expires_on < timezone.localdate()
