"""Pieces that come: sent on one page with a receipt, noted by the department, or no longer asked for."""

from collections.abc import Mapping
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from journal import models as journal

from .. import permissions
from ..models import PiecesRequest, StoredFile, Submission
from . import acknowledgement, clock, notify, pieces
from . import transition as transitions

PIECES_SENT = "pieces_sent"
PIECES_GIVEN_UP = "pieces_given_up"
PIECES_NOTED = "pieces_noted"


class NothingToSend(Exception):
    """Nothing new was joined or said, nothing is asked for any more, or a file was blocked meanwhile."""


@transaction.atomic
def send(submission: Submission, *, by: Actor) -> PiecesRequest:
    """Send what was chosen for the pieces asked for, and give a receipt by mail; the request goes back to the department.

    Late pieces are accepted as long as the case is open, and so are those of a request that the department stopped
    waiting for. Raises PermissionDenied and NothingToSend; then nothing is written.
    """
    current = transitions.locked(submission.reference)
    if not permissions.may_see_as_citizen(by, current):
        raise PermissionDenied
    asked = pieces.latest(current)
    if asked is None or current.is_over or blocked(asked) or not _has_news(asked):
        raise NothingToSend
    leaving = current.version.definition.workflow.leaving(current.state)
    move = next((one for one in leaving if one.act == "send_pieces"), None)
    if move is not None:
        transitions.apply(current, move.id, by=by)
    else:
        # The department went on meanwhile: what comes is kept all the same, and moves nothing but the clock.
        data = pieces.settle(current, by) | permissions.behalf(by, current, "applicant")
        event = journal.append(current.key, PIECES_SENT, actor=by.key, role="applicant", data=data)
        pieces.receipt(current, data["sending"], event)
        clock.recompute(current)
        current.save(update_fields=["due_on"])
    asked.refresh_from_db()
    assert asked.answered_at is not None, "it was just answered"  # noqa: S101
    notify.citizen(
        current,
        PIECES_SENT,
        key=f"pieces:{asked.public_id}:{asked.answered_at.timestamp()}",
        subject=_("We have received your pieces"),
        sentence=f"Nous avons reçu votre envoi le {acknowledgement.in_words(asked.answered_at)}. "
        "Votre récépissé est dans votre demande.",
    )
    return asked


@transaction.atomic
def note_arrival(submission: Submission, days: Mapping[str, date], *, by: Actor) -> None:
    """Note the day on which pieces came by another way, by their public ids: the law counts from it, whatever the channel.

    Once nothing is missing, the request goes back to the department. Raises PermissionDenied, WrongPieces for a day that
    cannot be, and StaleAction where none of them is missing any more.
    """
    current = transitions.locked(submission.reference)
    if not permissions.may_tend_clock(by, current):
        raise PermissionDenied
    asked = pieces.latest(current)
    came = [item for item in asked.missing if str(item.public_id) in days] if asked and not current.is_over else []
    if asked is None or not came:
        raise transitions.StaleAction(current)
    for item in came:
        pieces.arrive(current, item, days[str(item.public_id)])
    told = {str(item.public_id): days[str(item.public_id)].isoformat() for item in came}
    data = {"request": str(asked.public_id), "arrived": told} | permissions.behalf(by, current, "agent")
    journal.append(current.key, PIECES_NOTED, actor=by.key, role="agent", data=data)
    clock.recompute(current)
    current.save(update_fields=["due_on"])
    notify.citizen(
        current,
        PIECES_NOTED,
        key=f"{PIECES_NOTED}:{came[0].public_id}",
        subject=_("We have received your pieces"),
        sentence="Le service a noté l’arrivée de pièces de votre demande.",
    )
    leaving = current.version.definition.workflow.leaving(current.state)
    back = next((one for one in leaving if one.act == "move" and permissions.may_apply(by, current, one)), None)
    if (
        current.awaiting == "pieces"
        and back is not None
        and not any(one.arrived_on is None for one in asked.items.all())
    ):
        transitions.apply(current, back.id, by=by)


@transaction.atomic
def give_up(submission: Submission, *, by: Actor) -> None:
    """Stop asking for what did not come with the answer; while the answer itself is awaited, a transition does it.

    Raises PermissionDenied, and StaleAction where nothing is asked for.
    """
    current = transitions.locked(submission.reference)
    if not permissions.may_tend_clock(by, current):
        raise PermissionDenied
    if current.is_over or current.awaiting == "pieces":
        raise transitions.StaleAction(current)
    closed = pieces.waive(current)
    if not closed:
        raise transitions.StaleAction(current)
    data = {"waived": closed} | permissions.behalf(by, current, "agent")
    journal.append(current.key, PIECES_GIVEN_UP, actor=by.key, role="agent", data=data)
    clock.recompute(current)
    current.save(update_fields=["due_on"])


def _has_news(asked: PiecesRequest) -> bool:
    """Say whether a file was chosen, or words said that were not sent yet."""
    return any(list(item.waiting.all()) or (item.words and item.answered_at is None) for item in asked.missing)


def blocked(asked: PiecesRequest) -> list[StoredFile]:
    """Return the files chosen that the scanner blocked: they cannot be sent."""
    chosen = [link.stored for item in asked.missing for link in item.waiting.all()]
    return [stored for stored in chosen if stored.scan == StoredFile.Scan.INFECTED]
