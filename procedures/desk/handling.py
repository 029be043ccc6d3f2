"""What the case page shows of the work among colleagues: who follows it, notes, labels, the person's other requests."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from accounts.permissions import Actor
from journal.models import Event

from .. import permissions
from ..lifecycle import colleagues, reopen, undo
from ..models import Label, Submission
from ..models.case import SubmissionQuerySet
from .access import name_of
from .words import Shape, shape_of

RELATED = 6
# Two requests of one procedure this near to each other may be the same one, filed twice.
_NEAR = timedelta(days=30)
_KNOWN = 50


@dataclass(frozen=True)
class Related:
    """Another request of the same person, and whether it may be the same one."""

    submission: Submission
    state: Shape
    twin: bool


def gather(actor: Actor, submission: Submission, last: Event | None) -> dict[str, Any]:
    """Return what the case page shows of it; ``last`` is the last event of the request."""
    team = colleagues.team(submission)
    may_handle = permissions.may_handle(actor, submission)
    notes = list(submission.notes.prefetch_related("mentions__user__person"))
    linked = _linked(actor, submission)
    with_it = {one.submission for one in linked}
    asked = {mention.user_id for note in notes for mention in note.mentions.all() if mention.seen_at is None}
    return {
        "may_handle": may_handle,
        "may_note": permissions.may_note(actor, submission),
        "may_undo": undo.may_undo(submission, last, by=actor),
        "followers": [
            (str(user.public_id), name_of(user), user == submission.assigned_to)
            for user in colleagues.only_followers(team)
        ],
        "may_take": bool(may_handle and actor.user and actor.user in team and submission.assigned_to != actor.user),
        "colleagues": [user for user in team if user != actor.user],
        "notes": [(note, [(name_of(one.user), one.seen_at) for one in note.mentions.all()]) for note in notes],
        "asked_to_look": actor.user is not None and actor.user.pk in asked,
        "labels": list(submission.labels.all()),
        "labels_known": _known(submission) if may_handle else [],
        "related": [one for one in related(actor, submission) if one.submission not in with_it],
        "linked": linked,
        "watching": any(one.user_id == (actor.user.pk if actor.user else None) for one in submission.watches.all()),
        "may_reopen": may_handle and reopen.is_closed(submission),
    }


def _known(submission: Submission) -> list[str]:
    """Return the labels that the department has already."""
    return list(Label.objects.filter(department=submission.department_id).values_list("name", flat=True)[:_KNOWN])


def related(actor: Actor, submission: Submission, among: SubmissionQuerySet | None = None) -> list[Related]:
    """Return the latest other requests of the same person, or ``among`` some, that ``actor`` may see in her sector.

    Without an account, the person is known by the address that she gave, as she wrote it.
    """
    others = among
    if others is None:
        others = permissions.visible_submissions(actor).exclude(pk=submission.pk)
        if submission.person_id is not None:
            others = others.filter(person=submission.person_id)
        elif submission.applicant.email:
            others = others.filter(applicant__email=submission.applicant.email)
        else:
            return []
    found = others.for_list().order_by("-received_at", "-pk")[: RELATED if among is None else None]
    return [Related(one, shape_of(one), _is_twin(one, submission)) for one in found]


def _linked(actor: Actor, submission: Submission) -> list[Related]:
    """Return the requests that colleagues read with this one, among those that ``actor`` may see."""
    keys = [one.other_id for one in submission.links.all()]
    return related(actor, submission, permissions.visible_submissions(actor).filter(pk__in=keys)) if keys else []


def _is_twin(one: Submission, other: Submission) -> bool:
    if one.procedure_id != other.procedure_id or one.is_over or other.is_over:
        return False
    return abs(one.received_at - other.received_at) <= _NEAR
