"""Opinions on a request: asked, recorded when they come, given up when they do not. The legal date never moves for them."""

import uuid
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from journal import models as journal

from .. import permissions
from ..models import Opinion, Submission
from .grounds import MissingWords
from .transition import StaleAction, locked

ASKED, GIVEN, DROPPED = "opinion_asked", "opinion_given", "opinion_dropped"


@dataclass(frozen=True)
class Question:
    """Whose opinion, on what, since when, and by when; ``reply_by`` None where no day was set."""

    body: str
    words: str
    asked_on: date
    reply_by: date | None = None


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
    """Note that an opinion is asked. Raises PermissionDenied, MissingWords, and StaleAction where the request is over."""
    current = _open(submission, by)
    check_question(current, question, timezone.localdate())
    opinion = Opinion.objects.create(
        submission=current,
        body=question.body.strip(),
        question=question.words.strip(),
        asked_on=question.asked_on,
        reply_by=question.reply_by,
        asked_by=by.user,
        asked_by_name=_name(by, current),
    )
    _note(current, ASKED, opinion, by)
    return opinion


@transaction.atomic
def record(submission: Submission, public_id: uuid.UUID, answer: Answer, *, by: Actor) -> Opinion:
    """Record what was answered: once. Raises PermissionDenied, MissingWords, and StaleAction where it is settled."""
    current = _open(submission, by)
    opinion = _awaited(current, public_id)
    check_answer(opinion, answer, timezone.localdate())
    opinion.sense, opinion.words, opinion.given_on = answer.sense, answer.words.strip(), answer.given_on
    opinion.recorded_by, opinion.recorded_by_name = by.user, _name(by, current)
    opinion.save(update_fields=["sense", "words", "given_on", "recorded_by", "recorded_by_name"])
    _note(current, GIVEN, opinion, by)
    return opinion


@transaction.atomic
def drop(submission: Submission, public_id: uuid.UUID, *, by: Actor) -> Opinion:
    """Wait for it no longer. Raises PermissionDenied, and StaleAction where it is settled."""
    current = _open(submission, by)
    opinion = _awaited(current, public_id)
    opinion.dropped_on = timezone.localdate()
    opinion.save(update_fields=["dropped_on"])
    _note(current, DROPPED, opinion, by)
    return opinion


def _open(submission: Submission, by: Actor) -> Submission:
    current = locked(submission.reference)
    if not permissions.may_ask_opinion(by, current):
        raise PermissionDenied
    if current.is_over:
        raise StaleAction(current)
    return current


def _awaited(submission: Submission, public_id: uuid.UUID) -> Opinion:
    opinion = submission.opinions.filter(public_id=public_id).first()
    if opinion is None or not opinion.is_awaited:
        raise StaleAction(submission)
    return opinion


def _name(by: Actor, submission: Submission) -> str:
    return by.name or submission.department.name


def _note(submission: Submission, kind: str, opinion: Opinion, by: Actor) -> None:
    data = {"opinion": str(opinion.public_id)} | permissions.behalf(by, submission, "agent")
    journal.append(submission.key, kind, actor=by.key, role="agent", data=data)
