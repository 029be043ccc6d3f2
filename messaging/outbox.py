"""The one way to send something: a row and its wake-up, in the caller's transaction; nothing to who has died."""

from django.conf import settings
from django.utils import timezone

from accounts.closing import addresses_of
from accounts.deaths import died_at
from accounts.models import Person

from .models import Delivery, DeliveryQuerySet

# Asked for by whoever holds the receipt of a request, heirs too: it goes to the address that the receipt names.
_ON_RECEIPT = "follow_code"


def deliver(
    *,
    key: str,
    purpose: str,
    address: str,
    subject: str,
    body: str,
    about: str = "",
    person: Person | None = None,
    secret: bool = False,
    channel: str = "email",
    notice: bool = False,
) -> Delivery | None:
    """Owe a message once per ``key``; a second call with the same key changes nothing. None for who has died.

    A ``notice`` tells of something that waits in the person's space: the law counts from when it was made available
    and first read (R112-20).
    """
    if _has_died(purpose, person, address, about):
        return None
    delivery, created = Delivery.objects.get_or_create(
        key=key,
        defaults={
            "purpose": purpose,
            "channel": channel,
            "address": address,
            # A subject is one header line: no line break survives.
            "subject": " ".join(subject.split())[:250],
            "body": body,
            "about": about,
            "person": person,
            "secret": secret,
            "available_at": timezone.now() if notice else None,
        },
    )
    if created:
        delivery.wake()
    found: Delivery = delivery
    return found


def _has_died(purpose: str, person: Person | None, address: str, about: str) -> bool:
    """Say whether a message is for someone who has died: by name, or by an address of her login where it says no name.

    Two people may share an address: what is about a request is hers only by name.
    """
    if purpose == _ON_RECEIPT:
        return False
    if person is not None:
        return person.died_on is not None
    return not about and died_at(address)


def withhold_late(delivery: Delivery) -> bool:
    """Withhold a message whose person died after it was owed; say whether it was."""
    if not _has_died(delivery.purpose, delivery.person, delivery.address, delivery.about):
        return False
    _withhold(Delivery.objects.filter(pk=delivery.pk))
    return True


def owed_to(person: Person) -> DeliveryQuerySet:
    """Return what has not left yet and is for a person."""
    addresses = addresses_of(person.user) if person.user else set()
    return (
        Delivery.objects.sent_to(person, addresses).filter(state__in=("queued", "working")).exclude(purpose=_ON_RECEIPT)
    )


def withhold(person: Person) -> int:
    """Withhold all that has not left yet and is for someone who has died; return how much."""
    return _withhold(owed_to(person))


def _withhold(found: DeliveryQuerySet) -> int:
    keys = list(found.values_list("pk", flat=True))
    held = Delivery.objects.filter(pk__in=keys)
    if not settings.DEMO_MODE:
        # A code opens something for an hour: it is not kept to be sent later.
        held.filter(secret=True).update(body="")
    return held.update(state=Delivery.State.FAILED, withheld_at=timezone.now())


def release(person: Person) -> int:
    """Owe again what was withheld from someone who lives, codes aside; return how much."""
    addresses = addresses_of(person.user) if person.user else set()
    withheld = Delivery.objects.sent_to(person, addresses).filter(withheld_at__isnull=False, secret=False)
    found = list(withheld.order_by("pk"))
    for delivery in found:
        delivery.state, delivery.attempts, delivery.last_error = Delivery.State.QUEUED, 0, ""
        delivery.withheld_at, delivery.next_try_at = None, timezone.now()
        delivery.save(update_fields=["state", "attempts", "last_error", "withheld_at", "next_try_at"])
        delivery.wake()
    return len(found)


def mark_read(about: str) -> None:
    """Note that the notices about a case were first read now, by whoever they were for."""
    Delivery.objects.filter(about=about, available_at__isnull=False, first_read_at=None).update(
        first_read_at=timezone.now()
    )
