"""What a department notes on a request, field by field, as its procedure asks; never shown to its person on the portal."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .case import Submission


class Annotation(models.Model):
    """The values noted, by the id of each field, and by whom last."""

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="annotation")
    values = models.JSONField(default=dict)
    # Grows at each save: a page that was drawn before another save is not written over it.
    revision = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("annotation")
        verbose_name_plural = _("annotations")

    def __str__(self) -> str:
        return str(self.pk)
