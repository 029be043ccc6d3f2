"""Opening again a request that ended without a decision: it goes on where it was, with its reason, and the person is told.

A signed decision is not reopened: it is withdrawn (see ``withdraw``), or another request is filed. Nor is one whose legal
date has passed meanwhile: silence would have decided it.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from journal import models as journal

from .. import permissions
from ..definition.clock import effect_of
from ..models import Submission
from . import clock, note, notify
from . import edition as editions
from .grounds import MissingWords
from .transition import StaleAction, locked

REOPENED = "reopened"
_ENDINGS = {"", Submission.Outcome.ABANDONED.value, Submission.Outcome.NO_OBJECT.value}


def is_closed(submission: Submission) -> bool:
    """Say whether a request ended in a way that may be opened again."""
    if submission.status != Submission.Status.CLOSED or submission.eliminated_at is not None:
        return False
    if submission.outcome not in _ENDINGS or submission.outcome_by == Submission.OutcomeBy.SILENCE:
        return False
    return not submission.decisions.filter(signed_at__isnull=False).exists()


def before(submission: Submission) -> str:
    """Return the state in which a request was when it ended; empty where the journal does not say one that exists."""
    for event in journal.Event.objects.of(submission.key).reverse():
        if event.data.get("to") == submission.state and event.data.get("from") != submission.state:
            states = {one.id for one in submission.version.definition.workflow.states}
            found = event.data.get("from", "")
            return found if found in states else ""
    return ""


@transaction.atomic
def reopen(submission: Submission, why: str, *, by: Actor) -> Submission:
    """Open a request again. Raises PermissionDenied, MissingWords with its reason, EditionFull, and StaleAction where it is
    not closed any more; then nothing is written.
    """
    current = locked(submission.reference)
    if not permissions.may_handle(by, current):
        raise PermissionDenied
    if not is_closed(current):
        raise StaleAction(current)
    if not why.strip():
        raise MissingWords("why", _("Say to your colleagues why it is opened again."))
    workflow = current.version.definition.workflow
    came_from = before(current)
    if not came_from:
        raise MissingWords("why", _("What this request was before it ended is not known: ask for a new one."))
    state = workflow.state(came_from)
    kept = note.write(current, why, by=by)
    data: dict[str, Any] = {"from": current.state, "to": state.id, "note": str(kept.public_id)}
    data |= permissions.behalf(by, current, "agent")
    # Pieces and corrections that were awaited were given up when it ended: it is studied again.
    studied = next((one for one in workflow.states if one.status == "under_review"), state)
    state = studied if state.awaiting else state
    data["to"] = state.id
    freed = current.edition is not None and (current.outcome in editions.FREES or current.duplicate_of_id is not None)
    if freed and current.edition is not None:
        current.waiting_rank = editions.take_place(current.edition)
    current.state, current.status, current.awaiting = state.id, state.status, state.awaiting or ""
    current.outcome = current.outcome_by = ""
    current.duplicate_of = current.closed_at = None
    clock.recompute(current)
    if effect_of(current.version.definition.legal) is not None and clock.has_spoken(current):
        raise MissingWords(
            "why", _("The last day to answer has passed meanwhile: silence would have decided. Ask for a new request.")
        )
    current.save(
        update_fields=[
            "state",
            "status",
            "awaiting",
            "outcome",
            "outcome_by",
            "duplicate_of",
            "closed_at",
            "waiting_rank",
            "due_on",
        ]
    )
    event = journal.append(current.key, REOPENED, actor=by.key, role="agent", data=data)
    notify.citizen(
        current,
        REOPENED,
        key=f"{REOPENED}:{event.pk}:{current.public_id}",
        subject=_("Your request is opened again"),
        sentence=f"Votre demande est rouverte le {timezone.localdate():%d/%m/%Y} : nous reprenons son étude.",
    )
    return current
