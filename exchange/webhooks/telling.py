"""Telling programs: what is owed to each is read from the journal in its order, signed and sent; failures wait and end.

The body holds the reference and codes only. The signature covers the moment and the body, so that neither can be changed nor
sent again much later: ``X-Portail-Signature: t=<seconds>,v1=<HMAC-SHA256 of "t.body">``.
"""

import hashlib
import hmac
import json
import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from journal.models import Event, events_after
from portal.kit import public_call
from procedures import permissions

from ..permissions import actor_in
from .models import Webhook, WebhookDelivery

_AT_ONCE = 200
# How long what was told is kept to be looked at, and told again.
KEPT = timedelta(days=30)


def enrol() -> int:
    """Owe each program the events that came since it was last looked at; return how many. Safe to run again."""
    return sum(_enrol(pk) for pk in list(Webhook.objects.filter(paused_at=None).values_list("pk", flat=True)))


@transaction.atomic
def _enrol(pk: int) -> int:
    webhook = Webhook.objects.select_for_update(of=("self",)).select_related("user", "sector").get(pk=pk)
    looked = events_after(webhook.cursor, _AT_ONCE)
    if not looked or webhook.paused_at is not None:
        return 0
    actor = actor_in(webhook.user, webhook.sector_id)
    seen = permissions.visible_submissions(actor).named({one.subject for one in looked}) if actor else []
    names = {one.key: one.reference for one in seen}
    owed = 0
    for event in looked:
        if event.subject not in names or (webhook.kinds and event.kind not in webhook.kinds):
            continue
        body = body_of(event, names[event.subject])
        delivery, fresh = WebhookDelivery.objects.get_or_create(
            webhook=webhook, event=event.pk, defaults={"body": body}
        )
        if fresh:
            owed += 1
            delivery.wake()
    webhook.cursor = looked[-1].pk
    webhook.save(update_fields=["cursor"])
    return owed


def body_of(event: Event, reference: str) -> str:
    """Return what is told of an event."""
    told = {
        "id": event.pk,
        "reference": reference,
        "number": event.number,
        "kind": event.kind,
        "role": event.role,
        "at": event.at.isoformat(),
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def signature(secret: str, moment: int, body: str) -> str:
    """Return the header by which a program knows that a call is ours, and of now."""
    digest = hmac.new(secret.encode(), f"{moment}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def tell(delivery: WebhookDelivery) -> None:
    """Send one delivery. Raises public_call.Refused or Failed where it did not arrive: it is tried again."""
    webhook = delivery.webhook
    target = public_call.check(webhook.url, plain=settings.WEBHOOKS_PLAIN)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "portail",
        "X-Portail-Delivery": str(delivery.public_id),
        "X-Portail-Signature": signature(webhook.secret, int(time.time()), delivery.body),
    }
    status = public_call.post(target, delivery.body.encode(), headers)
    WebhookDelivery.objects.filter(pk=delivery.pk).update(answer=status)
    if not 200 <= status < 300:
        raise public_call.Failed(f"{status}")


def settle(delivery: WebhookDelivery, error: Exception | None) -> None:
    """Note how a try ended; an address that fails too often is paused until someone looks."""
    if error is None:
        delivery.succeed()
        Webhook.objects.filter(pk=delivery.webhook_id, failures__gt=0).update(failures=0)
        return
    delivery.fail(error)
    Webhook.objects.filter(pk=delivery.webhook_id).update(failures=F("failures") + 1)
    Webhook.objects.filter(pk=delivery.webhook_id, failures__gte=Webhook.MOST_FAILURES, paused_at=None).update(
        paused_at=timezone.now()
    )


def purge() -> int:
    """Forget what was told long ago; return how many."""
    return WebhookDelivery.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
