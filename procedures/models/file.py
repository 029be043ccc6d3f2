"""Files and the rows that link them: submitting moves rows, never bytes."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class StoredFile(models.Model):
    """Bytes in the private storage: digest, scan state, key. The name given by the person is kept apart from the key."""

    class Scan(models.TextChoices):
        PENDING = "pending", _("being checked")
        CLEAN = "clean", _("safe")
        SKIPPED = "skipped", _("not checked")
        INFECTED = "infected", _("blocked: suspicious file")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=120, unique=True)
    name = models.CharField(_("name"), max_length=150)
    size = models.PositiveBigIntegerField(_("size"))
    content_type = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64)
    scan = models.CharField(max_length=10, choices=Scan.choices, default=Scan.PENDING)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")

    def __str__(self) -> str:
        return self.name

    def described(self) -> dict[str, object]:
        """Return what an answer keeps of a file."""
        return {
            "id": str(self.public_id),
            "name": self.name,
            "size": self.size,
            "type": self.content_type,
            "sha256": self.sha256,
        }


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

    class Meta:
        ordering = ["id"]
        verbose_name = _("file of a request")
        verbose_name_plural = _("files of requests")

    def __str__(self) -> str:
        return self.field_id
