"""What was sent for a request for pieces, each time: frozen, as its receipt says it."""

import json
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .case import Submission
from .pieces_request import PiecesRequest


class PiecesSending(models.Model):
    """One sending of pieces: names, sizes and digests of the files, and her words, as canonical bytes with their digest."""

    guarded: ClassVar[str] = "all"
    # But for what is destroyed at its term, as answers are.
    released: ClassVar[tuple[str, str]] = ("procedures_destruction", "submission_id")

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="pieces_sendings")
    # The public id of the request for pieces: that row goes at its term, this one stays, emptied.
    request_key = models.UUIDField()
    number = models.PositiveIntegerField()
    sent_at = models.DateTimeField()
    content = models.TextField()
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("sending of pieces")
        verbose_name_plural = _("sendings of pieces")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["submission", "number"], name="pieces_sending_number")]

    def __str__(self) -> str:
        return f"{self.submission_id} n° {self.number}"

    @property
    def pieces(self) -> list[dict[str, Any]]:
        """What was sent, piece by piece: ``label``, ``files`` (name, size in bytes, SHA-256), ``words``."""
        found: list[dict[str, Any]] = json.loads(self.content or "[]")
        return found

    @classmethod
    def of(cls, request: PiecesRequest) -> "list[PiecesSending]":
        """Return the sendings that answer a request, the latest first."""
        found = cls.objects.filter(submission=request.submission_id, request_key=request.public_id)
        return list(found.select_related("document__stored").order_by("-number"))
