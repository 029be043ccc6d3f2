"""A procedure, and its published versions that never change."""

import gc
import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic_core import from_json

from town.models import Department

from ..definition.document import ProcedureDefinition
from ..definition.upgrade import parse


class ProcedureQuerySet(models.QuerySet["Procedure"]):
    def open(self) -> "ProcedureQuerySet":
        """Return the procedures that can be filed now."""
        return self.listed().filter(
            models.Q(opens_at__isnull=True) | models.Q(opens_at__lte=Now()),
            models.Q(closes_at__isnull=True) | models.Q(closes_at__gt=Now()),
        )

    def open_between(self, first: datetime, last: datetime) -> "ProcedureQuerySet":
        """Return the procedures that could be filed at some moment between two, withdrawn since or not."""
        return self.filter(
            models.Q(opens_at=None) | models.Q(opens_at__lte=last),
            models.Q(closes_at=None) | models.Q(closes_at__gt=first),
            models.Q(withdrawn_at=None) | models.Q(withdrawn_at__gt=first),
            current_version__isnull=False,
        )

    def listed(self) -> "ProcedureQuerySet":
        """Return the procedures shown to the public, closed ones included."""
        return self.filter(current_version__isnull=False, withdrawn_at__isnull=True)


class Procedure(models.Model):
    """The identity that addresses and statistics keep; dates, closing and withdrawal live here, not in the version."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=300)
    theme = models.CharField(_("theme"), max_length=120, blank=True)
    search_text = models.TextField(blank=True)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="procedures", verbose_name=_("responsible department")
    )
    current_version = models.ForeignKey(
        "ProcedureVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    opens_at = models.DateTimeField(_("opens on"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes on"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn on"), null=True, blank=True)
    # What is said while it is closed or withdrawn, and which procedure takes its place.
    closed_message = models.CharField(_("message while it is closed"), max_length=500, blank=True)
    successor = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("successor")
    )
    # The library's entry and the digest of what was installed: an update can tell what the town changed.
    origin_id = models.CharField(max_length=60, blank=True)
    origin_digest = models.CharField(max_length=64, blank=True)
    # The file it was imported from and the digest of what was read: a second import can tell what a person changed.
    source = models.CharField(max_length=40, blank=True)
    source_number = models.CharField(max_length=80, blank=True)
    source_digest = models.CharField(max_length=64, blank=True)

    objects = ProcedureQuerySet.as_manager()

    class Meta:
        verbose_name = _("procedure")
        verbose_name_plural = _("procedures")
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(fields=["origin_id"], condition=~models.Q(origin_id=""), name="procedure_origin"),
            models.UniqueConstraint(
                fields=["source", "source_number"], condition=~models.Q(source=""), name="procedure_source"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Say whether it can be filed now."""
        now = timezone.now()
        return self.is_open_between(now, now)

    def is_open_between(self, first: datetime, last: datetime) -> bool:
        """Say whether it could be filed at some moment between two."""
        return (
            self.current_version_id is not None
            and (self.withdrawn_at is None or self.withdrawn_at > first)
            and (self.opens_at is None or self.opens_at <= last)
            and (self.closes_at is None or self.closes_at > first)
        )


class OldSlug(models.Model):
    """An address that a procedure had before; it leads to the new one."""

    slug = models.SlugField(max_length=80, unique=True)
    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="old_slugs")

    def __str__(self) -> str:
        return self.slug


class ProcedureVersion(models.Model):
    """A published definition. Its bytes, number, digest and publication never change; code and triggers see to it."""

    guarded: ClassVar[tuple[str, ...]] = (
        "procedure",
        "number",
        "content",
        "digest",
        "published_at",
        "published_by",
        "reason",
    )

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    content = models.TextField()  # canonical JSON: the very bytes that the digest covers
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField(_("published on"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Why it was published, in the words of who did.
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    # Who validated the law of it, where the definition asks for a review.
    legal_review_by = models.CharField(_("legally validated by"), max_length=160, blank=True)
    legal_review_on = models.DateField(_("legally validated on"), null=True, blank=True)

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints = [models.UniqueConstraint(fields=["procedure", "number"], name="version_number")]

    def __str__(self) -> str:
        return f"{self.procedure} v{self.number}"

    @property
    def definition(self) -> ProcedureDefinition:
        """The parsed definition, lifted to today's format; read and parsed once per process, named by its digest."""
        known = known_definition(self.digest)
        if known is None:
            if len(_PARSED) >= _KEPT:
                _PARSED.clear()
            # The collector would look through all that lives several times meanwhile, which costs as much as reading.
            gc.disable()
            try:
                known = _PARSED[self.digest] = parse(from_json(self.content, cache_strings="keys"), published=True)
            finally:
                gc.enable()
        return known


# Published bytes never change, so a digest names one definition for ever.
_PARSED: dict[str, ProcedureDefinition] = {}
_KEPT = 256


def known_definition(digest: str) -> ProcedureDefinition | None:
    """Return the definition with that digest if this process has parsed it."""
    return _PARSED.get(digest)
