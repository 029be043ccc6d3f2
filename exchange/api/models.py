"""The tokens by which other programs enter, and the answers that they were given once for each key."""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from town.models import Sector


class Scope(models.TextChoices):
    """What a program may do, whatever the account under whose rights it acts may do."""

    READ = "requests:read", _("read requests: number, procedure, state, dates")
    ANSWERS = "requests:answers", _("read who asks, the answers (sensitive ones never) and the messages")
    EVENTS = "events:read", _("read what happens to requests")
    MESSAGE = "requests:message", _("write to the person")
    NOTE = "requests:note", _("write a note for colleagues")
    MOVE = "requests:move", _("move a request on, where nothing is signed")


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def in_force(self) -> "ApiTokenQuerySet":
        """Return those that open today."""
        return self.filter(revoked_at=None, ends_on__gte=timezone.localdate())


class ApiToken(models.Model):
    """The key of one program: it acts with the rights of today of one account, in one sector, and only for its scopes."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("program"), max_length=100)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    sector = models.ForeignKey(Sector, on_delete=models.CASCADE, related_name="+")
    scopes = models.JSONField(default=list)
    # Networks from which it is taken, as "192.0.2.0/24"; none: from everywhere.
    networks = models.JSONField(default=list, blank=True)
    ends_on = models.DateField(_("last day"))
    # Of the secret: whoever reads the database opens nothing with it.
    digest = models.CharField(max_length=64, unique=True, editable=False)
    # Its first signs, to recognise it where it leaked.
    hint = models.CharField(max_length=16, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    used_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("key of a program")
        verbose_name_plural = _("keys of programs")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """The key under which accesses and counts name it."""
        return f"token:{self.public_id}"

    def is_open(self, today: date) -> bool:
        """Say whether it opens on a day."""
        return self.revoked_at is None and today <= self.ends_on

    @property
    def scope_names(self) -> list[str]:
        """What it may do, in words."""
        return [str(Scope(one).label) for one in self.scopes if one in Scope.values]


class ApiAnswer(models.Model):
    """What was answered to an act that bore a key: the same key again gets the same answer, and nothing is done twice."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="answers")
    key = models.CharField(max_length=80)
    # Of the address and of what was sent: the same key for something else is a mistake.
    asked = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("answer to a program")
        verbose_name_plural = _("answers to programs")
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="api_answer_once")]
        indexes = [models.Index(fields=["created_at"], name="api_answer_age")]

    def __str__(self) -> str:
        return self.key
