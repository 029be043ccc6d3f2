"""Every right on procedures and requests, one function each; denied unless said here."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from accounts.models import DESK_ROLES, Mandate, MandateQuerySet, Membership, Role, User
from accounts.permissions import Actor
from town.models import Sector

from .definition.workflow import Transition
from .models import CaseAccess, Draft, Procedure, Submission
from .models.case import SubmissionQuerySet
from .models.draft import DraftQuerySet
from .models.procedure import ProcedureQuerySet

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
_ENTERERS = (Role.AGENT, Role.HEAD)
# Who takes requests out of the desk as a file: an auditor reads where it is written down that she did, and takes nothing.
EXPORTERS = (Role.SIGNATORY, Role.HEAD, Role.AGENT)


def may_use_desk(actor: Actor) -> bool:
    """Agents, heads, signatories and auditors open the desk."""
    return actor.has_any(DESK_ROLES)


def desk_departments(actor: Actor, wanted: Iterable[str] = DESK_ROLES) -> dict[int, frozenset[str] | None]:
    """Return the departments whose requests ``actor`` sees as an agent, in the sector she works in now.

    Each comes with the public ids of the only procedures she sees there; None where she sees them all.
    """
    found: dict[int, frozenset[str] | None] = {}
    for key, roles in actor.departments.items():
        given = [one for role in wanted for one in roles.get(role, ()) if _in_sector(actor, one)]
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
    """Return the logins of the departments that an auditor watches in her sector, and superusers; never her own."""
    departments = [
        key
        for key, roles in actor.departments.items()
        if any(_in_sector(actor, one) for one in roles.get(Role.AUDITOR, ()))
    ]
    # Whoever opens Django's admin works for no department: every auditor watches her.
    watched = Q(memberships__department__in=departments) | Q(is_superuser=True)
    found = User.objects.filter(watched).select_related("person").distinct()
    return [user for user in found.order_by("email") if user != actor.user]


def visible_submissions(actor: Actor) -> SubmissionQuerySet:
    """Return the requests that an agent may see: the only door to lists, search, exports and API.

    Someone who works in several sectors sees one at a time (arrêté of 4 July 2013).
    """
    departments = desk_departments(actor)
    if not departments:
        return Submission.objects.none()
    return Submission.objects.filter(_departments_q(departments))


def may_export(actor: Actor) -> bool:
    """Say whether ``actor`` may take requests out as a file in the sector she works in now."""
    return bool(desk_departments(actor, EXPORTERS))


def may_export_sensitive(actor: Actor) -> bool:
    """Heads alone may take sensitive answers out, and only those of the departments that they lead."""
    return bool(desk_departments(actor, (Role.HEAD,)))


def exportable_submissions(actor: Actor) -> SubmissionQuerySet:
    """Return the requests that ``actor`` may take out as a file: of those she sees, those she does not only audit."""
    departments = desk_departments(actor, EXPORTERS)
    return Submission.objects.filter(_departments_q(departments)) if departments else Submission.objects.none()


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


def enterable(actor: Actor) -> ProcedureQuerySet:
    """Return the procedures of which ``actor`` enters requests for others: an agent or a head, in one sector at a time."""
    departments = desk_departments(actor, _ENTERERS)
    wanted = Q(department__in=[key for key, only in departments.items() if only is None])
    for key, only in departments.items():
        if only is not None:
            wanted |= Q(department=key, public_id__in=only)
    return Procedure.objects.filter(wanted)


def entries(actor: Actor) -> DraftQuerySet:
    """Return what agents of her departments are entering for others: never a citizen's own draft."""
    return Draft.objects.filter(entered_by__isnull=False, submission=None, procedure__in=enterable(actor))


def enters_as(actor: Actor, procedure: Procedure) -> Membership | None:
    """Return the membership under which ``actor`` enters requests of this procedure for others; None: she may not."""
    held = actor.departments.get(procedure.department_id, {})
    given = (one for role in _ENTERERS for one in held.get(role, ()))
    return next((one for one in given if _in_sector(actor, one) and one.covers(procedure.public_id)), None)


def enters_for(actor: Actor, procedure: Procedure) -> str:
    """Return the journal's key of the absent colleague in whose place ``actor`` enters a request; else nothing."""
    absent = actor.stands_for(procedure.department_id, _ENTERERS, procedure.public_id)
    return absent.key if absent else ""


def may_enter(actor: Actor, procedure: Procedure) -> bool:
    """Say whether ``actor`` may enter a request of this procedure for someone."""
    return enters_as(actor, procedure) is not None


def may_enter_any(actor: Actor) -> bool:
    """Say whether ``actor`` enters requests for others in the sector she works in now."""
    return bool(desk_departments(actor, _ENTERERS))


def other_sector_to_enter(actor: Actor, procedure: Procedure) -> Sector | None:
    """Return the other sector of hers in which ``actor`` may enter a request; None where she may not at all."""
    others = (one for one in actor.sectors if one != actor.sector)
    return next((one for one in others if may_enter(Actor(user=actor.user, chosen_sector=one.pk), procedure)), None)


def may_see_as_citizen(actor: Actor, submission: Submission) -> bool:
    """Say whether ``actor`` is the person of this request, acts for her, or proved it by a code sent to her address."""
    if submission.reference in actor.proven_cases:
        return True
    if actor.person is None:
        return False
    if submission.person_id == actor.person.pk or mandate_over(actor, submission) is not None:
        return True
    return submission.accesses.filter(Q(until__isnull=True) | Q(until__gt=timezone.now()), person=actor.person).exists()


def mandate_over(actor: Actor, submission: Submission) -> Mandate | None:
    """Return the mandate under which ``actor`` acts on this request; None where it is hers, or nobody's business."""
    if actor.person is None or submission.person_id in {None, actor.person.pk}:
        return None
    for mandate in actor.mandates:
        if mandate.principal_id == submission.person_id and mandate.covers(submission.procedure.public_id):
            if not mandate.is_private:
                return mandate
            # The same helper may hold a newer mandate than the one under which she filed.
            if submission.mandate is not None and submission.mandate.helper_id == mandate.helper_id:
                return mandate
    return None


def mandates_for(actor: Actor, procedure: Procedure) -> list[Mandate]:
    """Return the mandates under which ``actor`` may file a request of this procedure for someone else."""
    return [mandate for mandate in actor.mandates if mandate.covers(procedure.public_id)] if actor.user else []


def mandates_at_desk(actor: Actor) -> MandateQuerySet:
    """Return the open mandates that ``actor`` checks or ends at the desk: those for a procedure that she treats."""
    treated = _treated(actor)
    limited = Mandate.objects.open().exclude(procedures=[]).values_list("pk", "procedures")
    others = [pk for pk, only in limited if not treated.intersection(only)]
    return Mandate.objects.open().exclude(pk__in=others) if treated else Mandate.objects.none()


def may_treat_mandate(actor: Actor, mandate: Mandate) -> bool:
    """Say whether ``actor`` checks this mandate or ends it for who asks; she reads it once it has ended, too."""
    treated = _treated(actor)
    return bool(treated and (not mandate.procedures or treated.intersection(mandate.procedures)))


def _treated(actor: Actor) -> set[str]:
    return {str(public) for public in enterable(actor).values_list("public_id", flat=True)}


def followed_submissions(actor: Actor) -> SubmissionQuerySet:
    """Return the requests of the person that ``actor`` is, and those that a mandate of hers opens."""
    if actor.person is None:
        return Submission.objects.none()
    wanted = Q(person=actor.person)
    for (private, only), principals in _scopes(actor).items():
        opened = Q(person__in=principals)
        if private:
            opened &= Q(mandate__helper=actor.person)
        if only:
            opened &= Q(procedure__public_id__in=only)
        wanted |= opened
    return Submission.objects.filter(wanted)


def followed_drafts(actor: Actor) -> DraftQuerySet:
    """Return the unfinished drafts of the person that ``actor`` is, and those that she fills under a mandate."""
    if actor.person is None:
        return Draft.objects.none()
    wanted = Q(person=actor.person)
    for (_private, only), principals in _scopes(actor).items():
        # What someone has begun by herself and not sent is nobody else's.
        opened = Q(person__in=principals, mandate__helper=actor.person)
        wanted |= opened & Q(procedure__public_id__in=only) if only else opened
    return Draft.objects.filter(wanted, submission=None)


def _scopes(actor: Actor) -> dict[tuple[bool, tuple[str, ...]], list[int]]:
    """Return the principals of her mandates by what these open: a place that helps thousands makes few conditions."""
    found: dict[tuple[bool, tuple[str, ...]], list[int]] = {}
    for mandate in actor.mandates:
        found.setdefault((mandate.is_private, tuple(mandate.procedures)), []).append(mandate.principal_id)
    return found


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


def may_edit_draft(actor: Actor, draft: Draft, session_drafts: list[str]) -> bool:
    """A draft is its person's, or of the browser session that began it or opened its signed link.

    One that is filled under a mandate is also that helper's, as long as a mandate of hers covers it; no session opens it.
    What an agent enters for someone is open to the agents who may enter it, and to nobody else.
    """
    if draft.is_entered:
        return may_enter(actor, draft.procedure)
    if draft.person_id is not None and actor.person is not None and draft.person_id == actor.person.pk:
        return True
    if draft.mandate is None:
        return str(draft.public_id) in session_drafts
    return draft_mandate(actor, draft) is not None


def helped_with(actor: Actor, draft: Draft) -> bool:
    """Say whether ``actor`` fills a draft for someone else, or did before her mandate ended."""
    return draft.mandate is not None and actor.person is not None and draft.mandate.helper_id == actor.person.pk


def draft_mandate(actor: Actor, draft: Draft) -> Mandate | None:
    """Return the mandate under which ``actor`` fills a draft today; None where she does not, or no longer may."""
    if not helped_with(actor, draft):
        return None
    held = mandates_for(actor, draft.procedure)
    return next((mandate for mandate in held if mandate.principal_id == draft.person_id), None)
