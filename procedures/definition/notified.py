"""When a decision is notified, by the way it was sent: pure functions on local days (CRPA L112-14, L112-15, R112-17 to R112-20).

The fifteen days of R112-20 hold only where a text wants a registered letter and the person chose the portal instead.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Way = Literal["portal", "post"]
# "read": on the day it was first opened. "deemed": never opened, the days are over. "waiting": neither yet.
# "received": on the day that the return receipt says. "posted": on its way, or delivered without a proof. "to_post": not sent.
How = Literal["read", "deemed", "waiting", "received", "posted", "to_post"]
DEEMED_AFTER = timedelta(days=15)


@dataclass(frozen=True)
class Sent:
    """How a decision was sent. ``registered``: a text wants a registered letter, or the portal as she expressly chose."""

    way: Way
    available_on: date
    registered: bool = False
    read_on: date | None = None
    posted_on: date | None = None
    received_on: date | None = None


@dataclass(frozen=True)
class Notified:
    """The day of the notification, None where there is none that can be proven, and how it is known.

    ``deemed_on`` is the day on which it will be deemed notified, where that rule holds and it was not read yet.
    """

    how: How
    day: date | None = None
    deemed_on: date | None = None


def notified(sent: Sent, today: date) -> Notified:
    """Return when a decision is notified, as it stands ``today``."""
    if sent.way == "post":
        if sent.received_on is not None:
            return Notified("received", sent.received_on)
        return Notified("to_post" if sent.posted_on is None else "posted")
    deemed_on = sent.available_on + DEEMED_AFTER if sent.registered else None
    if sent.read_on is not None and (deemed_on is None or sent.read_on <= deemed_on):
        return Notified("read", sent.read_on)
    if deemed_on is not None and today >= deemed_on:
        return Notified("deemed", deemed_on)
    return Notified("waiting", deemed_on=deemed_on)
