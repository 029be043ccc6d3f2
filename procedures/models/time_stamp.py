"""The time-stamp of a document: inside its seal, or beside it where the authority did not answer in time."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kit.owed import Owed, OwedQuerySet

from .document import Document


class TimeStamp(Owed):
    """Since when the bytes of a document exist, as an authority says (RFC 3161). A document never waits for it.

    No guard holds these rows: a token that was changed is no longer one, and proves nothing of the document's bytes.
    """

    task: ClassVar[str] = "procedures.tasks.stamp_document"

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="time_stamp", editable=False)
    at = models.DateTimeField(_("time-stamped on"), null=True, blank=True, editable=False)
    authority = models.CharField(_("authority"), max_length=200, blank=True, editable=False)
    # The token over the SHA-256 of the stored file (DER); empty where the stamp is inside the seal.
    token = models.BinaryField(default=bytes, editable=False)

    objects = OwedQuerySet.as_manager()

    class Meta:
        verbose_name = _("time-stamp")
        verbose_name_plural = _("time-stamps")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="done") | (models.Q(at__isnull=False) & ~models.Q(authority="")),
                name="time_stamp_done_says_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"], name="time_stamp_due", condition=models.Q(state__in=("queued", "working"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} {self.at or self.state}"
