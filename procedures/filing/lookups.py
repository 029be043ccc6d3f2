"""The lists that a person filing may choose from: the town's, and her own requests."""

from datetime import date

from django.utils import timezone

from accounts.permissions import Actor
from portal.kit.moments import day_in_words

from .. import permissions
from ..definition.fields.request_link import SOURCE
from ..definition.lookups import Item
from ..models.lookups import TownLookups

_MOST = 20


class CitizenLookups(TownLookups):
    """Adds the latest requests of whoever is signed in; asks the database only when a question does."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def items(self, source: str, *, on: date, parent: str = "") -> list[Item]:
        """Return the person's own requests, newest first, or another list."""
        if source != SOURCE:
            return super().items(source, on=on, parent=parent)
        if self.actor.user is None:
            return []
        found = permissions.followed_submissions(self.actor).select_related("procedure").order_by("-received_at")
        return [
            Item(
                one.reference,
                f"{one.procedure.title}, {day_in_words(timezone.localtime(one.received_at).date())}",
            )
            for one in found.only("reference", "received_at", "procedure__title")[:_MOST]
        ]
