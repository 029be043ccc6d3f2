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
    # Which of its kept states it is: undoing goes back, a new change forgets what was ahead.
    position = models.PositiveIntegerField(default=0)
    # How many states are ahead of it, undone and not forgotten yet.
    ahead = models.PositiveIntegerField(default=0)
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


class WorkingState(models.Model):
    """One state of a working copy, kept so that what was done can be undone, and done again, in another session too."""

    copy = models.ForeignKey(WorkingCopy, on_delete=models.CASCADE, related_name="states")
    position = models.PositiveIntegerField()
    content = models.TextField()
    # What led to it, in words; empty for the state that writing began from.
    change = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["copy", "position"], name="working_state_position")]

    def __str__(self) -> str:
        return f"{self.copy_id}.{self.position}"
