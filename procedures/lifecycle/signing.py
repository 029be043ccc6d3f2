"""Signing what is proposed as it stands, from a list of several: each was opened first."""

from datetime import datetime

from django.db import transaction

from accounts.permissions import Actor

from ..definition.workflow import Transition
from ..models import Decision, Submission
from . import transition as transitions
from .grounds import Grounds
from .visas import open_proposal


class NotRead(Exception):
    """The proposal was not opened since it was prepared: it is read before it is signed."""


@transaction.atomic
def sign_proposed(submission: Submission, opened_at: datetime | None, *, by: Actor) -> Submission:
    """Sign a proposal as it stands, from a list; ``opened_at`` is when its signatory last opened the request.

    Raises NotRead, and what `transition.apply` raises.
    """
    current = transitions.locked(submission.reference)
    decision = open_proposal(current)
    move = signing_move(current, decision)
    if decision is None or move is None:
        raise transitions.StaleAction(current)
    if opened_at is None or opened_at < decision.prepared_at:
        raise NotRead
    grounds = Grounds(law=decision.law_grounds, fact=decision.fact_grounds, words=decision.words)
    return transitions.apply(current, move.id, by=by, grounds=grounds)


def signing_move(submission: Submission, decision: Decision | None) -> Transition | None:
    """Return the transition that takes the decision as it is proposed, where the request waits for it."""
    if decision is None:
        return None
    leaving = submission.version.definition.workflow.leaving(submission.state)
    return next((one for one in leaving if one.act == "decide" and one.outcome == decision.outcome), None)
