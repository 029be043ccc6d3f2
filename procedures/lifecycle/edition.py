"""Places of an edition: taken in the order of arrival, waited for when there is none, given on when one is freed."""

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from journal import models as journal

from ..models import Edition, Procedure, Submission
from . import notify

# A request that ends so may give its place back: see `_freed`.
FREES = ("refused", "abandoned", "no_object")


class EditionFull(Exception):
    """Every place is taken and there is no waiting list; the draft is kept."""


def offers(procedure: Procedure) -> tuple[list[Edition], bool]:
    """Return the editions that can be filed now, each with its places ``left``, and whether there are editions at all."""
    every = list(procedure.editions.all())
    found = [edition for edition in every if edition.is_open]
    for edition in found:
        edition.left = left(edition)
    return found, bool(every)


def holding(edition: Edition) -> int:
    """Count the requests that hold a place."""
    return edition.submissions.filter(waiting_rank=None).exclude(_freed()).count()


def _freed() -> Q:
    """Return which requests hold no place, duplicates among them.

    One that was dealt with without a decision had its place, and keeps it.
    """
    settled = Q(outcome=FREES[2], decisions__signed_at__isnull=False)
    return Q(outcome__in=FREES[:2]) | settled | Q(duplicate_of__isnull=False)


def left(edition: Edition) -> int | None:
    """Return how many places are left; None where there is no limit."""
    return None if edition.quota is None else max(0, edition.quota - holding(edition))


def take_place(edition: Edition) -> int | None:
    """Take a place: None when there is one, else the rank on the waiting list. Raises EditionFull.

    Needs a transaction: the edition's row is locked, so that the last place goes to one request.
    """
    locked = Edition.objects.select_for_update().get(pk=edition.pk)
    if left(locked) != 0:
        return None
    if not locked.waiting_list:
        raise EditionFull
    last = locked.submissions.exclude(waiting_rank=None).order_by("-waiting_rank").first()
    return (last.waiting_rank or 0) + 1 if last else 1


def place_before(submission: Submission) -> int:
    """Return how many wait before this request, itself counted."""
    assert submission.edition is not None, "only a request of an edition waits"  # noqa: S101
    return submission.edition.submissions.filter(waiting_rank__lte=submission.waiting_rank or 0).count()


@transaction.atomic
def give_on(edition: Edition) -> list[Submission]:
    """Give every free place to the requests that have waited longest, and tell their citizens; return them."""
    locked = Edition.objects.select_for_update().get(pk=edition.pk)
    free = left(locked)
    waiting = locked.submissions.exclude(waiting_rank=None).exclude(_freed()).order_by("waiting_rank")
    chosen = list(waiting.select_related("applicant", "department__place")[:free] if free is not None else waiting)
    for submission in chosen:
        submission.waiting_rank = None
        submission.save(update_fields=["waiting_rank"])
        journal.append(submission.key, "place_found", actor=Actor().key, role="system", data={"edition": locked.pk})
        notify.citizen(
            submission,
            "place_found",
            key=f"place:{submission.public_id}",
            subject=_("A place is free for you"),
            sentence="Une place s’est libérée : votre demande quitte la liste d’attente.",
        )
    return chosen
