"""The definition that is being written: one per procedure, apart from the versions that are published."""

import json

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..definition.document import ProcedureDefinition
from ..definition.upgrade import parse
from .procedure import Procedure, ProcedureVersion


class WorkingCopy(models.Model):
    """Written by ``lifecycle.working_copy.save`` alone, which keeps it readable and canonical."""

    procedure = models.OneToOneField(Procedure, on_delete=models.CASCADE, related_name="working_copy")
    content = models.TextField()  # canonical JSON, as a version's
    revision = models.PositiveIntegerField(_("revision"), default=1)
    # The version it was begun from, if one was published.
    based_on = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    updated_at = models.DateTimeField(_("changed on"), default=timezone.now)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("working copy")
        verbose_name_plural = _("working copies")

    def __str__(self) -> str:
        return f"{self.procedure} r{self.revision}"

    @property
    def definition(self) -> ProcedureDefinition:
        """The parsed definition, lifted to today's format."""
        return parse(json.loads(self.content))
