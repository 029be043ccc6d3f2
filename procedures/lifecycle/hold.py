"""Keeping a request from destruction, and letting it go again: by a head, with a reason each time."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from journal import models as journal

from .. import permissions
from ..models import LegalHold, Submission
from .grounds import MissingWords
from .transition import StaleAction, locked

HELD, LIFTED = "hold_put", "hold_lifted"


def held(submission: Submission) -> LegalHold | None:
    """Return what holds a request now."""
    return submission.holds.filter(lifted_at=None).first()


def holds(submission: str = "pk") -> Exists:
    """Say in a query whether the request of the column ``submission`` is held now."""
    return Exists(LegalHold.objects.filter(submission=OuterRef(submission), lifted_at=None))


@transaction.atomic
def put(submission: Submission, reason: str, *, by: Actor) -> LegalHold:
    """Hold a request. Raises PermissionDenied, MissingWords, and StaleAction where it is held already, or gone."""
    current = _locked(submission, by)
    if held(current) is not None or current.eliminated_at is not None:
        raise StaleAction(current)
    if not reason.strip():
        raise MissingWords("reason", _("Say why it must be kept."))
    hold = LegalHold.objects.create(
        submission=current, reason=reason.strip(), put_by=by.user, put_by_name=_name(by, current)
    )
    _note(current, HELD, hold, by)
    return hold


@transaction.atomic
def lift(submission: Submission, because: str, *, by: Actor) -> LegalHold:
    """Let a request go: its term counts again as if it had never been held.

    Raises PermissionDenied, MissingWords, and StaleAction where nothing holds it.
    """
    current = _locked(submission, by)
    hold = held(current)
    if hold is None:
        raise StaleAction(current)
    if not because.strip():
        raise MissingWords("reason", _("Say why it need not be kept any more."))
    hold.lifted_at, hold.lifted_because, hold.lifted_by_name = timezone.now(), because.strip(), _name(by, current)
    hold.save(update_fields=["lifted_at", "lifted_because", "lifted_by_name"])
    _note(current, LIFTED, hold, by)
    return hold


def _locked(submission: Submission, by: Actor) -> Submission:
    current = locked(submission.reference)
    if not permissions.may_hold(by, current):
        raise PermissionDenied
    return current


def _name(by: Actor, submission: Submission) -> str:
    return by.name or submission.department.name


def _note(submission: Submission, kind: str, hold: LegalHold, by: Actor) -> None:
    data = {"hold": hold.pk} | permissions.behalf(by, submission, "head")
    journal.append(submission.key, kind, actor=by.key, role="head", data=data)
