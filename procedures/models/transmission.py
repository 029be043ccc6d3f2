"""A request sent on to the authority that is competent (CRPA L114-2): to whom, why, when it left and when it arrived."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .case import Submission


class SentOn(models.Model):
    """One sending on. Its days are the town's: the legal clock reads them."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="sent_on")
    authority = models.CharField(_("authority"), max_length=200)
    address = models.TextField(_("address"))
    reason = models.TextField(_("why it is competent"))
    sent_on = models.DateField(_("sent on"))
    received_on = models.DateField(_("received by the authority on"), null=True, blank=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    sent_by_name = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("sending on")
        verbose_name_plural = _("sendings on")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(received_on__isnull=True) | models.Q(received_on__gte=models.F("sent_on")),
                name="sent_on_before_it_arrives",
            )
        ]

    def __str__(self) -> str:
        return self.authority
