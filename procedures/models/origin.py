"""How a request came to the town: by itself over the network, or entered by an agent for someone."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Origin(models.Model):
    """What a draft and the request that it becomes both say of where it came from."""

    class Channel(models.TextChoices):
        ONLINE = "online", _("online")
        COUNTER = "counter", _("at the counter")
        PHONE = "phone", _("by telephone")
        POST = "post", _("by post")
        EMAIL = "email", _("by e-mail")

    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.ONLINE)
    # Known of what is stamped by a machine or handed over; a letter often says its day only.
    hour_known = models.BooleanField(default=True)
    # Why it was not entered on the day the town got it, in the agent's words.
    late_reason = models.TextField(blank=True)
    # The agent who enters it for someone; empty for whoever files by herself.
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        abstract = True

    @property
    def is_entered(self) -> bool:
        """Say whether an agent enters it, or entered it, for someone."""
        return self.entered_by_id is not None

    @property
    def is_electronic(self) -> bool:
        """Say whether it came over the network, which decides of the acknowledgement's name (L112-11, else L112-3)."""
        return self.channel in {self.Channel.ONLINE, self.Channel.EMAIL}


def span(received_at: datetime, *, hour_known: bool) -> tuple[datetime, datetime]:
    """Return the moments between which the town got something: twice the same, or a whole day up to now."""
    if hour_known:
        return received_at, received_at
    return received_at, min(received_at + timedelta(days=1), timezone.now())
