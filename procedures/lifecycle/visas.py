"""Visas on a decision that is proposed: given in order, by someone else than its author, to the very text that is signed."""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor

from ..definition.workflow import Transition
from ..models import Decision, Submission, Visa
from .grounds import Grounds, MissingWords


def open_proposal(submission: Submission) -> Decision | None:
    """Return the decision that is proposed and not signed; a withdrawal is prepared elsewhere."""
    return submission.decisions.filter(signed_at=None, basis="").order_by("-number").first()


def void(decision: Decision) -> None:
    """Take the visas off a proposal that is sent back or changed: they were given to another text."""
    decision.visas.filter(void_at=None).update(void_at=timezone.now())


def give(submission: Submission, move: Transition, by: Actor) -> Visa:
    """Give a visa to the proposal. Raises MissingWords where there is none, or where it is one's own.

    Whoever wrote a decision does not countersign it: a visa is a second look.
    """
    decision = open_proposal(submission)
    if decision is None:
        raise MissingWords("", _("No decision is proposed any more: nothing bears a visa."))
    if decision.prepared_by_id is not None and by.user is not None and decision.prepared_by_id == by.user.pk:
        raise MissingWords("", _("You prepared this decision: someone else looks at it and gives the visa."))
    membership = by.membership_for(submission.department_id, move.role, submission.procedure.public_id)
    return Visa.objects.create(
        decision=decision,
        transition=move.id,
        role=move.role,
        given_by=by.user,
        name=by.name,
        title=membership.title if membership else "",
    )


def must_be_as_seen(submission: Submission, move: Transition, grounds: Grounds | None) -> None:
    """Refuse to sign a text, or an outcome, other than the one that bears the visas: it is sent back to be changed.

    Raises MissingWords. Where no visa was given, a signatory signs what she writes.
    """
    decision = open_proposal(submission)
    given = decision.visas.filter(void_at=None).order_by("-pk").first() if decision else None
    if decision is None or given is None:
        return
    grounds = grounds or Grounds()
    same = (decision.law_grounds, decision.fact_grounds, decision.words) == (grounds.law, grounds.fact, grounds.words)
    if decision.outcome != move.outcome or not same:
        raise MissingWords(
            "words",
            _("This decision bears the visa of %(name)s as it was proposed. To change it, send it back.")
            % {"name": given.name},
        )
