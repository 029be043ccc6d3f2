"""Decisions: prepared, signed, and taken back by a later one."""

from typing import cast

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..definition.letter import Part
from ..definition.withdrawal import Basis, sentences
from ..definition.workflow import ADVERSE
from .case import Submission


class Decision(models.Model):
    """A decision prepared by an agent and taken by a signatory; a later one may revoke it, none is changed once signed."""

    class Basis(models.TextChoices):
        UNLAWFUL = "unlawful", _("it is unlawful")
        FRAUD = "fraud", _("it was obtained by fraud")
        ASKED = "asked", _("the person asked for it")

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="decisions")
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=20, choices=Submission.Outcome.choices)
    law_grounds = models.TextField(_("reasons of law"), blank=True)
    fact_grounds = models.TextField(_("reasons of fact"), blank=True)
    words = models.TextField(_("words to the citizen"), blank=True)
    # What its letter says before the reasons, as it was signed: headings and plain text.
    body = models.JSONField(default=list, blank=True)
    remedies = models.JSONField(default=list)
    # Why a signatory sent it back: between agents only, never shown to the citizen.
    returned_because = models.TextField(_("sent back because"), blank=True)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    prepared_at = models.DateTimeField(default=timezone.now)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    # Copied at signature: what the letter says must not follow a later change of the directory (CRPA L212-1).
    signer_name = models.CharField(max_length=260, blank=True)
    signer_title = models.CharField(max_length=120, blank=True)
    signer_service = models.CharField(max_length=120, blank=True)
    signer_authority = models.CharField(max_length=200, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    first_read_at = models.DateTimeField(null=True, blank=True)
    revokes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="revoked_by")
    # What a withdrawal rests on; empty on a decision that withdraws nothing. What it takes back is ``revokes``, or what
    # silence had decided where there is none; ``revoked_on`` is the day of either.
    basis = models.CharField(_("basis of the withdrawal"), max_length=10, choices=Basis.choices, blank=True)
    revoked_on = models.DateField(_("day of what is withdrawn"), null=True, blank=True)
    heard_on = models.DateField(_("invited to be heard on"), null=True, blank=True)
    heard = models.TextField(_("what the person said"), blank=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        # What was signed in a period, for the figures.
        indexes = [
            models.Index(fields=["signed_at"], condition=models.Q(signed_at__isnull=False), name="decision_signed")
        ]
        constraints = [
            models.UniqueConstraint(fields=["submission", "number"], name="decision_number"),
            models.CheckConstraint(
                condition=models.Q(signed_at__isnull=True)
                | (~models.Q(signer_name="") & ~models.Q(signer_title="") & ~models.Q(signer_service="")),
                name="decision_names_its_author",
            ),
            models.CheckConstraint(
                condition=models.Q(basis="", revokes__isnull=True, revoked_on__isnull=True)
                | (~models.Q(basis="") & models.Q(revoked_on__isnull=False)),
                name="decision_withdrawal_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} n° {self.number}"

    @property
    def adverse(self) -> bool:
        """Say whether it does not wholly grant what was asked for: it bears its reasons and its remedies."""
        return self.outcome in ADVERSE

    @property
    def says(self) -> list[Part]:
        """What its letter says before the reasons; the opening of its procedure for one that was signed without."""
        opening = self.submission.version.definition.letters.opening(self.outcome)
        return self.body or ([{"heading": "", "text": opening}] if opening else [])

    @property
    def withdrawal(self) -> list[str]:
        """What a withdrawal says before its reasons, one sentence each; nothing on another decision."""
        if not self.basis or self.revoked_on is None:
            return []
        return sentences(
            cast(Basis, self.basis),
            self.revoked_on,
            granted=self.outcome == Submission.Outcome.REFUSED,
            by_silence=self.revokes_id is None,
            heard_on=self.heard_on,
            heard=self.heard,
        )

    @property
    def withdrawn_by(self) -> "Decision | None":
        """The signed decision that took it back."""
        return self.revoked_by.filter(signed_at__isnull=False).first()


class Visa(models.Model):
    """A visa on a decision that was proposed, in its order; one on a proposal that was sent back or changed is void."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="visas")
    transition = models.CharField(max_length=48)
    role = models.CharField(max_length=20)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    # Copied: what was said must not follow a later change of the directory.
    name = models.CharField(max_length=260)
    title = models.CharField(max_length=120, blank=True)
    given_at = models.DateTimeField(default=timezone.now)
    void_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("visa")
        verbose_name_plural = _("visas")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "transition"], name="visa_once", condition=models.Q(void_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.decision_id} {self.transition}"
