"""One file per channel; each gives ``send(delivery)``, which raises when it could not."""

from collections.abc import Callable

from ..models import Delivery
from . import email

CHANNELS: dict[str, Callable[[Delivery], None]] = {"email": email.send}
