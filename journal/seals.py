"""Seals: now and then, one more chain writes down what all the others hold, so that an event removed later is missed.

The subject "journal" has a chain like any other; each of its events covers, in the order they came, the events written
since the one before. What a receipt states (see anchors.py) is the head of a chain at its beginning: seals cover the rest.
"""

import hashlib
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from .models import Event, append, hold

SUBJECT = "journal"
# At most so often: what was written since is covered by the next one.
EVERY = timedelta(minutes=10)
_MOST = 50_000


def _covered(after: int, through: int | None = None) -> tuple[int, int, str]:
    """Return how many events stand after one, the last of them, and the digest of all their digests."""
    events = Event.objects.filter(pk__gt=after).exclude(subject=SUBJECT).order_by("pk")
    events = events[:_MOST] if through is None else events.filter(pk__lte=through)
    digest, count, last = hashlib.sha256(), 0, after
    for key, one in events.values_list("pk", "digest").iterator(chunk_size=2000):
        digest.update(f"{one}\n".encode())
        count, last = count + 1, key
    return count, last, digest.hexdigest()


@transaction.atomic
def seal() -> int:
    """Seal what was written since the last seal, unless that was just now; return how many events it covers."""
    hold()
    last = Event.objects.of(SUBJECT).last()
    # A clock moved back must not put the next seal off until it has caught up.
    if last is not None and abs(timezone.now() - last.at) < EVERY:
        return 0
    after = int(last.data["through"]) if last else 0
    count, through, digest = _covered(after)
    if count:
        append(
            SUBJECT,
            "sealed",
            role="system",
            data={"after": after, "through": through, "count": count, "digest": digest},
        )
    return count


def first_broken() -> tuple[int, str]:
    """Compare each seal with what it covers; return how many hold, and the first that does not."""
    through, found = 0, 0
    for event in Event.objects.of(SUBJECT).iterator(chunk_size=2000):
        said = event.data
        count, last, digest = _covered(said["after"], said["through"])
        if said["after"] != through or (count, last, digest) != (said["count"], said["through"], said["digest"]):
            return found, (
                f"seal {event.number}: of the {said['count']} events written before {event.at.isoformat()}, {count} are "
                "there, or one is not the same"
            )
        through, found = said["through"], found + 1
    return found, ""
