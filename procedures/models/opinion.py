"""Opinions asked of whoever knows better, and what they answered. They inform a decision and never move the legal date."""

import secrets
import uuid
from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from town.models import Department

from .case import CaseAccess, Submission

# Between what a link names and its signature.
_SIGNER = Signer(sep=".", salt="procedures.opinion")


def link_key() -> str:
    """Return what makes the link of one asking: another one, and links sent before open nothing."""
    return secrets.token_urlsafe(9)


class OpinionQuerySet(models.QuerySet["Opinion"]):
    def awaited(self) -> "OpinionQuerySet":
        """Return those whose answer is still waited for."""
        return self.filter(given_on=None, dropped_on=None)

    def late(self) -> "OpinionQuerySet":
        """Return those whose answer was expected before today."""
        return self.awaited().filter(reply_by__lt=timezone.localdate())

    def to_read(self) -> "OpinionQuerySet":
        """Return those that were answered by whoever was asked, and that the department has not read yet."""
        return self.filter(given_on__isnull=False, seen_at=None)

    def named(self, token: str) -> "Opinion | None":
        """Return the one that a link opens; None where the link is not ours, or where another was sent since."""
        try:
            public_id, _sep, key = _SIGNER.unsign(token).partition("_")
        except BadSignature:
            return None
        return self.filter(public_id=uuid.UUID(hex=public_id), way=Opinion.Way.LINK, link_key=key).first()


class Opinion(models.Model):
    """One opinion: of whom, on what, by when, then what was answered, or that it is no longer waited for."""

    class Sense(models.TextChoices):
        FAVOURABLE = "favourable", _("favourable")
        RESERVED = "reserved", _("favourable with reserves")
        UNFAVOURABLE = "unfavourable", _("unfavourable")
        NONE = "none", _("no opinion either way")

    class Way(models.TextChoices):
        NOTED = "noted", _("asked elsewhere, noted here")
        DEPARTMENT = "department", _("asked of a department")
        LINK = "link", _("asked by e-mail, with a link")

    # How long after the day that was set a late answer is still taken.
    GRACE = timedelta(days=30)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="opinions")
    body = models.CharField(_("whose opinion"), max_length=200)
    way = models.CharField(max_length=10, choices=Way.choices, default=Way.NOTED)
    # Inside the town: the department, and the right to read that it holds meanwhile.
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="opinions_asked"
    )
    access = models.OneToOneField(CaseAccess, on_delete=models.SET_NULL, null=True, blank=True, related_name="opinion")
    # Outside: where the link goes, and what it shows.
    email = models.EmailField(blank=True)
    link_key = models.CharField(max_length=12, default=link_key, editable=False)
    shows_identity = models.BooleanField(default=False)
    shows_answers = models.BooleanField(default=False)
    shows_files = models.BooleanField(default=False)
    question = models.TextField(_("what is asked"), blank=True)
    asked_on = models.DateField(_("asked on"))
    reply_by = models.DateField(_("answer expected by"), null=True, blank=True)
    reminded_on = models.DateField(null=True, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    asked_by_name = models.CharField(max_length=300)
    sense = models.CharField(_("opinion"), max_length=12, choices=Sense.choices, blank=True)
    words = models.TextField(_("what it says"), blank=True)
    given_on = models.DateField(_("given on"), null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_by_name = models.CharField(max_length=300, blank=True)
    # When the department that asked has read what others wrote.
    seen_at = models.DateTimeField(null=True, blank=True)
    # No longer waited for: the request goes on without it.
    dropped_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = OpinionQuerySet.as_manager()

    class Meta:
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["department", "reply_by"],
                name="opinion_asked_of",
                condition=models.Q(given_on=None, dropped_on=None, department__isnull=False),
            ),
            models.Index(
                fields=["reply_by"], name="opinion_awaited", condition=models.Q(given_on=None, dropped_on=None)
            ),
            models.Index(
                fields=["submission"],
                name="opinion_unread",
                condition=models.Q(seen_at=None, given_on__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sense="", given_on__isnull=True)
                | (~models.Q(sense="") & models.Q(given_on__isnull=False)),
                name="opinion_given_is_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(given_on__isnull=True) | models.Q(given_on__gte=models.F("asked_on")),
                name="opinion_given_after_it_is_asked",
            ),
            models.CheckConstraint(
                condition=models.Q(given_on__isnull=True) | models.Q(dropped_on__isnull=True),
                name="opinion_given_or_dropped",
            ),
            models.CheckConstraint(
                condition=(models.Q(way="department") & models.Q(department__isnull=False) & models.Q(email=""))
                | (models.Q(way="link", department=None) & ~models.Q(email=""))
                | models.Q(way="noted", department=None, email=""),
                name="opinion_asked_one_way",
            ),
        ]

    def __str__(self) -> str:
        return self.body

    @property
    def key(self) -> str:
        """The key under which the accesses name whoever reads by its link."""
        return f"opinion:{self.public_id}"

    @property
    def token(self) -> str:
        """What its link bears: signed, and worth nothing once another link was sent."""
        return _SIGNER.sign(f"{self.public_id.hex}_{self.link_key}")

    @property
    def is_awaited(self) -> bool:
        """Say whether its answer is still waited for."""
        return self.given_on is None and self.dropped_on is None

    @property
    def is_late(self) -> bool:
        """Say whether its answer was expected before today."""
        return self.is_awaited and self.reply_by is not None and self.reply_by < timezone.localdate()

    @property
    def is_to_read(self) -> bool:
        """Say whether it was answered by whoever was asked, and not read yet."""
        return self.given_on is not None and self.seen_at is None

    @property
    def is_open(self) -> bool:
        """Say whether whoever was asked may still answer: until some days after the day that was set."""
        return self.is_awaited and (self.reply_by is None or timezone.localdate() <= self.reply_by + self.GRACE)

    def renew(self) -> None:
        """Give it another link: the one that was sent before opens nothing any more."""
        self.link_key = link_key()
        self.save(update_fields=["link_key"])
