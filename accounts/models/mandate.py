"""Who acts for whom: a mandate between two persons, for what and until when; the structures whose helpers the town knows."""

import uuid

from allauth.account.models import EmailAddress
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .person import Person


class HelpStructure(models.Model):
    """A place that the town recognises, whose helpers act for those who ask them to."""

    class Kind(models.TextChoices):
        FRANCE_SERVICES = "france_services", _("France Services")
        SOCIAL_CENTRE = "social_centre", _("social centre")
        LIBRARY = "library", _("library")
        ASSOCIATION = "association", _("association")
        OTHER = "other", _("other place")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("helping place")
        verbose_name_plural = _("helping places")

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """The opaque id that the journal keeps."""
        return f"place:{self.public_id}"


class HelperQuerySet(models.QuerySet["StructureHelper"]):
    def active(self) -> "HelperQuerySet":
        """Return the helpers who still work there, in places that are still recognised."""
        return self.filter(ended_at=None, structure__ended_at=None)

    def of(self, person: Person) -> "HelperQuerySet":
        """Return the places for which a person helps today: one of her proven addresses is on their list."""
        if person.user_id is None:
            return self.none()
        proven = EmailAddress.objects.filter(user=person.user_id, verified=True)
        return self.active().filter(email__in=proven.values("email"))


class StructureHelper(models.Model):
    """Someone who helps for a structure, known by the address that the structure gave."""

    structure = models.ForeignKey(HelpStructure, on_delete=models.CASCADE, related_name="helpers")
    email = models.EmailField(_("e-mail"))  # in lower case
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = HelperQuerySet.as_manager()

    class Meta:
        ordering = ["email", "id"]
        verbose_name = _("helper")
        verbose_name_plural = _("helpers")
        constraints = [
            models.UniqueConstraint(
                fields=["structure", "email"], condition=models.Q(ended_at__isnull=True), name="helper_once"
            )
        ]

    def __str__(self) -> str:
        return self.email


class MandateQuerySet(models.QuerySet["Mandate"]):
    def open(self) -> "MandateQuerySet":
        """Return the mandates that were neither refused, ended nor outlived; some still wait for a yes."""
        now = timezone.now()
        return self.filter(models.Q(ends_at__isnull=True) | models.Q(ends_at__gt=now), refused_at=None, revoked_at=None)

    def in_force(self) -> "MandateQuerySet":
        """Return the mandates that hold now; a helper who left her structure holds none of those it gave her.

        The death of either ends it (code civil, article 2003).
        """
        proven = EmailAddress.objects.filter(user=models.OuterRef(models.OuterRef("helper__user")), verified=True)
        helps = StructureHelper.objects.active().filter(
            structure=models.OuterRef("structure"), email__in=proven.values("email")
        )
        return self.open().filter(
            models.Q(structure=None) | models.Exists(helps),
            starts_at__lte=timezone.now(),
            accepted_at__isnull=False,
            principal__died_on=None,
            helper__died_on=None,
        )

    def to_check(self) -> "MandateQuerySet":
        """Return the mandates whose signed paper waits for an agent; a recognised place has checked its own."""
        waiting = self.waiting().filter(evidence="paper", structure=None, paper__isnull=False)
        return waiting.select_related("principal", "helper")

    def waiting(self) -> "MandateQuerySet":
        """Return the mandates that nobody has accepted yet."""
        return self.open().filter(accepted_at=None)


class Mandate(models.Model):
    """The right of one person to act for another, for what and until when."""

    class Basis(models.TextChoices):
        PARENT = "parent", _("parent of a child")
        RELATIVE = "relative", _("relative or friend")
        GUARDIAN = "guardian", _("guardian named by a judge")
        OFFICER = "officer", _("for an association")
        STRUCTURE = "structure", _("helper of a recognised place")

    class Evidence(models.TextChoices):
        DECLARATION = "declaration", _("declaration")
        CODE = "code", _("code sent to the person")
        PAPER = "paper", _("signed paper")

    class Side(models.TextChoices):
        PRINCIPAL = "principal", _("the person")
        HELPER = "helper", _("the helper")

    class Ending(models.TextChoices):
        PRINCIPAL_DIED = "principal_died", _("the person has died")
        HELPER_DIED = "helper_died", _("whoever acted for the person has died")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    principal = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="mandates_given")
    # Empty until whoever was asked by e-mail has said yes.
    helper = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="mandates_held")
    helper_email = models.EmailField(_("e-mail of the helper"), blank=True)  # in lower case
    basis = models.CharField(_("as"), max_length=12, choices=Basis.choices, default=Basis.RELATIVE)
    evidence = models.CharField(max_length=12, choices=Evidence.choices, default=Evidence.DECLARATION)
    structure = models.ForeignKey(
        HelpStructure, on_delete=models.PROTECT, null=True, blank=True, related_name="mandates"
    )
    organisation = models.CharField(_("association"), max_length=200, blank=True)
    # Public ids of the only procedures it is for; empty: all.
    procedures = models.JSONField(_("procedures"), default=list, blank=True)
    asked_by = models.CharField(max_length=10, choices=Side.choices, default=Side.HELPER)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    starts_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    # The words of a refusal, or of an end that someone asked the town for: both sides read them.
    refused_because = models.CharField(max_length=300, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    # The journal's key of whoever ended it.
    revoked_by = models.CharField(max_length=80, blank=True)
    # Why, where nobody chose to end it.
    ending = models.CharField(max_length=20, choices=Ending.choices, blank=True)
    # The code that the person gives to the helper she agrees to: its digest, the tries left.
    code_digest = models.CharField(max_length=64, blank=True)
    code_sent_at = models.DateTimeField(null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0)

    objects = MandateQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        constraints = [
            models.CheckConstraint(condition=~models.Q(principal=models.F("helper")), name="mandate_is_for_another"),
            models.CheckConstraint(
                condition=models.Q(accepted_at__isnull=True) | models.Q(helper__isnull=False),
                name="mandate_accepted_has_helper",
            ),
            models.CheckConstraint(
                condition=~models.Q(basis="structure") | models.Q(structure__isnull=False),
                name="mandate_of_structure_names_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.helper or self.helper_email} → {self.principal}"

    def covers(self, procedure: uuid.UUID) -> bool:
        """Say whether it is for a procedure."""
        return not self.procedures or str(procedure) in self.procedures

    @property
    def is_open(self) -> bool:
        """Say whether it holds, or may come to hold."""
        ended = self.ends_at is not None and self.ends_at <= timezone.now()
        return not (ended or self.refused_at or self.revoked_at)

    @property
    def is_private(self) -> bool:
        """Say whether it opens only what was filed through it: a place that helps many sees no more than it did itself."""
        return self.basis == self.Basis.STRUCTURE
