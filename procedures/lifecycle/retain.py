"""What is not kept: files that nothing links any more or never sent, documents that have served, words typed for a
correction that is over, mandates that nobody accepted.
"""

from collections import defaultdict
from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts.models import Mandate, Person
from journal import models as journal

from ..models import AnswerFile, CorrectionRequest, PieceFile, StoredFile, Submission
from ..models.storage import destroy, remove
from . import hold, retention

UNANSWERED = timedelta(days=60)


def purge_orphans(limit: int = 200) -> int:
    """Remove stored files without any link, an hour after they came; return how many."""
    orphans = StoredFile.objects.filter(
        draft_link=None,
        answer_link=None,
        message_link=None,
        document=None,
        safe_link=None,
        mandate_link=None,
        piece_link=None,
        notification_link=None,
        created_at__lt=timezone.now() - timedelta(hours=1),
    )
    count = 0
    for stored in list(orphans[:limit]):
        key = stored.key
        stored.delete()
        default_storage.delete(key)
        count += 1
    return count


def purge_corrections(limit: int = 200) -> int:
    """Forget what was typed for a correction and never sent, a month after the request is over; return how many."""
    found = CorrectionRequest.objects.filter(
        submission__closed_at__lt=timezone.now() - timedelta(days=30), answered_at=None
    ).exclude(pending={})
    keys = list(found.values_list("pk", flat=True)[:limit])
    return CorrectionRequest.objects.filter(pk__in=keys).update(pending={})


def purge_pieces(limit: int = 200) -> int:
    """Remove the files that were chosen for a piece and never sent, once the request is over; return how many."""
    over = (Submission.Status.DECIDED, Submission.Status.CLOSED)
    found = PieceFile.objects.filter(piece__request__submission__status__in=over).select_related("stored")
    old = list(found[:limit])
    for link in old:
        remove(link.stored)
    return len(old)


def purge_mandates(limit: int = 200) -> int:
    """Forget the mandates that nobody accepted, two months after they were asked, and whom they named; return how many.

    The journal keeps that one was asked, without a name.
    """
    asked = Mandate.objects.filter(accepted_at=None, created_at__lt=timezone.now() - UNANSWERED).select_related("paper")
    old = list(asked[:limit])
    for mandate in old:
        _forget(mandate)
    return len(old)


@transaction.atomic
def _forget(mandate: Mandate) -> None:
    paper = getattr(mandate, "paper", None)
    if paper is not None:
        paper.delete()
        remove(paper.stored)
    mandate.delete()
    # Whom a helper named and nobody else knows.
    Person.objects.filter(
        pk=mandate.principal_id, user=None, mandates_given=None, mandates_held=None, submissions=None, drafts=None
    ).delete()


def destroy_decided(limit: int = 200) -> int:
    """Destroy the bytes of the files that a question keeps until the decision only, once the delay after it has passed.

    The row stays, with name, size and digest, and the journal says what was destroyed (GDPR article 5.1, c and e). What is
    held stays whole: it goes once it is let go. Return how many files were destroyed. Safe to run again, and at once by
    two workers.
    """
    _date_decided(limit)
    due: dict[int, list[int]] = defaultdict(list)
    found = AnswerFile.objects.filter(destroy_at__lte=timezone.now()).exclude(hold.holds("submission"))
    for link in found.order_by("destroy_at")[:limit]:
        due[link.submission_id].append(link.pk)
    return sum(_destroy_of(submission, links) for submission, links in due.items())


def _date_decided(limit: int) -> None:
    """Say of each such file of a request that is over when it is to go."""
    waiting = AnswerFile.objects.filter(
        until_decision=True,
        destroy_at=None,
        submission__status__in=(Submission.Status.DECIDED, Submission.Status.CLOSED),
    )
    for submission in Submission.objects.filter(pk__in=waiting.values("submission")).select_related("version")[:limit]:
        when = retention.ends([submission])[submission.pk] + timedelta(days=settings.DECIDED_FILES_DAYS)
        waiting.filter(submission=submission).update(destroy_at=when)


@transaction.atomic
def _destroy_of(submission_id: int, links: list[int]) -> int:
    submission = Submission.objects.select_for_update().get(pk=submission_id)
    due = list(AnswerFile.objects.filter(pk__in=links, destroy_at__isnull=False).select_related("stored"))
    if not submission.is_over:
        # Opened again meanwhile: the files serve until the next decision.
        AnswerFile.objects.filter(submission=submission).update(destroy_at=None)
        return 0
    if hold.held(submission) is not None:
        return 0
    gone = [link.stored for link in due if link.stored.destroyed_at is None]
    for stored in gone:
        destroy(stored)
    AnswerFile.objects.filter(pk__in=[link.pk for link in due]).update(until_decision=False, destroy_at=None)
    if gone:
        journal.append(submission.key, "files_destroyed", data={"files": [str(stored.public_id) for stored in gone]})
    return len(gone)
