"""Taking back, within minutes, what nobody outside has been told: who follows a request, a move that sent no word.

What the citizen was told, what moved the legal date and what was decided is not undone: it is followed by another act.
"""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Actor
from journal import models as journal

from .. import permissions
from ..definition.workflow import Transition
from ..models import Submission
from .assign import ASSIGNED
from .transition import StaleAction, locked

UNDONE = "undone"
WITHIN = timedelta(minutes=2)


def may_undo(submission: Submission, last: journal.Event | None, *, by: Actor) -> bool:
    """Say whether the last thing that happened to a request is ``by``'s own, of a moment ago, and may be taken back."""
    if last is None or last.actor != by.key or timezone.now() - last.at > WITHIN or submission.is_over:
        return False
    if not permissions.may_handle(by, submission):
        return False
    return last.kind == ASSIGNED or _quiet_move(submission, last) is not None


@transaction.atomic
def undo(submission: Submission, *, by: Actor) -> Submission:
    """Take the last act back. Raises StaleAction where it cannot be: too late, or something else happened since."""
    current = locked(submission.reference)
    last = journal.Event.objects.of(current.key).last()
    if last is None or not may_undo(current, last, by=by):
        raise StaleAction(current)
    data: dict[str, Any] = {"undone": last.kind} | permissions.behalf(by, current, "agent")
    if last.kind == ASSIGNED:
        before = last.data.get("before", "")
        current.assigned_to = _user(before)
        data |= {"before": last.data.get("after", ""), "after": before}
    else:
        workflow = current.version.definition.workflow
        state = workflow.state(last.data["from"])
        data |= {"from": current.state, "to": state.id}
        current.state, current.status, current.awaiting = state.id, state.status, state.awaiting or ""
        if last.data.get("taken"):
            current.assigned_to = None
    current.save(update_fields=["state", "status", "awaiting", "assigned_to"])
    journal.append(current.key, UNDONE, actor=by.key, role="agent", data=data)
    return current


def _user(key: str) -> User | None:
    kind, _colon, public_id = key.partition(":")
    return User.objects.filter(public_id=public_id, is_active=True).first() if kind == "user" else None


def _quiet_move(submission: Submission, last: journal.Event) -> Transition | None:
    """Return the move that an event was, where nobody was told of it and the legal date did not care."""
    workflow = submission.version.definition.workflow
    moved = next((one for one in workflow.transitions if one.id == last.kind), None)
    if moved is None or moved.act != "move" or "notify_citizen" in moved.effects:
        return None
    states = {one.id: one for one in workflow.states}
    before, after = states.get(last.data.get("from", "")), states.get(submission.state)
    if before is None or after is None or after.id != last.data.get("to"):
        return None
    # Pieces and corrections that were awaited are settled by leaving their state.
    if before.awaiting or after.awaiting or before.outcome or after.outcome or last.data.get("waived"):
        return None
    return moved
