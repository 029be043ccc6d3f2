"""A file on its way, sent in pieces: what has arrived so far, kept apart from the files that are accepted."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .draft import Draft
from .file import StoredFile

PARTIAL = "partial"  # the folder of the pieces, in the private storage


class PartialUpload(models.Model):
    """One file that a script sends piece by piece. ``upload`` is the browser's own name for it: it sends it again."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="uploads")
    upload = models.UUIDField()
    field_id = models.CharField(max_length=110)
    name = models.CharField(max_length=150)
    total = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    # Where each piece begins: it is kept under that number.
    pieces = models.JSONField(default=list)
    # How it ended, so that the last piece sent twice gets the same answer.
    done_at = models.DateTimeField(null=True, blank=True)
    refusal = models.TextField(blank=True)
    stored = models.ForeignKey(StoredFile, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    touched_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("file on its way")
        verbose_name_plural = _("files on their way")
        constraints = [models.UniqueConstraint(fields=["draft", "upload"], name="upload_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.received}/{self.total}"

    def key(self, start: int) -> str:
        """Return where a piece is kept."""
        return f"{PARTIAL}/{self.public_id.hex}-{start}"
