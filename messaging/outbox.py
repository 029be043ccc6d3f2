"""The one way to send something: a row and its wake-up, in the caller's transaction."""

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
) -> Delivery:
    """Owe a message once per ``key``; a second call with the same key changes nothing."""
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
        },
    )
    if created:
        delivery.wake()
    found: Delivery = delivery
    return found
