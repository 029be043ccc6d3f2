"""How each signed decision reaches the person: by the portal or by post, and what is known of its arrival (CRPA-33)."""

from datetime import date

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..definition.notified import Notified, Sent, notified
from .decision import Decision
from .file import StoredFile


class Notification(models.Model):
    """The notification of one decision. Its days are the town's; when it was first read is on the decision."""

    class Way(models.TextChoices):
        PORTAL = "portal", _("by the portal")
        POST = "post", _("by post")

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="notification")
    way = models.CharField(_("way"), max_length=6, choices=Way.choices)
    # A text wants a registered letter; by the portal, she expressly chose it instead (L112-15).
    registered = models.BooleanField(_("registered"), default=False)
    posted_on = models.DateField(_("posted on"), null=True, blank=True)
    letter_number = models.CharField(_("number of the registered letter"), max_length=40, blank=True)
    received_on = models.DateField(_("received on"), null=True, blank=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    noted_by_name = models.CharField(max_length=300, blank=True)
    # The letter as it was signed by hand, beside the text that the portal keeps (L212-1).
    scan = models.OneToOneField(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="notification_link"
    )

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(way="post")
                | models.Q(posted_on__isnull=True, received_on__isnull=True, letter_number="", scan__isnull=True),
                name="notification_posted_is_by_post",
            ),
            models.CheckConstraint(
                condition=models.Q(received_on__isnull=True)
                | models.Q(posted_on__isnull=False, received_on__gte=models.F("posted_on")),
                name="notification_received_after_posted",
            ),
        ]
        indexes = [
            models.Index(
                fields=["decision"], name="notification_to_post", condition=models.Q(way="post", posted_on=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.decision_id} {self.way}"

    @property
    def by_post(self) -> bool:
        """Say whether it goes by post."""
        return self.way == self.Way.POST

    @property
    def is_settled(self) -> bool:
        """Say whether nothing is left to note: it goes by the portal, or its return receipt came."""
        return not self.by_post or self.received_on is not None

    def standing(self, today: date | None = None) -> Notified:
        """Return when the decision is notified, as it stands today."""
        taken = self.decision
        assert taken.signed_at is not None, "only a signed decision is notified"  # noqa: S101
        sent = Sent(
            way="post" if self.by_post else "portal",
            available_on=timezone.localdate(taken.signed_at),
            registered=self.registered,
            read_on=timezone.localdate(taken.first_read_at) if taken.first_read_at else None,
            posted_on=self.posted_on,
            received_on=self.received_on,
        )
        return notified(sent, today or timezone.localdate())
