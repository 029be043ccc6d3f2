"""Opinions on a request: asked, recorded when they come, given up when they do not. The legal date never moves for them.

A department of the town that is asked reads the request until it has answered; whoever is asked outside opens a link.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from journal import models as journal
from town.models import Department

from .. import permissions
from ..models import CaseAccess, Opinion, Submission
from . import colleagues, opinion_mail, route
from .grounds import MissingWords
from .transition import StaleAction, locked

ASKED, GIVEN, DROPPED = "opinion_asked", "opinion_given", "opinion_dropped"
# Nobody reads a request for an opinion longer than that.
LONGEST = timedelta(days=183)


@dataclass(frozen=True)
class Shown:
    """What the link shows beside the question; sensitive answers never."""

    answers: bool = False
    identity: bool = False
    files: bool = False


@dataclass(frozen=True)
class Question:
    """Whose opinion, on what, since when, and by when; ``reply_by`` None where no day was set.

    Asked of ``department``, or by a link sent to ``email``, or elsewhere where neither is given.
    """

    body: str
    words: str
    asked_on: date
    reply_by: date | None = None
    department: Department | None = None
    email: str = ""
    shown: Shown = Shown()

    @property
    def way(self) -> Opinion.Way:
        """How it is asked."""
        if self.department is not None:
            return Opinion.Way.DEPARTMENT
        return Opinion.Way.LINK if self.email else Opinion.Way.NOTED


@dataclass(frozen=True)
class Answer:
    """What was answered, and on which day; ``sense`` is one of ``Opinion.Sense``."""

    sense: str
    words: str
    given_on: date


def check_question(submission: Submission, question: Question, today: date) -> None:
    """Refuse what says too little, or a day that cannot be; MissingWords names the question."""
    if not question.body.strip():
        raise MissingWords("body", _("Say whose opinion it is."))
    if not timezone.localdate(submission.received_at) <= question.asked_on <= today:
        raise MissingWords("asked_on", _("This day is before the request, or still to come: check it."))
    if question.reply_by is not None and question.reply_by < question.asked_on:
        raise MissingWords("reply_by", _("The answer cannot be expected before it is asked: check the day."))
    if question.way != Opinion.Way.NOTED:
        if not question.words.strip():
            raise MissingWords("words", _("Write what you ask: it is all that they are told."))
        if question.reply_by is None or not today <= question.reply_by <= today + LONGEST:
            raise MissingWords("reply_by", _("Choose a day from today on, within six months."))
    if question.department is not None and not colleagues.team(submission, question.department):
        raise MissingWords("department", _("Nobody in that department may answer: choose another one."))


def check_answer(opinion: Opinion, answer: Answer, today: date) -> None:
    """Refuse an answer that says nothing, or a day that cannot be; MissingWords names the question."""
    if answer.sense not in Opinion.Sense.values:
        raise MissingWords("sense", _("Choose what the opinion is."))
    if not answer.words.strip():
        raise MissingWords("words", _("Write what the opinion says, as it is."))
    if not opinion.asked_on <= answer.given_on <= today:
        raise MissingWords("given_on", _("This day is before it was asked, or still to come: check it."))


@transaction.atomic
def ask(submission: Submission, question: Question, *, by: Actor) -> Opinion:
    """Ask for an opinion, and open what must be read for it until it is given.

    Raises PermissionDenied, MissingWords, and StaleAction where the request is over, or the department asked is no other
    department of its legal entity.
    """
    current = _open(submission, by)
    if question.department is not None and question.department not in route.places_for(current):
        raise StaleAction(current)
    check_question(current, question, timezone.localdate())
    opinion = Opinion.objects.create(
        submission=current,
        body=question.body.strip(),
        way=question.way,
        department=question.department,
        access=_access(current, question),
        email=question.email if question.way == Opinion.Way.LINK else "",
        shows_answers=question.shown.answers,
        shows_identity=question.shown.identity,
        shows_files=question.shown.files,
        question=question.words.strip(),
        asked_on=question.asked_on,
        reply_by=question.reply_by,
        asked_by=by.user,
        asked_by_name=_name(by, current),
    )
    _note(current, ASKED, opinion, by)
    opinion_mail.tell(opinion, "asked")
    return opinion


@transaction.atomic
def record(submission: Submission, public_id: uuid.UUID, answer: Answer, *, by: Actor) -> Opinion:
    """Record what was answered: once; by the department that asked, or by the one that was asked.

    Raises PermissionDenied, MissingWords, and StaleAction where it is settled.
    """
    current = locked(submission.reference)
    opinion = current.opinions.filter(public_id=public_id).first()
    own = permissions.may_ask_opinion(by, current)
    if not own and not (opinion and permissions.may_give_opinion(by, opinion)):
        raise PermissionDenied
    opinion = _awaited(current, public_id)
    check_answer(opinion, answer, timezone.localdate())
    opinion.recorded_by, opinion.recorded_by_name = by.user, _name(by, current)
    _give(opinion, answer, seen=own)
    _note(current, GIVEN, opinion, by)
    return opinion


@transaction.atomic
def give(opinion: Opinion, answer: Answer, name: str) -> Opinion:
    """Record what whoever holds the link answers, under the name that she gives: once.

    Raises MissingWords, and StaleAction where it is settled, too late, or the request is over.
    """
    current = locked(opinion.submission.reference)
    opinion = _awaited(current, opinion.public_id)
    if not opinion.is_open:
        raise StaleAction(current)
    check_answer(opinion, answer, timezone.localdate())
    opinion.recorded_by_name = name.strip()[:300]
    _give(opinion, answer, seen=False)
    journal.append(
        current.key, GIVEN, actor=opinion.key, role="outside", data={"opinion": str(opinion.public_id), "link": True}
    )
    return opinion


@transaction.atomic
def send_again(submission: Submission, public_id: uuid.UUID, *, by: Actor) -> Opinion:
    """Send a new link to whoever is asked outside: the one before opens nothing any more.

    Raises PermissionDenied, and StaleAction where it is settled or was not asked by a link.
    """
    opinion = _awaited(_open(submission, by), public_id)
    if opinion.way != Opinion.Way.LINK or not opinion.is_open:
        raise StaleAction(opinion.submission)
    opinion.renew()
    opinion_mail.tell(opinion, "again")
    return opinion


@transaction.atomic
def drop(submission: Submission, public_id: uuid.UUID, *, by: Actor) -> Opinion:
    """Wait for it no longer: what was opened for it closes. Raises PermissionDenied, and StaleAction where it is settled."""
    current = _open(submission, by)
    opinion = _awaited(current, public_id)
    opinion.dropped_on = timezone.localdate()
    opinion.save(update_fields=["dropped_on"])
    _close(opinion)
    _note(current, DROPPED, opinion, by)
    return opinion


def seen(submission: Submission, *, by: Actor) -> int:
    """Note that the department has read what was answered on a request; return how many. Raises PermissionDenied."""
    if not permissions.may_ask_opinion(by, submission):
        raise PermissionDenied
    return Opinion.objects.to_read().filter(submission=submission).update(seen_at=timezone.now())


def remind() -> int:
    """Remind, once, whoever has three days left or fewer, and was not asked today; return how many. Safe to run again."""
    today = timezone.localdate()
    due = Opinion.objects.awaited().filter(
        reply_by__gte=today,
        reply_by__lte=today + timedelta(days=3),
        asked_on__lt=today,
        reminded_on=None,
        submission__status__in=("submitted", "under_review", "awaiting_citizen"),
    )
    return sum(_remind(pk, today) for pk in due.exclude(way=Opinion.Way.NOTED).values_list("pk", flat=True)[:200])


@transaction.atomic
def _remind(pk: int, today: date) -> bool:
    if not Opinion.objects.awaited().filter(pk=pk, reminded_on=None).update(reminded_on=today):
        return False
    opinion_mail.tell(Opinion.objects.select_related("submission__department", "department").get(pk=pk), "reminder")
    return True


def _access(submission: Submission, question: Question) -> CaseAccess | None:
    """Open the request to the department that is asked, until some days after the day that was set."""
    if question.department is None or question.reply_by is None:
        return None
    end = timezone.make_aware(datetime.combine(question.reply_by + Opinion.GRACE + timedelta(days=1), time.min))
    reason = _("An opinion is asked of it")
    return CaseAccess.objects.create(submission=submission, department=question.department, reason=reason, until=end)


def _give(opinion: Opinion, answer: Answer, *, seen: bool) -> None:
    opinion.sense, opinion.words, opinion.given_on = answer.sense, answer.words.strip(), answer.given_on
    opinion.seen_at = timezone.now() if seen else None
    opinion.save(update_fields=["sense", "words", "given_on", "recorded_by", "recorded_by_name", "seen_at"])
    _close(opinion)


def _close(opinion: Opinion) -> None:
    """End the right to read that went with the question."""
    if opinion.access is not None:
        opinion.access.until = timezone.now()
        opinion.access.save(update_fields=["until"])


def _open(submission: Submission, by: Actor) -> Submission:
    current = locked(submission.reference)
    if not permissions.may_ask_opinion(by, current):
        raise PermissionDenied
    if current.is_over:
        raise StaleAction(current)
    return current


def _awaited(submission: Submission, public_id: uuid.UUID) -> Opinion:
    opinion = submission.opinions.filter(public_id=public_id).select_related("access").first()
    if opinion is None or not opinion.is_awaited or submission.is_over:
        raise StaleAction(submission)
    return opinion


def _name(by: Actor, submission: Submission) -> str:
    return by.name or submission.department.name


def _note(submission: Submission, kind: str, opinion: Opinion, by: Actor) -> None:
    data: dict[str, Any] = {"opinion": str(opinion.public_id)} | permissions.behalf(by, submission, "agent")
    journal.append(submission.key, kind, actor=by.key, role="agent", data=data)
