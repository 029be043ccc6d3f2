"""What was sent, never changed: a correction adds a set."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class AnswerSet(models.Model):
    """One sending: answers keyed by field id, as canonical JSON whose bytes the digest covers."""

    guarded: ClassVar[str] = "all"
    # But for what is destroyed at its term: while a destruction of the request is open, its answers may be emptied.
    released: ClassVar[tuple[str, str]] = ("procedures_destruction", "submission_id")

    class Origin(models.TextChoices):
        FILING = "filing", _("filing")
        CORRECTION = "correction", _("correction")
        AGENT = "agent", _("agent")

    submission = models.ForeignKey("procedures.Submission", on_delete=models.PROTECT, related_name="answer_sets")
    number = models.PositiveIntegerField()
    origin = models.CharField(max_length=12, choices=Origin.choices)
    by = models.CharField(max_length=60)  # the actor's opaque id
    content = models.TextField()
    digest = models.CharField(max_length=64)
    # By question, where an answer left as it was proposed came from: "profile", "request:2026-…", "partner:…", "link".
    sources = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("answers sent")
        verbose_name_plural = _("answers sent")
        constraints = [models.UniqueConstraint(fields=["submission", "number"], name="answer_set_number")]

    def __str__(self) -> str:
        return f"{self.submission_id} n° {self.number}"

    @property
    def answers(self) -> dict[str, object]:
        """The answers by field id."""
        import json

        content: dict[str, object] = json.loads(self.content or "{}")
        return content
