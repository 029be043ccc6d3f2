"""Destroying what a list of the archives names: all that says who asked what. What counts it, and what proves its
documents, stays; its chain of events still verifies.
"""

import logging
from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Person
from journal import models as journal
from messaging.models import Delivery

from ..models import (
    Annotation,
    AnswerFile,
    ArchiveItem,
    ArchiveList,
    ArchivePackage,
    CaseAccess,
    CaseLink,
    Destruction,
    Document,
    Facet,
    Label,
    LegalNotice,
    Notification,
    PieceFile,
    Rating,
    StoredFile,
    Submission,
)
from ..models.case import MessageFile
from ..models.storage import destroy
from . import hold, retention
from .draft import discard

ELIMINATED = "eliminated"
# Why a document that was still owed is not made any more.
DESTROYED = "destroyed at its term"
# What may happen to a request between its handing over and its destruction without adding a word to it.
_QUIET = {hold.HELD, hold.LIFTED, "files_destroyed", "sensitive_destroyed"}
_log = logging.getLogger(__name__)


def carry_out(limit: int = 100) -> int:
    """Carry out the lists that the archives answered, some requests at a time; return how many. Safe to run again."""
    answered = ArchiveItem.objects.filter(state=ArchiveItem.State.WAITING, list__state=ArchiveList.State.ANSWERED)
    keys = answered.filter(next_try_at__lte=timezone.now()).order_by("pk").values_list("pk", flat=True)
    done = sum(_tried(pk) for pk in list(keys[:limit]))
    for made in ArchiveList.objects.filter(state=ArchiveList.State.ANSWERED).exclude(items__state="waiting"):
        made.state, made.done_at = ArchiveList.State.DONE, timezone.now()
        made.save(update_fields=["state", "done_at"])
    return done


def _tried(item_id: int) -> bool:
    """Destroy one request of a list; a failure is noted on its line, tried again later, and holds up no other."""
    try:
        return eliminate(item_id)
    except Exception as error:
        _log.exception("line %s of a list for the archives failed", item_id)
        line = ArchiveItem.objects.filter(pk=item_id)
        line.update(attempts=F("attempts") + 1, last_error=f"{type(error).__name__}: {error}"[:300])
        wait = min(2 ** (line.values_list("attempts", flat=True)[0] - 1), 24 * 60)
        line.update(next_try_at=timezone.now() + timedelta(minutes=wait))
        return False


@transaction.atomic
def eliminate(item_id: int) -> bool:
    """Destroy one request of an answered list; say whether it was.

    One that is held by then, or that is no longer what the archives were told of, stays, and the list says so.
    """
    item = ArchiveItem.objects.select_for_update(of=("self",)).select_related("list").get(pk=item_id)
    if item.state != ArchiveItem.State.WAITING or item.list.state != ArchiveList.State.ANSWERED:
        return False
    submission = Submission.objects.select_for_update(of=("self",)).select_related("version").get(pk=item.submission_id)
    if hold.held(submission) is not None:
        item.state = ArchiveItem.State.HELD
    elif not retention.is_due(submission, timezone.localdate()) or _has_grown(submission, item.list):
        item.state = ArchiveItem.State.AGAIN
    if item.state != ArchiveItem.State.WAITING:
        item.save(update_fields=["state"])
        return False
    record = Destruction.objects.create(submission=submission, kind=Destruction.Kind.WHOLE, item=item)
    documents(submission)
    _files(submission)
    _said(submission)
    person = submission.person
    _row(submission)
    if person is not None:
        _person(person)
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
    # What is still owed is owed no more: it would print what is no longer there.
    owed = Document.objects.filter(submission=submission, kind__in=kinds, stored=None)
    owed.update(state=Document.State.FAILED, last_error=DESTROYED)
    return len(found)


def _has_grown(submission: Submission, made: ArchiveList) -> bool:
    """Say whether something was added to a request after it was handed over: the archives do not have it."""
    if not made.is_transfer:
        return False
    packed = ArchivePackage.objects.filter(list=made, begun_at__isnull=False).values_list("begun_at", flat=True).first()
    if packed is None:
        # Answered before packages were kept: its term was read again, which is all that can be known.
        return False
    since = journal.Event.objects.of(submission.key).filter(at__gte=packed)
    return since.exclude(kind__in=_QUIET).exists()


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
        submission.notes,
        submission.label_marks,
        submission.links,
        submission.watches,
        submission.rule_runs,
        submission.batch_items,
    ):
        found.all().delete()
    Annotation.objects.filter(submission=submission).delete()
    if hasattr(submission, "sent_on"):
        submission.sent_on.delete()
    Delivery.objects.filter(about=submission.key).delete()
    LegalNotice.objects.filter(submission=submission).delete()
    Facet.objects.filter(submission=submission).delete()
    CaseLink.objects.filter(other=submission).delete()
    Rating.objects.filter(submission=submission).update(submission=None, words="")
    Label.objects.filter(department=submission.department_id, marks=None).delete()
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


def _person(person: Person) -> None:
    """Forget whom nothing names any more: no login, no other request, no draft, no mandate."""
    Person.objects.filter(
        pk=person.pk, user=None, submissions=None, drafts=None, mandates_given=None, mandates_held=None, papers=None
    ).delete()
