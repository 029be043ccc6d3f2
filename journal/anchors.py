"""Heads of chains that something outside them remembers: a chain cut at its end, or rewritten whole, no longer has them.

A model whose rows state the head of a chain (a receipt prints it) has a class method ``journal_anchors`` that yields
them. What no row states is stated by seals (see seals.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.apps import apps

from .models import Event, holds

_AT_ONCE = 500


@dataclass(frozen=True)
class Anchor:
    """An event that a chain must hold for ever."""

    subject: str
    number: int
    digest: str

    @property
    def holds(self) -> bool:
        """Say whether the chain is whole and still holds this event."""
        return holds(self.subject, self.number, self.digest)


def anchors() -> Iterator[Anchor]:
    """Yield every head that a row states."""
    for model in apps.get_models():
        if stated := getattr(model, "journal_anchors", None):
            yield from stated()


def first_lost() -> tuple[int, str]:
    """Look every stated head up in its chain, in constant memory; return how many are there, and the first that is not."""
    found, waiting = 0, anchors()
    while batch := list(islice(waiting, _AT_ONCE)):
        subjects, numbers = {one.subject for one in batch}, {one.number for one in batch}
        kept = set(
            Event.objects.filter(subject__in=subjects, number__in=numbers).values_list("subject", "number", "digest")
        )
        for one in batch:
            if (one.subject, one.number, one.digest) not in kept:
                return found, f"{one.subject}: event {one.number} is no longer the one that a receipt states"
            found += 1
    return found, ""
