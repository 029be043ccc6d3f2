"""Pieces that the department asks for: which, why each is indispensable, by which text, until when (CRPA L114-5)."""

import uuid
from collections.abc import Iterator
from datetime import date

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .case import Submission
from .file import StoredFile


class PiecesRequest(models.Model):
    """One request for pieces. Its days are the town's: the legal clock reads them."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="pieces_requests")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_by_name = models.CharField(max_length=300)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_on = models.DateField(_("asked on"))
    deadline = models.DateField(_("deadline"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    # The department stopped waiting for what had not come.
    waived_on = models.DateField(_("no longer asked since"), null=True, blank=True)

    class Meta:
        verbose_name = _("request for pieces")
        verbose_name_plural = _("requests for pieces")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(deadline__gte=models.F("asked_on")), name="pieces_deadline_after")
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def missing(self) -> "list[AskedPiece]":
        """What has not come."""
        return [item for item in self.items.all() if item.arrived_on is None]

    @property
    def touches_clock(self) -> bool:
        """Say whether a text requires one of the pieces: only then the legal delay is touched."""
        return any(item.legal_text for item in self.items.all())

    def is_late(self, today: date) -> bool:
        """Say whether the time given is over."""
        return today > self.deadline


class AskedPiece(models.Model):
    """One piece that is asked for, and how it was answered."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    request = models.ForeignKey(PiecesRequest, on_delete=models.CASCADE, related_name="items")
    # The question of the version that it belongs to; empty where the agent named it in her own words.
    field_id = models.CharField(max_length=48, blank=True)
    label = models.CharField(max_length=300)
    reason = models.TextField(_("why it is indispensable"))
    legal_text = models.CharField(_("text that requires it"), max_length=300, blank=True)
    # Why she does not have it, in her words: read by the department once it is sent.
    words = models.TextField(blank=True)
    arrived_on = models.DateField(_("arrived on"), null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("piece asked for")
        verbose_name_plural = _("pieces asked for")
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def path(self) -> str:
        """The name of its input on the page."""
        return f"piece_{self.public_id.hex}"

    def shown(self) -> Iterator[dict[str, object]]:
        """Return what a page says of the files that wait to be sent."""
        return (link.stored.shown() for link in self.waiting.all())


class PieceFile(models.Model):
    """A file chosen for a piece and not sent yet; sending makes it a file of the request."""

    piece = models.ForeignKey(AskedPiece, on_delete=models.CASCADE, related_name="waiting")
    stored = models.OneToOneField(StoredFile, on_delete=models.CASCADE, related_name="piece_link")

    class Meta:
        ordering = ["id"]
        verbose_name = _("file chosen for a piece")
        verbose_name_plural = _("files chosen for a piece")

    def __str__(self) -> str:
        return str(self.pk)
