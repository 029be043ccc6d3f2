"""Answering a request for corrections: a new sending beside the first, which stays; the legal clock does not move."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from journal import models as journal

from .. import permissions
from ..definition.base import Answers
from ..definition.changes import changes
from ..definition.fields import FileField
from ..models import AnswerSet, CorrectionRequest, Message, Submission
from . import acknowledgement, correction, notify, sending
from . import transition as transitions
from .message import write

CORRECTED = "corrected"


class NothingToSend(Exception):
    """No answer changed and nothing is said, nothing is asked for any more, or the request is over."""


@transaction.atomic
def send(
    submission: Submission, asked: CorrectionRequest, given: Answers, words: str, *, by: Actor
) -> AnswerSet | None:
    """Send corrected answers, by question, and some words; return the new set, None where only words were sent.

    ``given`` was judged by the questions' own form. A late answer, or one that the department stopped waiting for, is
    accepted as long as the request runs. Raises PermissionDenied and NothingToSend; then nothing is written.
    """
    current = transitions.locked(submission.reference)
    if not permissions.may_see_as_citizen(by, current):
        raise PermissionDenied
    latest = correction.latest(current)
    if latest is None or latest.pk != asked.pk or latest.answered_at is not None or current.is_over:
        raise NothingToSend
    before = correction.last_sent(current)
    definition = current.version.definition
    answers = definition.trace({**before.answers, **given}, timezone.localdate(current.received_at)).kept
    changed = changes(definition, before.answers, answers)
    if not changed and not words:
        raise NothingToSend
    sent = None
    told: dict[str, object] = {"correction": str(latest.public_id)}
    if changed:
        sources = {
            name: source for name, source in before.sources.items() if before.answers.get(name) == answers.get(name)
        }
        sent = sending.add_answers(current, answers, origin=AnswerSet.Origin.CORRECTION, by=by, sources=sources)
        told["answers"] = sent.digest
        current.search_text = sending.search_text(current.reference, definition, answers)
        current.save(update_fields=["search_text"])
        current.facets.all().delete()
        sending.write_facets(current, definition, answers)
    wanted = [
        field.name
        for _step, _section, field in definition.trace(answers, timezone.localdate(current.received_at)).questions()
        if isinstance(field, FileField) and not answers.get(field.id) and field.needs(answers)
    ]
    _tell(current, by, _answered(changed, words, wanted), told)
    if sent is not None:
        event = journal.Event.objects.of(current.key).order_by("-number")[0]
        sending.owe_receipt(current, sent, event)
    latest.answered_at, latest.answer_set, latest.pending = timezone.now(), sent, {}
    latest.save(update_fields=["answered_at", "answer_set", "pending"])
    notify.citizen(
        current,
        CORRECTED,
        key=f"{CORRECTED}:{latest.public_id}",
        subject=_("We have received your correction"),
        sentence=f"Nous avons reçu votre réponse le {acknowledgement.in_words(latest.answered_at)}. "
        "Votre récépissé est dans votre demande.",
    )
    return sent


def _tell(submission: Submission, by: Actor, words: str, told: Mapping[str, object]) -> None:
    """Hand the request back to the department, with the message that says what changed, and the event."""
    leaving = submission.version.definition.workflow.leaving(submission.state)
    move = next((one for one in leaving if one.act == "reply"), None)
    if submission.awaiting == "correction" and move is not None:
        transitions.apply(submission, move.id, by=by, words=words, told=told)
        return
    # The department went on meanwhile: what comes is kept all the same, and moves nothing.
    message = write(submission, by, words, kind=Message.Kind.REPLY)
    data = {**told, "message": str(message.public_id), **permissions.behalf(by, submission, "applicant")}
    journal.append(submission.key, CORRECTED, actor=by.key, role="applicant", data=data)


def _answered(changed: list[tuple[str, str, str]], words: str, wanted: list[str]) -> str:
    """Say the answer as the thread of messages keeps it: which answers changed, never what they hold."""
    rows = ["Réponse à la demande de correction :"]
    rows += [f"– {name} : corrigée" for name, _before, _after in changed] or ["– aucune réponse changée"]
    rows += [f"– pièce désormais nécessaire, à demander : {name}" for name in wanted]
    return "\n".join([*rows, *([words] if words else [])])
