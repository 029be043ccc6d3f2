"""Moving a request: the one way its state changes, with the right checked, the event written and the citizen told."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from journal import models as journal
from portal.kit.moments import day_in_words

from .. import permissions
from ..definition.workflow import State, Transition
from ..models import Decision, Message, Submission
from . import clock, correction, letter, notify, pieces, sending, visas
from . import edition as editions
from .grounds import SHORTEST_FACTS, Grounds, MissingWords, complete, must_name, sign
from .message import write

__all__ = ["SHORTEST_FACTS", "Grounds", "MissingWords", "SilenceHasSpoken", "StaleAction", "apply", "locked"]


class StaleAction(Exception):
    """The request changed meanwhile; ``submission`` is as it stands now."""

    def __init__(self, submission: Submission) -> None:
        super().__init__(submission.reference)
        self.submission = submission


class SilenceHasSpoken(Exception):
    """Silence has accepted the request: a refusal now would be the withdrawal of a decision (L242-1)."""

    def __init__(self, due_on: date | None) -> None:
        super().__init__(
            _(
                "Silence has accepted this request (last day to answer: %(day)s): a plain refusal is no longer possible. "
                "If this acceptance is unlawful, it can be withdrawn, with reasons and after hearing the person, within "
                "four months (L121-1, L211-2 and L242-1)."
            )
            % {"day": day_in_words(due_on) if due_on else "?"}
        )


def locked(reference: str) -> Submission:
    """Load a request for a write: the second of two actions waits for the first. Needs a transaction."""
    return (
        Submission.objects.select_for_update(of=("self",))
        .select_related(
            "version", "procedure", "department__place", "department__entity", "applicant", "person", "edition"
        )
        .get(reference=reference)
    )


@transaction.atomic
def apply(
    submission: Submission,
    key: str,
    *,
    by: Actor,
    words: str = "",
    grounds: Grounds | None = None,
    asking: pieces.Asking | None = None,
    correcting: correction.Correcting | None = None,
    told: Mapping[str, Any] | None = None,
    rule: str = "",
) -> Submission:
    """Trigger the transition ``key``; then nothing is written where it is refused. ``told`` is added to its event.

    A ``rule`` of the procedure moves what nobody signs, asks or decides, and in nobody's name.

    Raises StaleAction, PermissionDenied, MissingWords, WrongPieces, WrongCorrection, and SilenceHasSpoken.
    """
    current = locked(submission.reference)
    workflow = current.version.definition.workflow
    try:
        transition = workflow.transition(key)
    except KeyError as error:
        raise StaleAction(current) from error
    by_itself = transition.act == "move" and transition.role != "applicant"
    if not (by_itself if rule else permissions.may_apply(by, current, transition)):
        raise PermissionDenied
    if current.state not in transition.from_:
        raise StaleAction(current)
    if transition.adverse and clock.has_accepted(current):
        raise SilenceHasSpoken(current.due_on)
    if transition.needs_text and not words.strip() and correcting is None:
        raise MissingWords("words", _("Write what the person must know."))
    state = workflow.state(transition.to)
    data: dict[str, Any] = {"transition": transition.id, "from": current.state, "to": state.id}
    data |= {"rule": rule} if rule else permissions.behalf(by, current, transition.role) | dict(told or {})
    awaited = current.awaiting
    match transition.act:
        case "ask_pieces":
            data |= pieces.ask(current, asking, by)
        case "send_pieces":
            data |= pieces.settle(current, by)
        case "ask_correction":
            data |= correction.ask(current, correcting, words.strip(), by)
        case _:
            _act(current, transition, by, words.strip(), grounds, data)
    free = current.assigned_to_id is None
    _move(current, transition, state, by)
    if free and current.assigned_to_id is not None:
        data["taken"] = True
    if "pieces" in {awaited, current.awaiting}:
        if current.awaiting != "pieces" and transition.act != "send_pieces" and not current.is_over:
            data["waived"] = pieces.waive(current)
        clock.recompute(current)
        current.save(update_fields=["due_on"])
    if awaited == "correction" and current.awaiting != "correction":
        correction.close(current)
    actor, role = ("", "system") if rule else (by.key, transition.role)
    event = journal.append(current.key, transition.id, actor=actor, role=role, data=data)
    if transition.act == "send_pieces":
        pieces.receipt(current, data["sending"], event)
    if transition.act == "decide":
        sending.owe_decision(current.decisions.get(number=data["decision"]), event)
    if current.edition is not None and state.outcome in editions.FREES:
        editions.give_on(current.edition)
    if "notify_citizen" in transition.effects:
        notify.citizen(
            current,
            transition.id,
            key=f"transition:{current.public_id}:{journal.Event.objects.of(current.key).count()}",
            subject=_("Your request: %(state)s") % {"state": state.citizen_label},
            sentence=state.citizen_explanation,
        )
    return current


def _act(
    submission: Submission, transition: Transition, by: Actor, words: str, grounds: Grounds | None, data: dict[str, Any]
) -> None:
    match transition.act:
        case "reply":
            data["message"] = str(write(submission, by, words, kind=Message.Kind.REPLY).public_id)
        case "propose":
            data["decision"] = _propose(submission, transition, by, grounds).number
        case "visa":
            data["decision"] = visas.give(submission, transition, by).decision.number
        case "decide":
            data["decision"] = _decide(submission, transition, by, grounds).number
        case "send_back":
            data["reason"] = bool(words)
            decision = visas.open_proposal(submission)
            if decision is not None:
                decision.returned_because = words
                decision.save(update_fields=["returned_because"])
                visas.void(decision)
        case _:
            pass


def _propose(submission: Submission, transition: Transition, by: Actor, grounds: Grounds | None) -> Decision:
    grounds = complete(grounds, reasoned=transition.adverse)
    decision = visas.open_proposal(submission)
    if decision is None:
        decision = Decision(submission=submission, number=submission.decisions.count() + 1)
    elif transition.act == "propose":
        visas.void(decision)
    decision.outcome = transition.outcome or ""
    decision.law_grounds, decision.fact_grounds, decision.words = grounds.law, grounds.fact, grounds.words
    decision.returned_because = ""
    # What a signatory signs as it was proposed stays prepared by whoever proposed it.
    if transition.act == "propose" or decision.prepared_by is None:
        decision.prepared_by, decision.prepared_at = by.user, timezone.now()
    decision.save()
    return decision


def _decide(submission: Submission, transition: Transition, by: Actor, grounds: Grounds | None) -> Decision:
    must_name(submission, by)
    visas.must_be_as_seen(submission, transition, grounds)
    decision = _propose(submission, transition, by, grounds)
    decision.body = letter.body(submission, transition)
    sign(decision, by)
    return decision


def _move(submission: Submission, transition: Transition, state: State, by: Actor) -> None:
    submission.state, submission.status, submission.awaiting = state.id, state.status, state.awaiting or ""
    if state.outcome:
        submission.outcome = state.outcome
        submission.outcome_by = (
            Submission.OutcomeBy.APPLICANT if transition.role == "applicant" else Submission.OutcomeBy.DECISION
        )
    if submission.is_over and submission.closed_at is None and state.status == "closed":
        submission.closed_at = timezone.now()
    if transition.role != "applicant" and submission.assigned_to_id is None:
        submission.assigned_to = by.user
    submission.save(update_fields=["state", "status", "awaiting", "outcome", "outcome_by", "closed_at", "assigned_to"])
