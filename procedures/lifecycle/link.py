"""Requests that are read together, and the same request filed twice: one goes on, the other ends and says so.

The one that goes on is the one to which the town must answer first, so that no legal date is lost.
"""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from journal import models as journal
from portal.kit.text import fold

from .. import permissions
from ..models import CaseLink, Submission
from . import clock, correction, notify, pieces
from . import edition as editions
from .transition import StaleAction, locked

LINKED, UNLINKED, MERGED = "linked", "unlinked", "merged"
_MOST = 30


class NotTheSame(ValueError):
    """The two requests cannot be one: the words say why."""


@transaction.atomic
def link(submission: Submission, other: Submission, *, by: Actor) -> None:
    """Let two requests show each other to those who may see them; twice is once.

    Raises PermissionDenied, and NotTheSame for a request and itself, or one that shows too many already.
    """
    if not permissions.may_handle(by, submission):
        raise PermissionDenied
    if submission == other:
        raise NotTheSame(_("This is the request itself."))
    if submission.links.count() >= _MOST:
        raise NotTheSame(_("This request shows many others already: take one off first."))
    _made, fresh = CaseLink.objects.get_or_create(submission=submission, other=other)
    if fresh:
        CaseLink.objects.get_or_create(submission=other, other=submission)
        _note(submission, LINKED, other, by)


@transaction.atomic
def unlink(submission: Submission, other: Submission, *, by: Actor) -> None:
    """Let two requests show each other no longer. Raises PermissionDenied."""
    if not permissions.may_handle(by, submission):
        raise PermissionDenied
    gone, _each = CaseLink.objects.filter(submission=submission, other=other).delete()
    CaseLink.objects.filter(submission=other, other=submission).delete()
    if gone:
        _note(submission, UNLINKED, other, by)


def why_not(duplicate: Submission, kept: Submission) -> str:
    """Say in words why ``duplicate`` may not end for ``kept``; nothing where it may."""
    if duplicate == kept or duplicate.procedure_id != kept.procedure_id:
        return _("They are not requests of one procedure.")
    if not _one_person(duplicate, kept):
        return _(
            "They are not requests of one person: neither her account, nor her address, nor her name and place agree."
        )
    if duplicate.is_over or kept.is_over or clock.has_spoken(duplicate) or clock.has_spoken(kept):
        return _("One of them is over, or silence has decided it.")
    if (duplicate.due_on or date.max) < (kept.due_on or date.max):
        return _("The other one must be answered later: the one with the nearer legal date goes on.")
    if duplicate.version.definition.workflow.end_for("no_object") is None:
        return _("This procedure has no end for it.")
    return ""


@transaction.atomic
def merge(submission: Submission, kept: Submission, *, by: Actor) -> Submission:
    """End a request that was filed twice: ``kept`` goes on, shows it, and the person is told.

    Raises PermissionDenied, NotTheSame with its reason, and StaleAction where it is over meanwhile.
    """
    first, second = sorted((submission, kept), key=lambda one: one.pk)
    held = {first.pk: locked(first.reference), second.pk: locked(second.reference)}
    current, kept = held[submission.pk], held[kept.pk]
    if not permissions.may_handle(by, current) or not permissions.may_handle(by, kept):
        raise PermissionDenied
    if current.is_over:
        raise StaleAction(current)
    reason, end = why_not(current, kept), current.version.definition.workflow.end_for("no_object")
    if reason or end is None:
        raise NotTheSame(reason)
    data: dict[str, Any] = {"kept": kept.reference, "from": current.state, "to": end.id}
    data |= {"waived": pieces.waive(current)} | permissions.behalf(by, current, "agent")
    correction.close(current)
    current.state, current.status, current.awaiting = end.id, end.status, ""
    current.outcome, current.outcome_by = Submission.Outcome.NO_OBJECT, Submission.OutcomeBy.DECISION
    current.duplicate_of, current.closed_at = kept, timezone.now()
    clock.recompute(current)
    current.save(
        update_fields=["state", "status", "awaiting", "outcome", "outcome_by", "duplicate_of", "closed_at", "due_on"]
    )
    for one, other in ((current, kept), (kept, current)):
        CaseLink.objects.get_or_create(submission=one, other=other)
    event = journal.append(current.key, MERGED, actor=by.key, role="agent", data=data)
    if current.edition is not None:
        editions.give_on(current.edition)
    notify.citizen(
        current,
        MERGED,
        key=f"{MERGED}:{event.pk}:{current.public_id}",
        subject=_("The same request, filed twice: one goes on"),
        sentence=f"Vous avez déposé deux fois la même demande. Nous étudions la demande {kept.reference} ; celle-ci est "
        "terminée, et rien n’est perdu. Si ce sont deux demandes différentes, dites-le-nous.",
    )
    return current


def _one_person(one: Submission, other: Submission) -> bool:
    if one.person_id is not None and one.person_id == other.person_id:
        return True
    first, second = one.applicant, other.applicant
    if first.email and first.email.lower() == second.email.lower():
        return True
    return bool(first.address) and (fold(first.display_name), first.address) == (
        fold(second.display_name),
        second.address,
    )


def _note(submission: Submission, kind: str, other: Submission, by: Actor) -> None:
    data = {"other": other.reference} | permissions.behalf(by, submission, "agent")
    journal.append(submission.key, kind, actor=by.key, role="agent", data=data)
