"""What someone may do on a request."""

from accounts.models import Mandate, Role
from accounts.permissions import Actor

from ..definition.workflow import Transition
from ..models import Opinion, Submission
from .citizen import mandate_over, may_see_as_citizen
from .seeing import desk_departments

# A head may do what an agent does; a signatory prepares nothing, an auditor only reads.
_GRANTS = {
    "agent": {"agent", "head"},
    "head": {"head"},
    "signatory": {"signatory"},
    "procedure_admin": {"procedure_admin"},
    "town_admin": {"town_admin"},
    "auditor": {"auditor"},
}
_WRITERS = {"agent", "head", "signatory"}


def may_apply(actor: Actor, submission: Submission, transition: Transition) -> bool:
    """Say whether ``actor`` may trigger ``transition`` on this request."""
    if transition.role == "applicant":
        return may_see_as_citizen(actor, submission)
    # What silence refused may still be granted; a signed decision is not decided over again.
    if transition.act == "decide" and submission.status == "decided" and submission.outcome_by != "silence":
        return False
    return bool(roles_on(actor, submission) & _GRANTS[transition.role])


def may_tend_clock(actor: Actor, submission: Submission) -> bool:
    """Agents and heads of the responsible department confirm what silence has produced, and stop asking for pieces."""
    return bool(roles_on(actor, submission) & _GRANTS["agent"])


def works_as(actor: Actor, role: Role) -> bool:
    """Say whether she has work of that role in her sector of the moment: heads countersign, signatories sign."""
    return bool(desk_departments(actor, (role,)))


def may_ask_opinion(actor: Actor, submission: Submission) -> bool:
    """Agents and heads of the responsible department ask for opinions, and record them."""
    return bool(roles_on(actor, submission) & _GRANTS["agent"])


def may_give_opinion(actor: Actor, opinion: Opinion) -> bool:
    """Whoever prepares or signs in the department that is asked answers for it, as long as it may be answered."""
    if opinion.department_id is None or not opinion.is_open or opinion.submission.is_over:
        return False
    return bool(actor.roles_in(opinion.department_id, opinion.submission.procedure.public_id) & _WRITERS)


def may_post(actor: Actor, submission: Submission) -> bool:
    """Agents and heads of the responsible department post its letters."""
    return bool(roles_on(actor, submission) & _GRANTS["agent"])


def may_hold(actor: Actor, submission: Submission) -> bool:
    """A head of the responsible department keeps a request from destruction, and lets it go again."""
    return bool(roles_on(actor, submission) & _GRANTS["head"])


def may_prepare_withdrawal(actor: Actor, submission: Submission) -> bool:
    """Agents and heads of the responsible department prepare the withdrawal of a decision."""
    return bool(roles_on(actor, submission) & _GRANTS["agent"])


def may_sign_withdrawal(actor: Actor, submission: Submission) -> bool:
    """Whoever signs the decisions of the department takes them back."""
    return bool(roles_on(actor, submission) & _GRANTS["signatory"])


def may_write_as_agent(actor: Actor, submission: Submission) -> bool:
    """Agents and heads of the responsible department, and those who sign there, write to the citizen."""
    return bool(roles_on(actor, submission) & _WRITERS)


def may_record_death(actor: Actor, submission: Submission) -> bool:
    """Agents and heads of a request say that its person has died; nobody says it of herself."""
    if submission.person_id is None or (actor.person is not None and actor.person.pk == submission.person_id):
        return False
    return bool(roles_on(actor, submission) & _GRANTS["agent"])


def may_undo_death(actor: Actor, submission: Submission) -> bool:
    """A head alone takes it back: it takes a second look at the paper that it was recorded from."""
    return may_record_death(actor, submission) and bool(roles_on(actor, submission) & _GRANTS["head"])


def roles_on(actor: Actor, submission: Submission) -> set[str]:
    """Return the roles that ``actor`` holds over this request: in its department, and for its procedure."""
    return actor.roles_in(submission.department_id, submission.procedure.public_id)


def behalf(actor: Actor, submission: Submission, role: str = "") -> dict[str, str]:
    """Return what an event says of whom it was done for, under ``role`` or to write: nothing when for oneself.

    "for" is the journal's key of an absent colleague, or of the person whose mandate the actor holds.
    """
    if role == "applicant":
        mandate = mandate_over(actor, submission)
        return told(mandate) if mandate else {}
    roles = _GRANTS.get(role, set()) if role else _WRITERS
    absent = actor.stands_for(submission.department_id, roles, submission.procedure.public_id)
    return {"for": absent.key} if absent else {}


def told(mandate: Mandate) -> dict[str, str]:
    """Return what an event says of a mandate: for whom, and by what right."""
    return {"for": mandate.principal.key, "mandate": str(mandate.public_id)}


def allowed_transitions(actor: Actor, submission: Submission) -> list[Transition]:
    """Return the transitions that leave the current state and that ``actor`` may trigger."""
    workflow = submission.version.definition.workflow
    return [t for t in workflow.leaving(submission.state) if may_apply(actor, submission, t)]
