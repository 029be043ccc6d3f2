"""A PDF that is owed, then made once and stored with its digest."""

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from journal.anchors import Anchor
from portal.kit.owed import Owed, OwedQuerySet

from .answers import AnswerSet
from .case import Submission
from .decision import Decision
from .file import StoredFile
from .pieces_sending import PiecesSending


class SealCertificate(models.Model):
    """A certificate that has sealed documents, kept for as long as they may be shown: it says by whom (PDF-03)."""

    guarded: ClassVar[tuple[str, ...]] = ("fingerprint", "der", "name", "not_before", "not_after")

    fingerprint = models.CharField(max_length=64, unique=True)  # SHA-256 of ``der``
    der = models.BinaryField()
    name = models.CharField(_("name"), max_length=200)
    not_before = models.DateTimeField(_("valid from"))
    not_after = models.DateTimeField(_("valid until"))
    first_used_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("certificate of the seal")
        verbose_name_plural = _("certificates of the seal")

    def __str__(self) -> str:
        return self.name


class Document(Owed):
    """A receipt, a signed decision, an attestation. Rendered once by the worker: its bytes are the proof."""

    task: ClassVar[str] = "procedures.tasks.issue_document"
    guarded: ClassVar[tuple[str, ...]] = (
        "kind",
        "submission",
        "answer_set",
        "decision",
        "pieces",
        "verification_code",
        "anchor_number",
        "anchor_digest",
    )

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("receipt")
        DECISION = "decision", _("decision")
        ATTESTATION = "attestation", _("attestation of an acceptance by silence")
        PIECES = "pieces", _("receipt of pieces")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="documents")
    answer_set = models.ForeignKey(AnswerSet, on_delete=models.PROTECT, related_name="+")
    decision = models.OneToOneField(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="document", editable=False
    )
    pieces = models.OneToOneField(
        PiecesSending, on_delete=models.PROTECT, null=True, blank=True, related_name="document", editable=False
    )
    verification_code = models.CharField(max_length=9)
    # The last event of the request's chain when it was filed, as the receipt prints it; none on those issued before.
    anchor_number = models.PositiveIntegerField(null=True, blank=True, editable=False)
    anchor_digest = models.CharField(max_length=64, blank=True, editable=False)
    stored = models.OneToOneField(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="document")

    # When the person was told that her request is registered, because this receipt was late (R112-11-2).
    registered_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The signs that the documents' font lacks, printed by their number: "U+1F419 U+1F980".
    lacking = models.CharField(max_length=300, blank=True, editable=False)
    # Who sealed the stored bytes; nobody where the town has no seal.
    seal = models.ForeignKey(
        SealCertificate, on_delete=models.PROTECT, null=True, blank=True, related_name="documents", editable=False
    )

    objects = OwedQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.UniqueConstraint(fields=["answer_set"], name="document_once", condition=models.Q(kind="receipt")),
            models.UniqueConstraint(
                fields=["submission"], name="attestation_once", condition=models.Q(kind="attestation")
            ),
            models.CheckConstraint(
                condition=models.Q(kind="decision", decision__isnull=False)
                | (~models.Q(kind="decision") & models.Q(decision__isnull=True)),
                name="document_is_of_a_decision",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="pieces", pieces__isnull=False)
                | (~models.Q(kind="pieces") & models.Q(pieces__isnull=True)),
                name="document_is_of_pieces",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done") | models.Q(stored__isnull=False), name="document_done_is_stored"
            ),
            models.CheckConstraint(
                condition=models.Q(anchor_number__isnull=True, anchor_digest="")
                | (models.Q(anchor_number__isnull=False) & ~models.Q(anchor_digest="")),
                name="document_anchor_is_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                name="document_late",
                condition=models.Q(kind="receipt", stored__isnull=True, registered_at__isnull=True),
            ),
            models.Index(
                fields=["next_try_at"], name="document_due", condition=models.Q(state__in=("queued", "working"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.submission_id}"

    @property
    def sent_at(self) -> datetime:
        """When the town got what a receipt is about, the request or a later sending; when a decision or attestation was given."""
        if self.decision is not None and self.decision.signed_at is not None:
            return self.decision.signed_at
        if self.pieces is not None:
            return self.pieces.sent_at
        if self.kind == self.Kind.ATTESTATION:
            return self.created_at
        return self.answer_set.created_at if self.answer_set.number > 1 else self.submission.received_at

    @classmethod
    def journal_anchors(cls) -> Iterator[Anchor]:
        """Yield what receipts say of the journal: it must stay true (see journal/anchors.py)."""
        kept = cls._default_manager.filter(anchor_number__isnull=False).order_by("pk")
        for key, number, digest in kept.values_list("submission__public_id", "anchor_number", "anchor_digest").iterator(
            chunk_size=2000
        ):
            yield Anchor(f"submission:{key}", number, digest)

    @property
    def anchor(self) -> Anchor | None:
        """What this receipt says of the journal; None for one issued before receipts said it."""
        if self.anchor_number is None:
            return None
        return Anchor(self.submission.key, self.anchor_number, self.anchor_digest)
