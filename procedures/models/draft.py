"""A person's unfinished work: valid typed answers apart from what was typed and is not valid yet."""

import uuid
from datetime import date, datetime, timedelta
from functools import cache, lru_cache

from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Mandate, Person

from ..definition.applicant import display_name
from ..definition.document import ProcedureDefinition
from ..definition.trace import Trace
from .edition import Edition
from .file import PAPER, DraftFile
from .origin import Origin, span
from .procedure import Procedure, ProcedureVersion, known_definition

KEPT = timedelta(days=90)
RESUME_LINK = timedelta(days=30)


def expiry() -> datetime:
    """Return when a draft touched now will be removed."""
    return timezone.now() + KEPT


class DraftQuerySet(models.QuerySet["Draft"]):
    def pinned(self) -> "DraftQuerySet":
        """Load drafts with the digest of their version: a definition already parsed is found without its row."""
        return self.annotate(version_digest=models.F("version__digest"))

    def opened(self, public_id: uuid.UUID) -> "Draft":
        """Return one pinned draft to look at; Draft.DoesNotExist. Each page of a filing asks it.

        The query is compiled once per process: that takes the ORM five times as long as the database takes to answer.
        """
        key = Draft._meta.get_field("public_id").get_db_prep_value(public_id, connection)
        found = next(iter(self.raw(_opening(), [key])), None)
        if found is None:
            raise Draft.DoesNotExist
        return found


class Draft(Origin):
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="drafts")
    version = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="drafts")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, blank=True, related_name="drafts")
    # Under which mandate someone else fills it for ``person``.
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, null=True, blank=True, related_name="drafts")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, null=True, blank=True, related_name="drafts")
    # When the town got what an agent enters.
    received_at = models.DateTimeField(null=True, blank=True)
    answers = models.JSONField(default=dict)
    pending = models.JSONField(default=dict)
    # What was known before she started, by question: a value to check and where it comes from.
    proposed = models.JSONField(default=dict)
    # Grows at each save; ``touched`` says at which one each step last changed, and from which page, so that two tabs
    # see each other and a page never takes its own save for another's.
    revision = models.PositiveIntegerField(default=0)
    # The steps that were counted as passed: each once for a draft.
    counted = models.JSONField(default=list, editable=False)
    touched = models.JSONField(default=dict)
    # What a second tab or device sent over a newer save: kept by step until the person chooses.
    conflicts = models.JSONField(default=dict)
    # Changed to revoke every link sent by e-mail.
    resume_nonce = models.UUIDField(default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(default=expiry, db_index=True)
    # Of which end its person was told, and when: a later save gives it another.
    told_of = models.DateTimeField(null=True, blank=True, editable=False)
    told_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Once filed, a draft is an empty shell that leads to its request: a second POST finds it.
    submission = models.OneToOneField(
        "procedures.Submission", on_delete=models.PROTECT, null=True, blank=True, related_name="draft"
    )

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        indexes = [
            models.Index(fields=["created_at"], name="draft_begun"),
            models.Index(fields=["person", "-updated_at"], name="draft_person"),
            models.Index(
                fields=["-updated_at", "-id"],
                name="draft_entered",
                condition=models.Q(entered_by__isnull=False, submission=None),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(entered_by=None, received_at=None, channel="online")
                | (models.Q(entered_by__isnull=False, received_at__isnull=False) & ~models.Q(channel="online")),
                name="draft_entered_says_its_origin",
            )
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def key(self) -> str:
        """The public key under which other apps name this draft."""
        return f"draft:{self.public_id}"

    @property
    def is_for_another(self) -> bool:
        """Say whether an agent or a helper fills it for someone: each of its pages says so."""
        return self.is_entered or self.mandate_id is not None

    @property
    def today(self) -> date:
        """The day on which the answers are judged: the one on which the town got them."""
        return timezone.localdate(self.received_at)

    @property
    def is_open(self) -> bool:
        """Say whether it can be filed: the procedure and the edition are open now, or were when the town got it."""
        now = timezone.now()
        first, last = span(self.received_at, hour_known=self.hour_known) if self.received_at else (now, now)
        return self.procedure.is_open_between(first, last) and (
            self.edition is None or self.edition.is_open_between(first, last)
        )

    @property
    def applicant_name(self) -> str:
        """The name given so far; empty before it is."""
        named = any(self.answers.get(f"applicant_{part}") for part in ("organisation", "family_name", "given_names"))
        return display_name(self.answers) if named else ""

    @property
    def papers(self) -> models.QuerySet[DraftFile]:
        """The papers from which an agent enters it."""
        return self.files.filter(field_id=PAPER).select_related("stored")

    @property
    def unsettled(self) -> set[str]:
        """The steps that hold something typed and not valid yet, or two versions to choose from."""
        return {*self.pending, *self.conflicts}

    def changed_since(self, step_id: str, revision: int, tab: str) -> bool:
        """Say whether a step was saved, from another page, after the page that sends this revision was drawn."""
        last, by = self.touched.get(step_id, (0, ""))
        return bool(last > revision and by != tab)

    @property
    def pinned_to(self) -> str:
        """The digest of the version that the draft is pinned to."""
        return str(getattr(self, "version_digest", "") or self.version.digest)

    @property
    def definition(self) -> ProcedureDefinition:
        """The definition of the version that the draft is pinned to."""
        return known_definition(self.pinned_to) or self.version.definition

    def trace(self) -> Trace:
        """Walk the definition with the answers: only through the steps that what changed since the last walk may change.

        This keeps a page's cost that of its step, however long the procedure (a process that knows no walk makes one).
        """
        last = _walks(self.pinned_to, self.public_id)
        found = self.definition.trace(self.answers, self.today, last[0] if last else None)
        last[:] = [found]
        return found


@lru_cache(maxsize=128)
def _walks(pinned_to: str, public_id: uuid.UUID) -> list[Trace]:
    """Return where the last walk of a draft is kept, in this process."""
    return []


@cache
def _opening() -> str:
    """Return the SQL of ``pinned`` for one public id."""
    sql, _params = Draft.objects.pinned().filter(public_id=uuid.UUID(int=0)).query.sql_with_params()
    return str(sql)
