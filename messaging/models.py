"""What leaves the house: one row per delivery, whatever its channel."""

import uuid
from collections.abc import Collection
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from portal.kit.owed import Owed, OwedQuerySet


class DeliveryQuerySet(OwedQuerySet):
    def unsettled(self) -> "DeliveryQuerySet":
        """Return what could not be sent, and that nobody has dealt with: its person does not know."""
        return self.filter(state=Delivery.State.FAILED, withheld_at=None, settled_at=None)

    def sent_to(self, person: Person, addresses: Collection[str]) -> "DeliveryQuerySet":
        """Return what was sent to a person: to her by name, or to an address of her login where it says no name.

        Two people may share an address: what is about a request is hers only by name.
        """
        unnamed = models.Q(person__isnull=True, about="", address__in=addresses)
        return self.filter(models.Q(person=person) | unnamed)


class Delivery(Owed):
    """One message to one address, for one purpose. Mails about cases carry reference, service and link, no answers."""

    task: ClassVar[str] = "messaging.tasks.send"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Two tries to say the same thing make one row: "receipt:<submission>:1".
    key = models.CharField(max_length=120, unique=True)
    purpose = models.CharField(_("purpose"), max_length=40)
    channel = models.CharField(_("channel"), max_length=20, default="email")
    address = models.CharField(_("address"), max_length=254)
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="deliveries")
    about = models.CharField(_("about"), max_length=80, blank=True)  # the public key of a case
    subject = models.CharField(_("subject"), max_length=250)
    body = models.TextField(_("body"))
    # Login codes and links that open something: the body is emptied once sent.
    secret = models.BooleanField(default=False)
    # For notices that the law counts from (CRPA-33).
    available_at = models.DateTimeField(_("made available"), null=True, blank=True)
    first_read_at = models.DateTimeField(_("first read"), null=True, blank=True)
    # Whoever it was for has died before it left: it is not sent, unless that was recorded for the wrong person.
    withheld_at = models.DateTimeField(_("withheld"), null=True, blank=True)

    # Someone has dealt with what could not be sent: told in another way, or found needless.
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            models.Index(fields=["about", "id"], name="delivery_about"),
            models.Index(
                fields=["about"],
                name="delivery_unsettled",
                condition=models.Q(state="failed", withheld_at=None, settled_at=None),
            ),
            models.Index(fields=["address"], name="delivery_unnamed", condition=models.Q(person__isnull=True)),
            models.Index(
                fields=["next_try_at"], name="delivery_due", condition=models.Q(state__in=("queued", "working"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} → {self.address}"

    @property
    def is_unsettled(self) -> bool:
        """Say whether it could not be sent and nobody has dealt with it."""
        return self.state == self.State.FAILED and self.withheld_at is None and self.settled_at is None
