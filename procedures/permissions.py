"""Every right on procedures and requests, one function each; denied unless said here."""

from django.db.models import Q
from django.utils import timezone

from accounts.models import DESK_ROLES, Membership, Role, User
from accounts.permissions import Actor
from town.models import Sector

from .definition.workflow import Transition
from .models import CaseAccess, Draft, Procedure, Submission
from .models.case import SubmissionQuerySet
from .models.draft import DraftQuerySet

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


def may_use_desk(actor: Actor) -> bool:
    """Agents, heads, signatories and auditors open the desk."""
    return actor.has_any(DESK_ROLES)


def desk_departments(actor: Actor) -> dict[int, frozenset[str] | None]:
    """Return the departments whose requests ``actor`` sees as an agent, in the sector she works in now.

    Each comes with the public ids of the only procedures she sees there; None where she sees them all.
    """
    found: dict[int, frozenset[str] | None] = {}
    for key, roles in actor.departments.items():
        given = [one for role in DESK_ROLES for one in roles.get(role, ()) if _in_sector(actor, one)]
        if given:
            limited = all(one.procedures for one in given)
            found[key] = frozenset(public for one in given for public in one.procedures) if limited else None
    return found


def _in_sector(actor: Actor, membership: Membership) -> bool:
    return actor.sector is not None and membership.department.sector_id == actor.sector.pk


def may_audit(actor: Actor) -> bool:
    """Auditors alone see who looked at what."""
    return actor.has_any((Role.AUDITOR,))


def watched_logins(actor: Actor) -> list[User]:
    """Return the logins of the departments that an auditor watches in her sector; never her own."""
    departments = [
        key
        for key, roles in actor.departments.items()
        if any(_in_sector(actor, one) for one in roles.get(Role.AUDITOR, ()))
    ]
    found = User.objects.filter(memberships__department__in=departments).select_related("person").distinct()
    return [user for user in found.order_by("email") if user != actor.user]


def visible_submissions(actor: Actor) -> SubmissionQuerySet:
    """Return the requests that an agent may see: the only door to lists, search, exports and API.

    Someone who works in several sectors sees one at a time (arrêté of 4 July 2013).
    """
    departments = desk_departments(actor)
    if not departments:
        return Submission.objects.none()
    return Submission.objects.filter(_departments_q(departments))


def other_sector_of(actor: Actor, reference: str) -> Sector | None:
    """Return the other sector of hers in which ``actor`` may see a request; None where she may not see it at all."""
    for sector in actor.sectors:
        if sector != actor.sector:
            there = Actor(user=actor.user, chosen_sector=sector.pk)
            if visible_submissions(there).filter(reference=reference).exists():
                return sector
    return None


def _departments_q(departments: dict[int, frozenset[str] | None]) -> Q:
    # Grants are few: their keys are read first, since an OR with a subquery would keep a list from its ordered index.
    granted = list(
        CaseAccess.objects.filter(
            Q(until__isnull=True) | Q(until__gt=timezone.now()), department__in=departments
        ).values_list("submission_id", flat=True)[:1000]
    )
    own = Q(department__in=list(departments))
    if any(departments.values()):
        # Beside the departments, never instead of them: they are what the ordered indexes begin with.
        own &= _procedures_q(departments)
    return own | Q(pk__in=granted) if granted else own


def _procedures_q(departments: dict[int, frozenset[str] | None]) -> Q:
    limited = {key: only for key, only in departments.items() if only}
    known = dict(
        Procedure.objects.filter(public_id__in=set().union(*limited.values())).values_list("public_id", "pk").order_by()
    )
    keys = {str(public): key for public, key in known.items()}
    wanted = Q(department__in=[key for key in departments if key not in limited])
    for department, only in limited.items():
        wanted |= Q(department=department, procedure__in=[keys[public] for public in only if public in keys])
    return wanted


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
    return bool(roles_on(actor, submission) & _GRANTS[transition.role])


def may_write_as_agent(actor: Actor, submission: Submission) -> bool:
    """Agents and heads of the responsible department, and those who sign there, write to the citizen."""
    return bool(roles_on(actor, submission) & _WRITERS)


def roles_on(actor: Actor, submission: Submission) -> set[str]:
    """Return the roles that ``actor`` holds over this request: in its department, and for its procedure."""
    return actor.roles_in(submission.department_id, submission.procedure.public_id)


def acts_for(actor: Actor, submission: Submission, role: str = "") -> str:
    """Return the journal's key of the absent colleague for whom ``actor`` acts as ``role``, or writes; else nothing."""
    roles = _GRANTS.get(role, set()) if role else _WRITERS
    absent = actor.stands_for(submission.department_id, roles, submission.procedure.public_id)
    return absent.key if absent else ""


def allowed_transitions(actor: Actor, submission: Submission) -> list[Transition]:
    """Return the transitions that leave the current state and that ``actor`` may trigger."""
    workflow = submission.version.definition.workflow
    return [t for t in workflow.leaving(submission.state) if may_apply(actor, submission, t)]


def may_edit_draft(actor: Actor, draft: Draft, session_drafts: list[str]) -> bool:
    """A draft is its person's, or of the browser session that began it or opened its signed link."""
    if draft.person_id is not None:
        return draft.person_id in actor.persons or str(draft.public_id) in session_drafts
    return str(draft.public_id) in session_drafts
