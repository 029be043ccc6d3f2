"""Sending a request on to the competent authority, and noting the day on which it got it (CRPA L114-2, L114-3).

The delay of a rejection runs from the first reception; that of an acceptance, from the competent authority's.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from journal import models as journal
from portal.kit.moments import day_in_words

from .. import permissions
from ..definition.workflow import State
from ..models import SentOn, Submission
from . import clock, correction, notify, pieces
from .grounds import MissingWords
from .transition import StaleAction, locked

SENT_ON = "sent_on"
ARRIVED = "sent_on_arrived"


@dataclass(frozen=True)
class Sending:
    """To whom, why, on which day, and whether the department goes on following the request."""

    authority: str
    address: str
    reason: str
    day: date
    kept: bool


def known(submission: Submission) -> SentOn | None:
    """Return the sending on of a request, where there is one."""
    return getattr(submission, "sent_on", None)


def end_of(submission: Submission) -> State | None:
    """Return the state in which a request that is sent on ends; None where its workflow has none for it."""
    return submission.version.definition.workflow.end_for("transmitted")


def check(submission: Submission, what: Sending, today: date) -> None:
    """Refuse what says too little, or a day that cannot be; MissingWords names the question."""
    for name, value, words in (
        ("authority", what.authority, _("Name the authority that is competent.")),
        ("address", what.address, _("Give its address: the person may have to write to it.")),
        ("reason", what.reason, _("Say why it is competent: the person reads it.")),
    ):
        if not value.strip():
            raise MissingWords(name, words)
    if what.day > today:
        raise MissingWords("day", _("This day is still to come."))
    if what.day < timezone.localdate(submission.received_at):
        raise MissingWords("day", _("The request itself came later: check the day."))
    if not what.kept and end_of(submission) is None:
        raise MissingWords("kept", _("This procedure has no end for it: the department goes on following the request."))


@transaction.atomic
def send_on(submission: Submission, what: Sending, *, by: Actor) -> SentOn:
    """Send a request on and tell the person. Raises PermissionDenied, MissingWords, and StaleAction for one that is over,
    on which silence has decided, or that was sent on already; then nothing is written.
    """
    current = locked(submission.reference)
    if not permissions.may_tend_clock(by, current):
        raise PermissionDenied
    if current.is_over or clock.has_spoken(current) or known(current) is not None:
        raise StaleAction(current)
    check(current, what, timezone.localdate())
    sent = SentOn.objects.create(
        submission=current,
        authority=what.authority.strip(),
        address=what.address.strip(),
        reason=what.reason.strip(),
        sent_on=what.day,
        sent_by=by.user,
        sent_by_name=by.name or current.department.name,
    )
    data: dict[str, Any] = {"sending": str(sent.public_id), "day": what.day.isoformat(), "kept": what.kept}
    end = None if what.kept else end_of(current)
    if end is not None:
        data |= {"from": current.state, "to": end.id, "waived": pieces.waive(current)}
        correction.close(current)
        current.state, current.status, current.awaiting = end.id, end.status, ""
        current.outcome, current.outcome_by = Submission.Outcome.TRANSMITTED, Submission.OutcomeBy.DECISION
        current.closed_at = timezone.now()
    clock.recompute(current)
    current.save(update_fields=["state", "status", "awaiting", "outcome", "outcome_by", "closed_at", "due_on"])
    data |= permissions.behalf(by, current, "agent")
    journal.append(current.key, SENT_ON, actor=by.key, role="agent", data=data)
    notify.citizen(
        current,
        SENT_ON,
        key=f"{SENT_ON}:{sent.public_id}",
        subject=_("Your request is sent on to the competent authority"),
        sentence="Votre demande relève d’une autre administration : nous la lui avons transmise le "
        f"{day_in_words(what.day)}. Son nom et son adresse sont dans votre demande.",
    )
    return sent


@transaction.atomic
def note_arrival(submission: Submission, day: date, *, by: Actor) -> SentOn:
    """Note the day on which the competent authority got it: an acceptance runs from it.

    Raises PermissionDenied, MissingWords for a day that cannot be, and StaleAction where it is known already.
    """
    current = locked(submission.reference)
    if not permissions.may_tend_clock(by, current):
        raise PermissionDenied
    sent = known(current)
    if sent is None or sent.received_on is not None:
        raise StaleAction(current)
    if not sent.sent_on <= day <= timezone.localdate():
        raise MissingWords("day", _("This day is before the sending, or still to come: check it."))
    sent.received_on = day
    sent.save(update_fields=["received_on"])
    clock.recompute(current)
    current.save(update_fields=["due_on"])
    data = {"sending": str(sent.public_id), "day": day.isoformat()} | permissions.behalf(by, current, "agent")
    journal.append(current.key, ARRIVED, actor=by.key, role="agent", data=data)
    return sent
