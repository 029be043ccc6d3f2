"""How a department works on a request among itself: notes, labels, links, who watches. None of it is shown to the citizen."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from journal.models import Event
from town.models import Department

from ..definition.rules import LONGEST_LABEL
from .case import Submission


class Note(models.Model):
    """A word for colleagues. The journal names it by its public id; the text can be destroyed."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    author_name = models.CharField(max_length=300)
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("internal note")
        verbose_name_plural = _("internal notes")
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.public_id)


class Mention(models.Model):
    """A colleague whom a note asks to look: it waits in her day until she says that she has seen it."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mentions")
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints = [models.UniqueConstraint(fields=["note", "user"], name="mention_once")]
        indexes = [models.Index(fields=["user"], condition=models.Q(seen_at=None), name="mention_unseen")]

    def __str__(self) -> str:
        return str(self.pk)


class Label(models.Model):
    """A word by which a department sorts its requests; one that marks none any more is dropped."""

    MOST = LONGEST_LABEL

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="labels")
    name = models.CharField(_("label"), max_length=MOST)
    # Accents and capitals aside: two spellings make one label.
    folded = models.CharField(max_length=MOST, editable=False)
    submissions = models.ManyToManyField(Submission, through="LabelMark", related_name="labels")

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        ordering = ["folded"]
        constraints = [models.UniqueConstraint(fields=["department", "folded"], name="label_once")]

    def __str__(self) -> str:
        return self.name


class LabelMark(models.Model):
    """A label on a request."""

    label = models.ForeignKey(Label, on_delete=models.CASCADE, related_name="marks")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="label_marks")

    class Meta:
        verbose_name = _("label on a request")
        verbose_name_plural = _("labels on requests")
        constraints = [models.UniqueConstraint(fields=["label", "submission"], name="label_mark_once")]

    def __str__(self) -> str:
        return str(self.pk)


class CaseLink(models.Model):
    """A request that colleagues read with another one; written both ways, so that each shows the other."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="links")
    other = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("link between requests")
        verbose_name_plural = _("links between requests")
        constraints = [
            models.UniqueConstraint(fields=["submission", "other"], name="link_once"),
            models.CheckConstraint(condition=~models.Q(submission=models.F("other")), name="link_to_another"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class WatchQuerySet(models.QuerySet["Watch"]):
    def with_news(self, actor: str) -> "WatchQuerySet":
        """Return those whose request knew something since it was last looked at, by another hand than ``actor``'s."""
        since = Event.objects.filter(subject=models.OuterRef("subject"), at__gt=models.OuterRef("seen_at"))
        return self.filter(models.Exists(since.exclude(actor=actor)))


class Watch(models.Model):
    """Someone of the desk who keeps an eye on a request, whoever follows it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="watches")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="watches")
    # The key under which the journal names the request.
    subject = models.CharField(max_length=80, editable=False)
    seen_at = models.DateTimeField(default=timezone.now)

    objects = WatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("request watched")
        verbose_name_plural = _("requests watched")
        constraints = [models.UniqueConstraint(fields=["user", "submission"], name="watch_once")]

    def __str__(self) -> str:
        return str(self.pk)
