"""Taking back a decision, or what silence had decided: a later decision, reasoned, in time, after hearing the person.

CRPA L211-2, L121-1, L241-2, L242-1, L242-4 and L243-3. What takes its place is said in the same decision.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from journal import models as journal
from portal.kit.moments import day_in_words

from .. import permissions
from ..definition import withdrawal
from ..models import Decision, Submission
from . import edition as editions
from . import notify, sending
from .grounds import Grounds, MissingWords, complete, must_name, sign
from .transition import StaleAction, locked

WITHDRAWN = "decision_withdrawn"
PREPARED = "withdrawal_prepared"
DROPPED = "withdrawal_dropped"
_Outcome = Submission.Outcome


@dataclass(frozen=True)
class Target:
    """What can be taken back: a signed decision, or what silence had decided where there is none."""

    decision: Decision | None
    taken_on: date
    granted: bool

    @property
    def key(self) -> str:
        """What tells it from what may stand later."""
        return f"decision:{self.decision.number}" if self.decision else f"silence:{self.taken_on}"

    @property
    def instead(self) -> str:
        """What takes its place."""
        return (_Outcome.REFUSED if self.granted else _Outcome.GRANTED).value

    @property
    def last_day(self) -> date:
        """The last day on which it is withdrawn as unlawful."""
        return withdrawal.last_day(self.taken_on)


@dataclass(frozen=True)
class Withdrawing:
    """What a withdrawal says: what it rests on, its grounds, and how the person was heard."""

    basis: str
    grounds: Grounds
    heard_on: date | None = None
    heard: str = ""
    # What is meant to be taken back, as the page showed it: a second click must not take back the withdrawal.
    about: str = ""


def target(submission: Submission) -> Target | None:
    """Return what stands and can be taken back; None where nothing was decided, or not on its merits.

    What silence has decided is taken back once an agent has confirmed it.
    """
    if submission.outcome not in {_Outcome.GRANTED, _Outcome.GRANTED_IN_PART, _Outcome.REFUSED, _Outcome.NO_OBJECT}:
        return None
    granted = submission.outcome in {_Outcome.GRANTED, _Outcome.GRANTED_IN_PART}
    if submission.outcome_by == Submission.OutcomeBy.SILENCE:
        return Target(None, submission.due_on, granted) if submission.due_on is not None else None
    signed = submission.decisions.filter(signed_at__isnull=False).order_by("-number").first()
    if submission.outcome_by != Submission.OutcomeBy.DECISION or signed is None or signed.signed_at is None:
        return None
    return Target(signed, timezone.localdate(signed.signed_at), granted)


def prepared(submission: Submission) -> Decision | None:
    """Return the withdrawal that is prepared and not signed."""
    found = submission.decisions.filter(signed_at=None).exclude(basis="").select_related("prepared_by__person")
    return found.order_by("-number").first()


@transaction.atomic
def prepare(submission: Submission, what: Withdrawing, *, by: Actor) -> Decision:
    """Prepare a withdrawal for a signatory. Raises PermissionDenied, StaleAction and MissingWords."""
    current = locked(submission.reference)
    if not permissions.may_prepare_withdrawal(by, current):
        raise PermissionDenied
    decision = _written(current, what, by)
    data = {"decision": decision.number, "basis": decision.basis} | permissions.behalf(by, current, "agent")
    journal.append(current.key, PREPARED, actor=by.key, role="agent", data=data)
    return decision


@transaction.atomic
def drop(submission: Submission, *, by: Actor) -> None:
    """Give up a withdrawal that was prepared: it was no decision. Raises PermissionDenied and StaleAction."""
    current = locked(submission.reference)
    if not (permissions.may_prepare_withdrawal(by, current) or permissions.may_sign_withdrawal(by, current)):
        raise PermissionDenied
    waiting = prepared(current)
    if waiting is None:
        raise StaleAction(current)
    role = "agent" if permissions.may_prepare_withdrawal(by, current) else "signatory"
    data = {"decision": waiting.number} | permissions.behalf(by, current, role)
    journal.append(current.key, DROPPED, actor=by.key, role=role, data=data)
    waiting.delete()


@transaction.atomic
def withdraw(submission: Submission, what: Withdrawing, *, by: Actor) -> Decision:
    """Sign a withdrawal: the request takes the outcome that it says, its letter is owed and the person is told.

    Raises PermissionDenied, StaleAction where nothing stands any more, and MissingWords; then nothing is written.
    """
    current = locked(submission.reference)
    if not permissions.may_sign_withdrawal(by, current):
        raise PermissionDenied
    must_name(current, by)
    decision = _written(current, what, by)
    sign(decision, by)
    data: dict[str, Any] = {
        "decision": decision.number,
        "revokes": decision.revokes.number if decision.revokes else "silence",
        "basis": decision.basis,
        "outcome": decision.outcome,
        "heard": decision.heard_on is not None,
    }
    states = current.version.definition.workflow.states
    state = next((one for one in states if one.status == "decided" and one.outcome == decision.outcome), None)
    if state is not None:
        data |= {"from": current.state, "to": state.id}
        current.state, current.status, current.awaiting, current.closed_at = state.id, state.status, "", None
    current.outcome, current.outcome_by = decision.outcome, Submission.OutcomeBy.DECISION
    current.save(update_fields=["state", "status", "awaiting", "closed_at", "outcome", "outcome_by"])
    data |= permissions.behalf(by, current, "signatory")
    event = journal.append(current.key, WITHDRAWN, actor=by.key, role="signatory", data=data)
    sending.owe_decision(decision, event)
    if current.edition is not None and decision.outcome in editions.FREES:
        editions.give_on(current.edition)
    notify.citizen(
        current,
        WITHDRAWN,
        key=f"{WITHDRAWN}:{current.public_id}:{decision.number}",
        subject=_("A decision about your request is withdrawn"),
        sentence="Une décision prise sur votre demande est retirée. Les raisons et ce qui la remplace sont dans votre demande.",
    )
    return decision


def check(found: Target, what: Withdrawing, today: date) -> None:
    """Refuse a withdrawal that the law does not allow; MissingWords names the question."""
    if what.basis not in Decision.Basis.values:
        raise MissingWords("basis", _("Say what the withdrawal rests on."))
    basis = cast(withdrawal.Basis, what.basis)
    if not withdrawal.is_open(basis, found.taken_on, today):
        raise MissingWords(
            "basis",
            _("The four months ended on %(day)s: it is no longer withdrawn as unlawful (L242-1, L243-3).")
            % {"day": day_in_words(found.last_day)},
        )
    complete(what.grounds, reasoned=True)
    if withdrawal.wants_hearing(basis, granted=found.granted):
        if what.heard_on is None:
            raise MissingWords("heard_on", _("Say on which day she was invited to be heard (L121-1)."))
        if not what.heard.strip():
            raise MissingWords("heard", _("Say what she answered, or that she did not (L122-1)."))
    if what.heard_on is not None and not found.taken_on <= what.heard_on <= today:
        raise MissingWords("heard_on", _("This day is before the decision, or still to come: check it."))


def _written(submission: Submission, what: Withdrawing, by: Actor) -> Decision:
    """Write what is withdrawn and why, in the place of what was prepared."""
    found = target(submission)
    if found is None or what.about not in {"", found.key}:
        raise StaleAction(submission)
    check(found, what, timezone.localdate())
    decision = prepared(submission) or Decision(submission=submission, number=submission.decisions.count() + 1)
    decision.submission = submission
    decision.revokes, decision.revoked_on, decision.basis = found.decision, found.taken_on, what.basis
    decision.outcome = found.instead
    decision.law_grounds, decision.fact_grounds, decision.words = (
        what.grounds.law,
        what.grounds.fact,
        what.grounds.words,
    )
    decision.heard_on, decision.heard = what.heard_on, what.heard.strip()
    decision.prepared_by, decision.prepared_at = by.user, timezone.now()
    decision.save()
    return decision
