"""Every right on procedures and requests, one function each; denied unless said here."""

from django.db.models import Q
from django.utils import timezone

from accounts.models import Role, User
from accounts.permissions import Actor

from .definition.workflow import Transition
from .models import CaseAccess, Draft, Submission
from .models.case import SubmissionQuerySet
from .models.draft import DraftQuerySet

DESK_ROLES = (Role.AGENT, Role.HEAD, Role.SIGNATORY, Role.AUDITOR)
# A head may do what an agent does; a signatory prepares nothing, an auditor only reads.
_GRANTS = {
    "agent": {"agent", "head"},
    "head": {"head"},
    "signatory": {"signatory"},
    "procedure_admin": {"procedure_admin"},
    "town_admin": {"town_admin"},
    "auditor": {"auditor"},
}


def may_use_desk(actor: Actor) -> bool:
    """Agents, heads, signatories and auditors open the desk."""
    return actor.has_any(DESK_ROLES)


def desk_departments(actor: Actor) -> list[int]:
    """Return the departments whose requests ``actor`` sees as an agent."""
    return [key for key, roles in actor.departments.items() if set(roles) & set(DESK_ROLES)]


def may_audit(actor: Actor) -> bool:
    """Auditors alone see who looked at what."""
    return actor.has_any((Role.AUDITOR,))


def watched_logins(actor: Actor) -> list[User]:
    """Return the logins of the departments that an auditor watches; never her own."""
    departments = [key for key, roles in actor.departments.items() if Role.AUDITOR in roles]
    found = User.objects.filter(memberships__department__in=departments).select_related("person").distinct()
    return [user for user in found.order_by("email") if user != actor.user]


def visible_submissions(actor: Actor) -> SubmissionQuerySet:
    """Return the requests that an agent may see: the only door to lists, search, exports and API."""
    departments = desk_departments(actor)
    if not departments:
        return Submission.objects.none()
    return Submission.objects.filter(_departments_q(departments))


def _departments_q(departments: list[int]) -> Q:
    # Grants are few: their keys are read first, since an OR with a subquery would keep a list from its ordered index.
    granted = list(
        CaseAccess.objects.filter(
            Q(until__isnull=True) | Q(until__gt=timezone.now()), department__in=departments
        ).values_list("submission_id", flat=True)[:1000]
    )
    own = Q(department__in=departments)
    return own | Q(pk__in=granted) if granted else own


def may_see_as_citizen(actor: Actor, submission: Submission) -> bool:
    """Say whether ``actor`` is the person of this request, acts for her, or proved it by a code sent to her address."""
    if submission.reference in actor.proven_cases:
        return True
    if actor.user is None:
        return False
    if submission.person_id is not None and submission.person_id in actor.persons:
        return True
    return submission.accesses.filter(
        Q(until__isnull=True) | Q(until__gt=timezone.now()), person__in=actor.persons
    ).exists()


def followed_submissions(actor: Actor) -> SubmissionQuerySet:
    """Return the requests of the persons that ``actor`` is or acts for."""
    return Submission.objects.filter(person__in=actor.persons)


def followed_drafts(actor: Actor) -> DraftQuerySet:
    """Return the unfinished drafts of the persons that ``actor`` is or acts for."""
    return Draft.objects.filter(person__in=actor.persons, submission=None)


def may_apply(actor: Actor, submission: Submission, transition: Transition) -> bool:
    """Say whether ``actor`` may trigger ``transition`` on this request."""
    if transition.role == "applicant":
        return may_see_as_citizen(actor, submission)
    held = actor.roles_in(submission.department_id)
    return bool(held & _GRANTS[transition.role])


def may_write_as_agent(actor: Actor, submission: Submission) -> bool:
    """Agents and heads of the responsible department, and those who sign there, write to the citizen."""
    return bool(actor.roles_in(submission.department_id) & {Role.AGENT, Role.HEAD, Role.SIGNATORY})


def allowed_transitions(actor: Actor, submission: Submission) -> list[Transition]:
    """Return the transitions that leave the current state and that ``actor`` may trigger."""
    workflow = submission.version.definition.workflow
    return [t for t in workflow.leaving(submission.state) if may_apply(actor, submission, t)]


def may_edit_draft(actor: Actor, draft: Draft, session_drafts: list[str]) -> bool:
    """A draft is its person's, or of the browser session that began it or opened its signed link."""
    if draft.person_id is not None:
        return draft.person_id in actor.persons or str(draft.public_id) in session_drafts
    return str(draft.public_id) in session_drafts
