"""What silence has produced, confirmed by an agent: the outcome is the law's, the agent only says that she saw it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from journal import models as journal
from portal.kit.moments import day_in_words

from .. import permissions
from ..definition.clock import effect_of
from ..models import SilenceRequest, Submission
from . import clock, notify, silence_asks
from . import edition as editions
from .transition import StaleAction, locked

CONFIRMED = "silence_confirmed"
_OUTCOMES = {"acceptance": Submission.Outcome.GRANTED, "rejection": Submission.Outcome.REFUSED}


@transaction.atomic
def confirm(submission: Submission, *, by: Actor) -> Submission:
    """Note that silence has decided, once; a second call changes nothing.

    The request goes to the state of its workflow that says so, where there is one. Raises PermissionDenied, and
    StaleAction where silence has decided nothing: a decision or pieces came meanwhile.
    """
    current = locked(submission.reference)
    if not permissions.may_tend_clock(by, current):
        raise PermissionDenied
    if current.outcome_by == Submission.OutcomeBy.SILENCE:
        return current
    effect = effect_of(current.version.definition.legal)
    if effect is None or current.due_on is None or not clock.has_spoken(current):
        raise StaleAction(current)
    outcome = _OUTCOMES[effect]
    data: dict[str, Any] = {"effect": effect, "outcome": outcome.value, "due_on": current.due_on.isoformat()}
    states = current.version.definition.workflow.states
    target = next((one for one in states if one.status == "decided" and one.outcome == outcome), None)
    if target is not None:
        data |= {"from": current.state, "to": target.id}
        current.state, current.status, current.awaiting = target.id, target.status, ""
    current.outcome, current.outcome_by = outcome, Submission.OutcomeBy.SILENCE
    current.save(update_fields=["state", "status", "awaiting", "outcome", "outcome_by"])
    data |= permissions.behalf(by, current, "agent")
    journal.append(current.key, CONFIRMED, actor=by.key, role="agent", data=data)
    asked = current.silence_requests.filter(kind=SilenceRequest.Kind.ATTESTATION).first()
    if asked is not None:
        asked.submission = current
        silence_asks.attest(asked)
    if current.edition is not None and outcome in editions.FREES:
        editions.give_on(current.edition)
    notify.citizen(
        current,
        CONFIRMED,
        key=f"{CONFIRMED}:{current.public_id}",
        subject=_("Your request: the time to answer is over"),
        sentence=said_to_citizen(current),
    )
    return current


def said_to_citizen(submission: Submission) -> str:
    """Say in prudent words what the law draws from silence; French only (decision 0005). Nothing before it has spoken."""
    legal = submission.version.definition.legal
    effect = effect_of(legal)
    if effect is None or submission.due_on is None or not clock.has_spoken(submission):
        return ""
    with translation.override("fr"):
        day = day_in_words(submission.due_on)
    if effect == "acceptance":
        return (
            f"Le délai pour vous répondre s’est terminé le {day}. Si votre demande était complète, la loi la considère "
            "comme acceptée depuis cette date. Vous pouvez demander au service une attestation de cette acceptation "
            "(article L. 232-3 du code des relations entre le public et l’administration)."
        )
    return (
        f"Le délai pour vous répondre s’est terminé le {day}. La loi considère votre demande comme refusée depuis cette "
        "date, sauf si une décision vous a été envoyée autrement. Les voies de recours sont sur votre accusé de réception."
    )


def is_to_confirm(submission: Submission) -> bool:
    """Say whether silence has decided and no agent has said that she saw it."""
    return submission.outcome_by == "" and clock.has_spoken(submission, timezone.localdate())
