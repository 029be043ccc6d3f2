"""Files and the rows that link them: submitting moves rows, never bytes."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.kit.owed import Owed, OwedQuerySet

# Where a question would be named: the paper on which a request came, scanned by the agent who enters it.
PAPER = "~paper"
# A piece that an agent asked for in her own words.
PIECE = "~piece"


class StoredFile(models.Model):
    """Bytes in the private storage: digest, scan state, key. The name given by the person is kept apart from the key."""

    class Scan(models.TextChoices):
        PENDING = "pending", _("being checked")
        CLEAN = "clean", _("safe")
        SKIPPED = "skipped", _("not checked")
        INFECTED = "infected", _("blocked: suspicious file")
        UNSCANNABLE = "unscannable", _("cannot be checked")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=120, unique=True)
    name = models.CharField(_("name"), max_length=150)
    size = models.PositiveBigIntegerField(_("size"))
    content_type = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64)
    # The digest of what the person sent, where what is kept was made lighter from it.
    original_sha256 = models.CharField(max_length=64, blank=True)
    # A PDF that may ask for a password.
    protected = models.BooleanField(default=False)
    scan = models.CharField(max_length=12, choices=Scan.choices, default=Scan.PENDING)
    created_at = models.DateTimeField(default=timezone.now)
    # The bytes are gone; the row still says what they were.
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes = [
            # What a scanner that was switched on has still to see.
            models.Index(fields=["id"], name="file_not_scanned", condition=models.Q(scan="skipped", destroyed_at=None))
        ]

    def __str__(self) -> str:
        return self.name

    def described(self) -> dict[str, object]:
        """Return what an answer keeps of a file."""
        known: dict[str, object] = {
            "id": str(self.public_id),
            "name": self.name,
            "size": self.size,
            "type": self.content_type,
            "sha256": self.sha256,
        }
        if self.original_sha256:
            known["original"] = self.original_sha256
        if self.protected:
            known["protected"] = True
        return known

    def shown(self) -> dict[str, object]:
        """Return what a page says of a file now: its description, and how it stands."""
        return {**self.described(), "scan": self.scan}


class FileScan(Owed):
    """A file that the scanner has to see. While the scanner does not answer it is tried again, without end."""

    task: ClassVar[str] = "procedures.tasks.scan_file"

    stored = models.OneToOneField(StoredFile, on_delete=models.CASCADE, related_name="scan_owed")

    objects = OwedQuerySet.as_manager()

    class Meta:
        verbose_name = _("check of a file")
        verbose_name_plural = _("checks of files")
        indexes = [
            models.Index(fields=["next_try_at"], name="scan_due", condition=models.Q(state__in=("queued", "working")))
        ]

    def __str__(self) -> str:
        return f"{self.stored_id} {self.state}"


class DraftFile(models.Model):
    """A file joined to a question of a draft."""

    draft = models.ForeignKey("procedures.Draft", on_delete=models.CASCADE, related_name="files")
    field_id = models.CharField(max_length=110)  # "field", or "group-2-field" in a row
    stored = models.OneToOneField(StoredFile, on_delete=models.CASCADE, related_name="draft_link")

    class Meta:
        ordering = ["id"]
        verbose_name = _("file of a draft")
        verbose_name_plural = _("files of drafts")

    def __str__(self) -> str:
        return self.field_id


class AnswerFile(models.Model):
    """A file joined to a question of a request."""

    submission = models.ForeignKey("procedures.Submission", on_delete=models.PROTECT, related_name="files")
    field_id = models.CharField(max_length=110)  # "field", or "group-2-field" in a row
    stored = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="answer_link")
    # The piece that was asked for, where it was sent as an answer to such a request.
    piece = models.ForeignKey(
        "procedures.AskedPiece", on_delete=models.PROTECT, null=True, blank=True, related_name="files"
    )
    # The question's own rule: the bytes go some time after the decision. ``destroy_at`` is known once there is one.
    until_decision = models.BooleanField(default=False)
    destroy_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("file of a request")
        verbose_name_plural = _("files of requests")
        indexes = [
            models.Index(
                fields=["submission"], name="file_to_date", condition=models.Q(until_decision=True, destroy_at=None)
            ),
            models.Index(fields=["destroy_at"], name="file_to_destroy", condition=models.Q(destroy_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.field_id

    @property
    def is_paper(self) -> bool:
        """Say whether it is the paper on which the request came."""
        return self.field_id == PAPER
