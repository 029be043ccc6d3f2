"""Corrections asked for: the rows of a request, what is typed before it is sent, and what closes one.

The moves themselves are `transition.apply` and `correct.send`: this module is called inside their transaction.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from portal.kit.moments import day_in_words

from ..definition.document import ProcedureDefinition
from ..definition.fields import Field, FileField
from ..models import AnswerSet, AskedCorrection, CorrectionRequest, Message, Submission
from .message import write
from .pieces import WrongPieces, check_deadline

MOST = 20
# The source of answers that are vouched for: they are not retyped.
_CERTIFIED = "certified"


class WrongCorrection(Exception):
    """What is asked for cannot be; ``field`` names the question of the agent's form."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Correcting:
    """What an agent asks to correct: for each question, by its id, what is wrong; and until when."""

    reasons: Mapping[str, str]
    deadline: date


def latest(submission: Submission) -> CorrectionRequest | None:
    """Return the last request for corrections, with what it asks; a newer one takes the place of those before."""
    return submission.correction_requests.prefetch_related("items").order_by("-pk").first()


def last_sent(submission: Submission) -> AnswerSet:
    """Return the answers as they stand: the last that were sent."""
    return submission.answer_sets.order_by("-number")[0]


def correctable(definition: ProcedureDefinition, sent: AnswerSet) -> dict[str, Field]:
    """Return the questions whose answer may be corrected, in order.

    Files are asked for as pieces. Who files is frozen with the request (R112-9-1), and a certified answer is not retyped.
    """
    return {
        field.id: field
        for _step, _section, field in definition.sent(sent.answers)
        if field.asked
        and not isinstance(field, FileField)
        and not any(isinstance(inner, FileField) for inner in field.inner())
        and not field.id.startswith("applicant_")
        and sent.sources.get(field.id, "").partition(":")[0] != _CERTIFIED
    }


def ask(submission: Submission, asking: Correcting | None, words: str, by: Actor) -> dict[str, Any]:
    """Write a request for corrections and the message that says it; return what the event tells. Raises WrongCorrection.

    Without a named answer it is a question in words alone. It takes the place of an earlier one: what was typed for the
    same answers follows.
    """
    if asking is None or not asking.reasons:
        return {"message": str(write(submission, by, words, kind=Message.Kind.CORRECTION).public_id)}
    today = timezone.localdate()
    known = correctable(submission.version.definition, last_sent(submission))
    unknown = asking.reasons.keys() - known.keys()
    if unknown or len(asking.reasons) > MOST:
        raise WrongCorrection("wanted", _("Choose answers of the list, %(count)d at most at once.") % {"count": MOST})
    try:
        check_deadline(asking.deadline, today)
    except WrongPieces as wrong:
        raise WrongCorrection("deadline", str(wrong)) from wrong
    before = latest(submission)
    request = CorrectionRequest.objects.create(
        submission=submission,
        asked_by=by.user,
        asked_by_name=by.name or submission.department.name,
        asked_on=today,
        deadline=asking.deadline,
        pending=_typed_for(before, asking.reasons) if before else {},
    )
    close(submission, but=request)
    named = [(known[name], reason) for name, reason in asking.reasons.items()]
    AskedCorrection.objects.bulk_create(
        AskedCorrection(request=request, field_id=field.id, label=field.name[:300], reason=reason)
        for field, reason in named
    )
    message = write(submission, by, _in_words(named, asking.deadline, words), kind=Message.Kind.CORRECTION)
    return {
        "correction": str(request.public_id),
        "fields": [field.id for field, _reason in named],
        "deadline": asking.deadline.isoformat(),
        "message": str(message.public_id),
    }


def _typed_for(before: CorrectionRequest, names: Iterable[str]) -> dict[str, Any]:
    wanted = set(names)
    return {key: values for key, values in before.pending.items() if key.split("-", 1)[0] in wanted}


def close(submission: Submission, but: CorrectionRequest | None = None) -> None:
    """Stop waiting for the answer to what was asked; what the person was typing is kept."""
    found = submission.correction_requests.filter(answered_at=None, closed_on=None)
    if but is not None:
        found = found.exclude(pk=but.pk)
    found.update(closed_on=timezone.localdate())


def keep(request: CorrectionRequest, raw: dict[str, list[str]]) -> None:
    """Keep what was typed, valid or not, until it is sent."""
    request.pending = raw
    request.save(update_fields=["pending"])


def _in_words(named: list[tuple[Field, str]], deadline: date, words: str) -> str:
    """Say the request as the thread of messages keeps it, in French like every legal sentence (decision 0005)."""
    with translation.override("fr"):
        day = day_in_words(deadline)
    rows = [f"– {field.name} : {reason}" for field, reason in named]
    return "\n".join([f"Réponses à corriger, jusqu’au {day} :", *rows, *([words] if words else [])])
