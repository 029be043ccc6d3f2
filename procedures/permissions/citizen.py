"""What a person sees and fills: her own, and what a mandate opens."""

from django.db.models import Q

from accounts.models import Mandate
from accounts.permissions import Actor

from ..models import Draft, Procedure, Submission
from ..models.case import SubmissionQuerySet
from ..models.draft import DraftQuerySet
from .entering import may_enter


def may_see_as_citizen(actor: Actor, submission: Submission) -> bool:
    """Say whether ``actor`` is the person of this request, acts for her, or proved it by a code sent to her address."""
    if submission.eliminated_at is not None:
        return False
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
    return Submission.objects.kept().filter(wanted)


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
