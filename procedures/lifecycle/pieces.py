"""Pieces asked for: the rows of a request, the files chosen before they are sent, what sending and giving up write.

The moves themselves are `transition.apply` and `pieces_answer.send`: this module is called inside their transaction.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from journal import models as journal
from portal.kit.moments import day_in_words

from ..definition.fields import FileField
from ..definition.legal import Delay, add_delay
from ..definition.upgrade import canonical
from ..models import (
    AnswerFile,
    AskedPiece,
    Message,
    PieceFile,
    PiecesRequest,
    PiecesSending,
    StoredFile,
    Submission,
)
from ..models.file import PIECE
from ..models.storage import remove
from .draft import no_room
from .files import RefusedFile, receive
from .message import write
from .sending import owe_pieces

MOST = 10
# More would be a wrong year.
LONGEST = Delay(count=12, unit="months")
# What a receipt says of a file.
_FROZEN = {"name", "size", "sha256"}
USUAL = Delay(count=1, unit="months")


class WrongPieces(Exception):
    """What is asked for cannot be; ``field`` names the question."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Wanted:
    """A piece to ask for: a question of the version or the agent's own words, and why it is indispensable."""

    label: str
    reason: str
    legal_text: str = ""
    field_id: str = ""


@dataclass(frozen=True)
class Asking:
    """What an agent asks for, and until when."""

    pieces: tuple[Wanted, ...]
    deadline: date


def usual_deadline(today: date) -> date:
    """Return the day proposed: a month later."""
    return add_delay(today, USUAL)


def check_deadline(deadline: date, today: date) -> None:
    """Refuse a day that gives no time, or a year too far. Raises WrongPieces."""
    if deadline <= today:
        raise WrongPieces("deadline", _("This day leaves no time to answer: choose a day to come."))
    if deadline > add_delay(today, LONGEST):
        raise WrongPieces("deadline", _("This is more than a year away: check the year."))


def latest(submission: Submission) -> PiecesRequest | None:
    """Return the last request for pieces, with what was asked and sent; a newer one takes the place of those before."""
    asked = submission.pieces_requests.prefetch_related("items__waiting__stored", "items__files__stored")
    return asked.order_by("-pk").first()


def question(piece: AskedPiece) -> FileField:
    """Return the question that judges the files of a piece: the version's own, or one that takes any PDF or photo."""
    version = piece.request.submission.version.definition
    own = version.every_field.get(piece.field_id)
    known = own if isinstance(own, FileField) else FileField(type="file", id=piece.path, label=piece.label)
    changed = {"id": piece.path, "label": piece.label, "help": "", "required": False, "when": None}
    return known.model_copy(update={**changed, "required_when": None})


def ask(submission: Submission, asking: Asking | None, by: Actor) -> dict[str, Any]:
    """Write a request for pieces and the message that says it; return what the event tells. Raises WrongPieces.

    It takes the place of an earlier one that is not answered whole: what was already chosen for the same piece follows.
    """
    today = timezone.localdate()
    if asking is None or not asking.pieces:
        raise WrongPieces("piece_0", _("Say which piece is missing."))
    if len(asking.pieces) > MOST:
        raise WrongPieces("piece_0", _("Ask for %(count)d pieces at most at once.") % {"count": MOST})
    check_deadline(asking.deadline, today)
    before = latest(submission)
    request = PiecesRequest.objects.create(
        submission=submission,
        asked_by=by.user,
        asked_by_name=by.name or submission.department.name,
        asked_on=today,
        deadline=asking.deadline,
    )
    items = AskedPiece.objects.bulk_create(
        AskedPiece(
            request=request, field_id=one.field_id, label=one.label, reason=one.reason, legal_text=one.legal_text
        )
        for one in asking.pieces
    )
    if before is not None:
        _take_over(before, items)
    waive(submission, but=request)
    message = write(submission, by, _in_words(asking), kind=Message.Kind.PIECES)
    return {
        "request": str(request.public_id),
        "pieces": [str(item.public_id) for item in items],
        "by_text": [bool(item.legal_text) for item in items],
        "deadline": asking.deadline.isoformat(),
        "message": str(message.public_id),
    }


def _take_over(before: PiecesRequest, items: Iterable[AskedPiece]) -> None:
    for old in before.missing:
        same = next((new for new in items if (new.field_id, new.label) == (old.field_id, old.label)), None)
        if same is not None:
            old.waiting.update(piece=same)


def waive(submission: Submission, but: PiecesRequest | None = None) -> list[str]:
    """Stop waiting for what has not come; return the public ids of the requests that this closes."""
    closed = []
    for request in submission.pieces_requests.filter(waived_on=None).prefetch_related("items"):
        if request != but and request.missing:
            request.waived_on = timezone.localdate()
            request.save(update_fields=["waived_on"])
            closed.append(str(request.public_id))
    return closed


def _in_words(asking: Asking) -> str:
    """Say the request as the thread of messages keeps it, in French like every legal sentence (decision 0005)."""
    with translation.override("fr"):
        day = day_in_words(asking.deadline)
    rows = [
        f"– {one.label} : {one.reason}" + (f" (texte : {one.legal_text})" if one.legal_text else "")
        for one in asking.pieces
    ]
    return "\n".join([f"Pièces demandées, à envoyer jusqu’au {day} :", *rows])


def choose(piece: AskedPiece, uploads: list[UploadedFile[Any]]) -> list[str]:
    """Keep the files chosen for a piece; return, for each refused one, what is wrong and how to mend it."""
    field, refused = question(piece), []
    room = max(field.max_files - piece.waiting.count(), 0)
    for upload in uploads[:room]:
        try:
            PieceFile.objects.create(piece=piece, stored=receive(upload, field))
        except RefusedFile as error:
            refused.append(str(error))
    if len(uploads) > room:
        refused.append(no_room(field))
    return refused


def drop(request: PiecesRequest, file_id: str) -> None:
    """Remove a file that was chosen and not sent; one that is not there is no error."""
    for stored in StoredFile.objects.filter(piece_link__piece__request=request, public_id=file_id):
        remove(stored)


def arrive(submission: Submission, item: AskedPiece, day: date) -> None:
    """Write the day on which a piece came by another way. Raises WrongPieces for one that cannot be."""
    if day > timezone.localdate():
        raise WrongPieces(item.path, _("This day is still to come."))
    if day < timezone.localtime(submission.received_at).date():
        raise WrongPieces(item.path, _("The request itself came later: check the day."))
    item.arrived_on = day
    item.save(update_fields=["arrived_on"])


def settle(submission: Submission, by: Actor) -> dict[str, Any]:
    """Take what was chosen and said as sent; return what the event tells: ids and digests, never a word."""
    request = latest(submission)
    assert request is not None, "what is answered was asked for"  # noqa: S101
    now, arrived, files, said = timezone.now(), [], [], []
    for item in request.missing:
        links = list(item.waiting.all())
        if links:
            _join(submission, item, links)
            item.arrived_on = timezone.localdate(now)
            arrived.append(item)
            files += [link.stored for link in links]
        elif not item.words:
            continue
        item.answered_at = now
        item.save(update_fields=["arrived_on", "answered_at"])
        said.append(item)
    request.answered_at = now
    request.save(update_fields=["answered_at"])
    message = write(submission, by, _answered(said, arrived), kind=Message.Kind.REPLY)
    sent = _freeze(submission, request, said, now)
    return {
        "sending": sent.number,
        "request": str(request.public_id),
        "arrived": [str(item.public_id) for item in arrived],
        "files": [stored.sha256 for stored in files],
        "missing": len([item for item in request.missing if item not in arrived]),
        "message": str(message.public_id),
    }


def _freeze(submission: Submission, request: PiecesRequest, said: list[AskedPiece], now: datetime) -> PiecesSending:
    """Keep what was sent as its receipt will say it, whatever is sent later."""
    told = []
    for item in said:
        links = item.files.select_related("stored").order_by("pk") if item.arrived_on else ()
        files = [{k: v for k, v in link.stored.described().items() if k in _FROZEN} for link in links]
        told.append({"label": item.label, "files": files, "words": item.words})
    content = canonical(told)
    return PiecesSending.objects.create(
        submission=submission,
        request_key=request.public_id,
        number=submission.pieces_sendings.count() + 1,
        sent_at=now,
        content=content,
        digest=hashlib.sha256(content.encode()).hexdigest(),
    )


def receipt(submission: Submission, number: int, event: journal.Event) -> None:
    """Owe the receipt of a sending, once the event that states it is written."""
    owe_pieces(submission.pieces_sendings.get(number=number), event)


def _join(submission: Submission, item: AskedPiece, links: list[PieceFile]) -> None:
    """Make files of the request of what was chosen: rows move, never bytes."""
    short_lived = question(item).is_short_lived
    for link in links:
        link.delete()
    AnswerFile.objects.bulk_create(
        AnswerFile(
            submission=submission,
            field_id=item.field_id or PIECE,
            stored=link.stored,
            piece=item,
            until_decision=short_lived,
        )
        for link in links
    )


def _answered(said: list[AskedPiece], arrived: list[AskedPiece]) -> str:
    rows = [
        f"– {item.label} : "
        + ("jointe" if item in arrived else "non jointe")
        + (f". {item.words}" if item.words else "")
        for item in said
    ]
    return "\n".join(["Réponse à la demande de pièces :", *rows])
