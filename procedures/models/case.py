"""The request and what hangs on it: applicant, facets, messages, decisions, access."""

import uuid
from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import Any, Self

from django.conf import settings
from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Mandate, Person
from town.models import Department

from .edition import Edition
from .file import StoredFile
from .origin import Origin
from .procedure import Procedure, ProcedureVersion
from .search import holding, vector


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def for_list(self) -> "SubmissionQuerySet":
        """Load what a list shows, in one query."""
        return self.select_related(
            "procedure", "department", "assigned_to__person", "applicant", "person", "version"
        ).defer("acknowledgement", "search_text", "version__content", "procedure__search_text")

    def named(self, keys: Iterable[str]) -> "SubmissionQuerySet":
        """Return the requests that other apps name by these public keys; what names no request is left out."""
        found = []
        for kind, _colon, public_id in (key.partition(":") for key in keys):
            with suppress(ValueError):
                found += [uuid.UUID(public_id)] if kind == "submission" else []
        return self.filter(public_id__in=found)

    def kept(self) -> "SubmissionQuerySet":
        """Leave out the requests of which only the count is left."""
        return self.filter(eliminated_at=None)

    def waiting(self) -> "SubmissionQuerySet":
        """Return the requests that wait for their citizen."""
        return self.filter(status=Submission.Status.AWAITING_CITIZEN)

    def running(self) -> "SubmissionQuerySet":
        """Return the requests that the town works on."""
        return self.filter(status__in=(Submission.Status.SUBMITTED, Submission.Status.UNDER_REVIEW))

    def over(self) -> "SubmissionQuerySet":
        """Return the requests from which nothing more is expected."""
        return self.filter(status__in=(Submission.Status.DECIDED, Submission.Status.CLOSED))

    def matching(self, text: str) -> "SubmissionQuerySet":
        """Return the requests whose reference or searchable words hold every word of ``text``, accents aside."""
        vendor = connection.vendor
        wanted = holding(text, vendor)
        if wanted is None:
            return self
        found = self.annotate(words=vector()) if vendor == "postgresql" else self
        return found.filter(wanted)


class Submission(Origin):
    """A request as it stands now; how it came here is in its events."""

    class Status(models.TextChoices):
        SUBMITTED = "submitted", _("received")
        UNDER_REVIEW = "under_review", _("under review")
        AWAITING_CITIZEN = "awaiting_citizen", _("waiting for the citizen")
        DECIDED = "decided", _("decided")
        CLOSED = "closed", _("closed")

    class Outcome(models.TextChoices):
        GRANTED = "granted", _("granted")
        GRANTED_IN_PART = "granted_in_part", _("granted in part")
        REFUSED = "refused", _("refused")
        NO_OBJECT = "no_object", _("no object")
        TRANSMITTED = "transmitted", _("transmitted")
        ABANDONED = "abandoned", _("abandoned")

    class OutcomeBy(models.TextChoices):
        DECISION = "decision", _("decision")
        SILENCE = "silence", _("silence")
        APPLICANT = "applicant", _("applicant")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(_("reference"), max_length=20, unique=True)
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="submissions")
    version = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="submissions")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="submissions")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="submissions")
    # Under which mandate someone else filed it for ``person``.
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, null=True, blank=True, related_name="submissions")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, null=True, blank=True, related_name="submissions")
    # Its order of arrival on the waiting list of its edition; empty once it holds a place.
    waiting_rank = models.PositiveIntegerField(null=True, blank=True)
    # The law counts from when the town got the request by any channel, never from when it was typed in.
    received_at = models.DateTimeField(_("received on"))
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    state = models.CharField(max_length=48)
    # When it came to its state; empty while it has not moved since it was filed.
    state_since = models.DateTimeField(null=True, blank=True, editable=False)
    status = models.CharField(max_length=20, choices=Status.choices)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    outcome_by = models.CharField(max_length=10, choices=OutcomeBy.choices, blank=True)
    awaiting = models.CharField(max_length=12, blank=True)
    due_on = models.DateField(_("legal date"), null=True, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="assigned_submissions"
    )
    # The acknowledgement with its legal mentions, frozen as it was shown (R112-11-1).
    acknowledgement = models.JSONField(default=dict)
    search_text = models.TextField(blank=True)
    # For who filed without e-mail: shows status and next step only, never the answers.
    follow_code = models.CharField(max_length=9)
    closed_at = models.DateTimeField(null=True, blank=True)
    # The request that goes on in its place, where this one was filed twice.
    duplicate_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="duplicates", db_index=False
    )
    # Its sensitive answers went at their own time; then all that names someone: what is left counts it, and its documents
    # can still be verified.
    sensitive_destroyed_at = models.DateTimeField(null=True, blank=True, editable=False)
    eliminated_at = models.DateTimeField(null=True, blank=True, editable=False)
    # How she wants decisions to reach her; empty while she said nothing (L112-14, L112-15).
    notified_by = models.CharField(
        max_length=6, choices=[("portal", _("by the portal")), ("post", _("by post"))], blank=True
    )

    objects = SubmissionQuerySet.as_manager()
    # The state that the database had when it was loaded or saved.
    _came_in: str | None = None

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        indexes = [
            models.Index(fields=["department", "-received_at", "-id"], name="case_department"),
            models.Index(fields=["department", "status", "-received_at", "-id"], name="case_status"),
            models.Index(
                fields=["department", "procedure", "status", "-received_at", "-id"], name="case_procedure_status"
            ),
            # What has ended and is still whole, for the terms of its version.
            models.Index(
                fields=["version", "received_at"],
                name="case_ended",
                condition=models.Q(status__in=("decided", "closed"), eliminated_at=None),
            ),
            models.Index(
                fields=["department", "due_on", "id"],
                name="case_due",
                condition=models.Q(status__in=("submitted", "under_review", "awaiting_citizen")),
            ),
            # What the sweep of legal dates looks at, whatever the department.
            models.Index(
                fields=["due_on", "id"],
                name="case_due_all",
                condition=models.Q(status__in=("submitted", "under_review", "awaiting_citizen")),
            ),
            # What has waited in a state for some days.
            models.Index(
                fields=["version", "state", "state_since"],
                name="case_state_since",
                condition=models.Q(status__in=("submitted", "under_review", "awaiting_citizen")),
            ),
            models.Index(fields=["person", "-received_at"], name="case_person"),
            models.Index(
                fields=["edition", "waiting_rank"], name="case_waiting", condition=models.Q(edition__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(status="decided") | ~models.Q(outcome=""), name="case_decided_has_outcome"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="", outcome_by="") | (~models.Q(outcome="") & ~models.Q(outcome_by="")),
                name="case_outcome_has_author",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **more: Any) -> Self:
        """Load it, and remember in which state it came."""
        made = super().from_db(db, field_names, values, **more)
        made._came_in = made.__dict__.get("state")
        return made

    def save(self, **kwargs: Any) -> None:
        """Save, and note when it came to its state where that has changed."""
        changed = kwargs.get("update_fields")
        if changed is not None and "state" in changed and self.state != self._came_in:
            self.state_since = timezone.now()
            kwargs["update_fields"] = [*changed, "state_since"]
        super().save(**kwargs)
        self._came_in = self.__dict__.get("state")

    @property
    def ways(self) -> list[str]:
        """The ways by which decisions may reach her: the portal tells her by e-mail, so it needs an address."""
        return ["portal", "post"] if self.applicant.email else ["post"]

    @property
    def reached_by(self) -> str:
        """How a decision would reach her now.

        Where a text wants a registered letter, the portal takes its place only as she expressly chose (L112-15);
        elsewhere it serves unless she refused (L112-14).
        """
        usual = "post" if self.version.definition.legal.registered_basis else "portal"
        return (self.notified_by or usual) if self.applicant.email else "post"

    @property
    def key(self) -> str:
        """The public key under which other apps name this case."""
        return f"submission:{self.public_id}"

    @property
    def is_over(self) -> bool:
        """Say whether nothing more is expected from the town."""
        return self.status in {"decided", "closed"}


class Applicant(models.Model):
    """Who filed, frozen as she gave herself (CRPA R112-9-1)."""

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="applicant")
    kind = models.CharField(max_length=12, default="person")
    display_name = models.CharField(max_length=300)
    family_name = models.CharField(max_length=100, blank=True)
    given_names = models.CharField(max_length=150, blank=True)
    organisation = models.CharField(max_length=200, blank=True)
    registration = models.CharField(max_length=14, blank=True)  # RNA or SIRET
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    address = models.JSONField(null=True, blank=True)

    class Meta:
        verbose_name = _("applicant")
        verbose_name_plural = _("applicants")
        # The other requests of someone without an account.
        indexes = [models.Index(fields=["email"], condition=~models.Q(email=""), name="applicant_email")]

    def __str__(self) -> str:
        return self.display_name


class Facet(models.Model):
    """The value of one filterable field of one case: what lists sort and filter on."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="facets")
    department = models.ForeignKey(Department, on_delete=models.CASCADE)
    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE)
    field_id = models.CharField(max_length=48)
    text = models.CharField(max_length=200, blank=True)
    number = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)
    day = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("facet")
        verbose_name_plural = _("facets")
        constraints = [models.UniqueConstraint(fields=["submission", "field_id"], name="facet_once")]
        indexes = [
            models.Index(fields=["department", "procedure", "field_id", "text", "-submission"], name="facet_text"),
            models.Index(fields=["department", "procedure", "field_id", "number", "-submission"], name="facet_number"),
            models.Index(fields=["department", "procedure", "field_id", "day", "-submission"], name="facet_day"),
        ]

    def __str__(self) -> str:
        return self.field_id


class Message(models.Model):
    """A word between the citizen and the department. The journal names it by its public id; the text can be destroyed."""

    class Kind(models.TextChoices):
        MESSAGE = "message", _("message")
        CORRECTION = "correction", _("request for a correction")
        REPLY = "reply", _("reply")
        PIECES = "pieces", _("request for pieces")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="messages")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.MESSAGE)
    from_citizen = models.BooleanField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    author_name = models.CharField(max_length=300)
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.public_id)


class MessageFile(models.Model):
    """A file joined to a message."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="files")
    stored = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="message_link")

    class Meta:
        verbose_name = _("file of a message")
        verbose_name_plural = _("files of messages")

    def __str__(self) -> str:
        return str(self.pk)


class CaseAccessQuerySet(models.QuerySet["CaseAccess"]):
    def in_force(self) -> "CaseAccessQuerySet":
        """Return the accesses that have not ended."""
        return self.filter(models.Q(until__isnull=True) | models.Q(until__gt=timezone.now()))


class CaseAccess(models.Model):
    """A right on one case beyond the responsible department: who, why, until when."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="accesses")
    department = models.ForeignKey(Department, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=200)
    until = models.DateTimeField(null=True, blank=True)

    objects = CaseAccessQuerySet.as_manager()

    class Meta:
        verbose_name = _("access to a request")
        verbose_name_plural = _("accesses to requests")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(department__isnull=False, person__isnull=True)
                | models.Q(department__isnull=True, person__isnull=False),
                name="access_has_one_holder",
            )
        ]

    def __str__(self) -> str:
        return self.reason
