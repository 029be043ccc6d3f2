"""A person's unfinished work: valid typed answers apart from what was typed and is not valid yet."""

import uuid
from datetime import datetime, timedelta
from functools import cache

from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person

from ..definition.document import ProcedureDefinition
from .edition import Edition
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


class Draft(models.Model):
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="drafts")
    version = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="drafts")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, blank=True, related_name="drafts")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, null=True, blank=True, related_name="drafts")
    answers = models.JSONField(default=dict)
    pending = models.JSONField(default=dict)
    # What was known before she started, by question: a value to check and where it comes from.
    proposed = models.JSONField(default=dict)
    # Grows at each save; ``touched`` says at which one each step last changed, and from which page, so that two tabs
    # see each other and a page never takes its own save for another's.
    revision = models.PositiveIntegerField(default=0)
    touched = models.JSONField(default=dict)
    # What a second tab or device sent over a newer save: kept by step until the person chooses.
    conflicts = models.JSONField(default=dict)
    # Changed to revoke every link sent by e-mail.
    resume_nonce = models.UUIDField(default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(default=expiry, db_index=True)
    # Once filed, a draft is an empty shell that leads to its request: a second POST finds it.
    submission = models.OneToOneField(
        "procedures.Submission", on_delete=models.PROTECT, null=True, blank=True, related_name="draft"
    )

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        indexes = [models.Index(fields=["person", "-updated_at"], name="draft_person")]

    def __str__(self) -> str:
        return str(self.public_id)

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


@cache
def _opening() -> str:
    """Return the SQL of ``pinned`` for one public id."""
    sql, _params = Draft.objects.pinned().filter(public_id=uuid.UUID(int=0)).query.sql_with_params()
    return str(sql)
