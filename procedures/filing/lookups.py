"""The lists that a person filing may choose from: the town's, and her own requests."""

from datetime import date

from django.utils import timezone

from accounts.permissions import Actor
from portal.kit.moments import day_in_words

from .. import permissions
from ..definition.fields.request_link import SOURCE
from ..definition.lookups import Item
from ..models import Draft, Submission
from ..models.lookups import TownLookups

_MOST = 20


class CitizenLookups(TownLookups):
    """Adds the latest requests of whom a draft, or a request, is for; asks the database only when a question does."""

    def __init__(self, actor: Actor, work: Draft | Submission) -> None:
        self.actor, self.work = actor, work

    def items(self, source: str, *, on: date, parent: str = "") -> list[Item]:
        """Return the person's requests that the actor may follow, newest first, or another list."""
        if source != SOURCE:
            return super().items(source, on=on, parent=parent)
        person = self.work.person or self.actor.person
        if self.work.is_entered or person is None:
            return []
        found = permissions.followed_submissions(self.actor).filter(person=person).select_related("procedure")
        return [
            Item(
                one.reference,
                f"{one.procedure.title}, {day_in_words(timezone.localtime(one.received_at).date())}",
            )
            for one in found.only("reference", "received_at", "procedure__title").order_by("-received_at")[:_MOST]
        ]
