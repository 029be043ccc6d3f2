"""Every right on procedures and requests, one function each; denied unless said here."""

from collections.abc import Iterable
from functools import partial

from django.db.models import Exists, F, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Cast, JSONArray, Replace

from accounts.models import DESK_ROLES, Mandate, MandateQuerySet, Membership, Role
from accounts.permissions import TOLD, Actor, told_of
from town.models import Sector
from town.tree import Below, Listed

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
        given = [one for role in wanted for one in roles.get(role, ()) if actor.works_under(one)]
        if given:
            limited = all(one.procedures for one in given)
            found[key] = frozenset(public for one in given for public in one.procedures) if limited else None
    return found


def visible_submissions(actor: Actor) -> SubmissionQuerySet:
    """Return the requests that an agent may see: the only door to lists, search, exports and API.

    Someone who works in several sectors sees one at a time (arrêté of 4 July 2013).
    """
    return _submissions(actor, DESK_ROLES)


def may_export(actor: Actor) -> bool:
    """Say whether ``actor`` may take requests out as a file in the sector she works in now."""
    return bool(desk_departments(actor, EXPORTERS))


def may_export_sensitive(actor: Actor) -> bool:
    """Heads alone may take sensitive answers out, and only those of the departments that they lead."""
    return bool(desk_departments(actor, (Role.HEAD,)))


def exportable_submissions(actor: Actor) -> SubmissionQuerySet:
    """Return the requests that ``actor`` may take out as a file: of those she sees, those she does not only audit."""
    return _submissions(actor, EXPORTERS)


def other_sector_of(actor: Actor, reference: str) -> Sector | None:
    """Return the other sector of hers in which ``actor`` may see a request; None where she may not see it at all."""
    for sector in actor.sectors:
        if sector != actor.sector:
            there = Actor(user=actor.user, chosen_sector=sector.pk)
            if visible_submissions(there).filter(reference=reference).exists():
                return sector
    return None


def _submissions(actor: Actor, wanted: Iterable[str]) -> SubmissionQuerySet:
    departments = desk_departments(actor, wanted)
    if not departments:
        return Submission.objects.none()
    own = Q(department__in=list(departments))
    if any(departments.values()):
        # Beside the departments, never instead of them: they are what the ordered indexes begin with.
        own &= _procedures_q(departments)
    # Grants are few, and told with the memberships: an OR with a subquery would keep a list from its ordered index.
    told = {(key, case) for one in actor.memberships for key, case in told_of(one, _GRANTED)}
    granted = sorted(case for key, case in told if key in departments)
    return Submission.objects.filter(own | Q(pk__in=granted) if granted else own)


def _granted() -> Subquery:
    """Make the grants of the departments that a membership reaches: ``[[department, request], …]``."""
    reached = Below(OuterRef(OuterRef("department_id")), OuterRef(OuterRef("department__sector_id")))
    newest = CaseAccess.objects.in_force().filter(department__in=reached).order_by("-pk")[:1000]
    pairs = Listed(JSONArray("department_id", "submission_id"))
    return Subquery(CaseAccess.objects.filter(pk__in=newest.values("pk")).order_by().values(all=pairs))


# With each membership, in its own query, since lists ask it of every request.
_GRANTED = "granted"
TOLD[_GRANTED] = _granted


def _procedures_q(departments: dict[int, frozenset[str] | None]) -> Q:
    wanted = Q(department__in=[key for key, only in departments.items() if not only])
    for department, only in departments.items():
        if only:
            wanted |= Q(
                department=department,
                procedure__in=Procedure.objects.filter(public_id__in=only).order_by().values("pk"),
            )
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
    return next((one for one in given if actor.works_under(one) and one.covers(procedure.public_id)), None)


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
    return submission.accesses.in_force().filter(person=actor.person).exists()


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


def treated_mandates(actor: Actor) -> MandateQuerySet:
    """Return the mandates that ``actor`` checks at the desk, or ends for who asks: those for a procedure that she treats.

    She reads one once it has ended, too.
    """
    ours = enterable(actor).order_by()
    # What a mandate names is a list in JSON: no database but PostgreSQL looks into one, so both compare the bare ids as text.
    bare = partial(Replace, text=Value("-"), replacement=Value(""), output_field=TextField())
    named = ours.annotate(
        held=bare(Cast(OuterRef("procedures"), TextField())), code=bare(Cast("public_id", TextField()))
    )
    every = Q(procedures=[]) & Exists(ours)
    return Mandate.objects.filter(every | Exists(named.filter(held__contains=F("code"))))


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


def works_as(actor: Actor, role: Role) -> bool:
    """Say whether she has work of that role in her sector of the moment: heads countersign, signatories sign."""
    return bool(desk_departments(actor, (role,)))


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
