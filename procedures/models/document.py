"""A PDF that is owed, then made once and stored with its digest."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kit.owed import Owed, OwedQuerySet

from .answers import AnswerSet
from .case import Submission
from .file import StoredFile


class Document(Owed):
    """A receipt of one sending. Rendered once by the worker, never again: the stored bytes are the proof."""

    task: ClassVar[str] = "procedures.tasks.issue_document"

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("receipt")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="documents")
    answer_set = models.ForeignKey(AnswerSet, on_delete=models.PROTECT, related_name="+")
    verification_code = models.CharField(max_length=9)
    stored = models.OneToOneField(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="document")

    objects = OwedQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.UniqueConstraint(fields=["kind", "answer_set"], name="document_once"),
            models.CheckConstraint(
                condition=~models.Q(state="done") | models.Q(stored__isnull=False), name="document_done_is_stored"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"], name="document_due", condition=models.Q(state__in=("queued", "working"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.submission_id}"
