"""One act on many requests: what was asked, and what became of each."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kit.owed import Owed, OwedQuerySet
from town.models import Sector

from .case import Submission


class Batch(Owed):
    """An act that an agent asked for on many requests; the worker does them one by one, each in its own transaction."""

    task: ClassVar[str] = "procedures.tasks.carry_batch"
    cluster: ClassVar[str | None] = "bulk"

    class Act(models.TextChoices):
        ASSIGN = "assign", _("give to a colleague")
        LABEL = "label", _("put a label")
        MESSAGE = "message", _("write to the applicants")
        MOVE = "move", _("move on")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="batches")
    # The sector in which it was asked for: it is shown, and carried out, in no other.
    sector = models.ForeignKey(Sector, on_delete=models.CASCADE, related_name="+")
    # Of the page that asked for it: sent twice, it is one row.
    token = models.UUIDField(unique=True)
    act = models.CharField(_("act"), max_length=10, choices=Act.choices)
    # The colleague's key, the label, the words, or the transition's id: see lifecycle/batch.py.
    given = models.TextField()
    total = models.PositiveIntegerField()
    stopped_at = models.DateTimeField(null=True, blank=True)

    objects = OwedQuerySet.as_manager()

    class Meta:
        verbose_name = _("act on many requests")
        verbose_name_plural = _("acts on many requests")
        indexes = [
            models.Index(fields=["by", "sector", "-id"], name="batch_mine"),
            models.Index(fields=["created_at"], name="batch_age"),
            models.Index(fields=["next_try_at"], name="batch_due", condition=models.Q(state__in=("queued", "working"))),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.public_id}"


class BatchItem(models.Model):
    """One request of it: waiting, done, or left as it was with the reason."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("done")
        REFUSED = "refused", _("left as it was")

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="batch_items")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("request of an act on many")
        verbose_name_plural = _("requests of an act on many")
        constraints = [models.UniqueConstraint(fields=["batch", "submission"], name="batch_item_once")]
        indexes = [models.Index(fields=["batch", "state", "id"], name="batch_item_state")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.submission_id}"
