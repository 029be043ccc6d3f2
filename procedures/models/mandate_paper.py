"""The signed paper that proves a mandate."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Mandate

from .file import StoredFile


class MandatePaper(models.Model):
    """What the person signed, or a judge decided: seen by whoever checks it."""

    mandate = models.OneToOneField(Mandate, on_delete=models.PROTECT, related_name="paper")
    stored = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="mandate_link")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("paper of a mandate")
        verbose_name_plural = _("papers of mandates")

    def __str__(self) -> str:
        return str(self.mandate)
