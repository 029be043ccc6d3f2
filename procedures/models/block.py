"""The town's own blocks of fields, kept once and copied into the procedures that use them."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class FieldBlock(models.Model):
    """Written by ``lifecycle.blocks.save`` alone, which keeps it readable and canonical."""

    key = models.CharField(_("key"), max_length=48, unique=True)
    name = models.CharField(_("name"), max_length=300)
    content = models.TextField()  # canonical JSON: the list of fields, as they were written
    updated_at = models.DateTimeField(_("changed on"), default=timezone.now)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("block of fields")
        verbose_name_plural = _("blocks of fields")
        ordering = ("key",)

    def __str__(self) -> str:
        return self.name
