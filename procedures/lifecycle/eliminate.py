"""Destroying what a list of the archives names: all that says who asked what. What counts it, and what proves its
documents, stays; its chain of events still verifies.
"""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from journal import models as journal
from messaging.models import Delivery

from ..models import (
    AnswerFile,
    ArchiveItem,
    ArchiveList,
    CaseAccess,
    Destruction,
    Document,
    Facet,
    LegalNotice,
    Notification,
    PieceFile,
    StoredFile,
    Submission,
)
from ..models.case import MessageFile
from ..models.storage import destroy
from . import hold
from .draft import discard

ELIMINATED = "eliminated"


def carry_out(limit: int = 100) -> int:
    """Carry out the lists that the archives answered, some requests at a time; return how many. Safe to run again."""
    waiting = ArchiveItem.objects.filter(state="waiting", list__state=ArchiveList.State.ANSWERED).order_by("pk")
    keys = list(waiting.values_list("pk", flat=True)[:limit])
    done = sum(eliminate(pk) for pk in keys)
    for made in ArchiveList.objects.filter(state=ArchiveList.State.ANSWERED).exclude(items__state="waiting"):
        made.state, made.done_at = ArchiveList.State.DONE, timezone.now()
        made.save(update_fields=["state", "done_at"])
    return done


@transaction.atomic
def eliminate(item_id: int) -> bool:
    """Destroy one request of an answered list; say whether it was. One that is held by then stays, and the list says so."""
    item = ArchiveItem.objects.select_for_update().select_related("list").get(pk=item_id)
    if item.state != ArchiveItem.State.WAITING or item.list.state != ArchiveList.State.ANSWERED:
        return False
    submission = Submission.objects.select_for_update(of=("self",)).get(pk=item.submission_id)
    if hold.held(submission) is not None or not submission.is_over:
        item.state = ArchiveItem.State.HELD
        item.save(update_fields=["state"])
        return False
    record = Destruction.objects.create(submission=submission, kind=Destruction.Kind.WHOLE, item=item)
    documents(submission)
    _files(submission)
    _said(submission)
    _row(submission)
    submission.answer_sets.update(content="", sources={})
    submission.pieces_sendings.update(content="")
    record.done_at = item.done_at = timezone.now()
    item.state = ArchiveItem.State.DONE
    item.save(update_fields=["state", "done_at"])
    journal.append(submission.key, ELIMINATED, role="system", data={"list": item.list.number})
    # Last: the answers may be emptied only while this is open.
    record.save(update_fields=["done_at"])
    return True


def documents(submission: Submission, kinds: Collection[str] = Document.Kind.values) -> int:
    """Destroy the bytes of receipts and letters; their numbers, codes and digests stay, so that a copy can be verified."""
    kept = StoredFile.objects.filter(document__submission=submission, document__kind__in=kinds, destroyed_at=None)
    found = list(kept)
    for stored in found:
        destroy(stored)
    return len(found)


def _said(submission: Submission) -> None:
    """Remove every word that passed about it."""
    for decision in submission.decisions.all():
        decision.law_grounds = decision.fact_grounds = decision.words = decision.returned_because = decision.heard = ""
        decision.body = []
        decision.save(update_fields=["law_grounds", "fact_grounds", "words", "returned_because", "heard", "body"])
        decision.visas.all().delete()
    for found in (
        submission.messages,
        submission.opinions,
        submission.extensions,
        submission.silence_requests,
        submission.correction_requests,
        submission.holds,
    ):
        found.all().delete()
    if hasattr(submission, "sent_on"):
        submission.sent_on.delete()
    Delivery.objects.filter(about=submission.key).delete()
    LegalNotice.objects.filter(submission=submission).delete()
    Facet.objects.filter(submission=submission).delete()
    CaseAccess.objects.filter(submission=submission).delete()


def _files(submission: Submission) -> None:
    """Remove what was joined, rows and bytes."""
    stored = StoredFile.objects
    gone = list(stored.filter(answer_link__submission=submission))
    gone += stored.filter(notification_link__decision__submission=submission)
    gone += stored.filter(message_link__message__submission=submission)
    gone += stored.filter(piece_link__piece__request__submission=submission)
    MessageFile.objects.filter(message__submission=submission).delete()
    AnswerFile.objects.filter(submission=submission).delete()
    PieceFile.objects.filter(piece__request__submission=submission).delete()
    Notification.objects.filter(decision__submission=submission).delete()
    submission.pieces_requests.all().delete()
    for one in gone:
        # The bytes first: were this undone, the next run would finish it.
        destroy(one)
        one.delete()
    draft = getattr(submission, "draft", None)
    if draft is not None:
        discard(draft)


def _row(submission: Submission) -> None:
    """Leave of the request what counts it: procedure, department, dates, outcome, channel."""
    applicant = submission.applicant
    for name in ("display_name", "family_name", "given_names", "organisation", "registration", "email", "phone"):
        setattr(applicant, name, "")
    applicant.address = None
    applicant.save()
    submission.person = submission.mandate = submission.entered_by = submission.assigned_to = None
    submission.search_text = submission.late_reason = submission.follow_code = ""
    submission.acknowledgement = {}
    submission.eliminated_at = timezone.now()
    submission.save()
