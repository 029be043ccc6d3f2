"""django-q2 entry points: send one delivery, sweep those that are due."""

from django.conf import settings

from portal.kit.owed import sweep as sweep_owed

from .channels import CHANNELS
from .models import Delivery
from .outbox import withhold_late


def send(pk: int) -> None:
    """Send a delivery once; a second run finds it done. A failure is noted on the row and tried again later."""
    delivery = Delivery.claim(pk)
    if delivery is None or withhold_late(delivery):
        return
    try:
        CHANNELS[delivery.channel](delivery)
    except Exception as error:
        delivery.fail(error)
        return
    delivery.succeed()
    if delivery.secret and not settings.DEMO_MODE:
        Delivery.objects.filter(pk=delivery.pk).update(body="")


def sweep() -> int:
    """Wake the worker for the deliveries that are due."""
    return sweep_owed(Delivery)
