"""The one way to send something: a row and its wake-up, in the caller's transaction."""

from django.utils import timezone

from accounts.models import Person

from .models import Delivery


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
) -> Delivery:
    """Owe a message once per ``key``; a second call with the same key changes nothing.

    A ``notice`` tells of something that waits in the person's space: the law counts from when it was made available
    and first read (R112-20).
    """
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


def mark_read(about: str) -> None:
    """Note that the notices about a case were first read now, by whoever they were for."""
    Delivery.objects.filter(about=about, available_at__isnull=False, first_read_at=None).update(
        first_read_at=timezone.now()
    )
