"""The life of a webhook: added, paused, resumed, told again, taken off; each written down."""

import uuid

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import Role, User
from accounts.permissions import Actor
from journal.models import Event, record_access
from town.models import Sector

from ..permissions import lends
from .models import Webhook, WebhookDelivery


@transaction.atomic
def add(name: str, url: str, user: User, sector: Sector, kinds: list[str], *, by: Actor) -> Webhook:
    """Tell a program of what happens from now on. Raises PermissionDenied for an account that ``by`` does not administer."""
    last = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    made = Webhook(name=name.strip(), url=url, user=user, sector=sector, kinds=kinds, cursor=last)
    _must_lend(made, by)
    made.save()
    _note("made", made, by)
    return made


@transaction.atomic
def pause(webhook: Webhook, *, by: Actor) -> None:
    """Tell it nothing until it is resumed; what happens meanwhile waits. Raises PermissionDenied."""
    _must_lend(webhook, by)
    if Webhook.objects.filter(pk=webhook.pk, paused_at=None).update(paused_at=timezone.now()):
        _note("paused", webhook, by)


@transaction.atomic
def resume(webhook: Webhook, *, by: Actor) -> None:
    """Tell it again, from where it was. Raises PermissionDenied."""
    _must_lend(webhook, by)
    Webhook.objects.filter(pk=webhook.pk).update(paused_at=None, failures=0)
    _note("resumed", webhook, by)


@transaction.atomic
def remove(webhook: Webhook, *, by: Actor) -> None:
    """Tell it nothing any more, and forget what it was told. Raises PermissionDenied."""
    _must_lend(webhook, by)
    _note("removed", webhook, by)
    webhook.delete()


@transaction.atomic
def again(webhook: Webhook, delivery_id: uuid.UUID, *, by: Actor) -> bool:
    """Owe a delivery once more, the same bytes signed anew; False where there is none. Raises PermissionDenied."""
    _must_lend(webhook, by)
    delivery = WebhookDelivery.objects.filter(webhook=webhook, public_id=delivery_id).first()
    if delivery is None:
        return False
    delivery.state, delivery.attempts, delivery.last_error = delivery.State.QUEUED, 0, ""
    delivery.next_try_at, delivery.done_at = timezone.now(), None
    delivery.save(update_fields=["state", "attempts", "last_error", "next_try_at", "done_at"])
    delivery.wake()
    _note("again", webhook, by)
    return True


def _must_lend(webhook: Webhook, by: Actor) -> None:
    if not lends(by, webhook.user, webhook.sector_id):
        raise PermissionDenied


def _note(what: str, webhook: Webhook, by: Actor) -> None:
    record_access(f"hook.{what}", f"hook:{webhook.public_id}", actor=by.key, role=Role.TOWN_ADMIN)
