"""Files sent piece by piece: each piece kept where it belongs, the whole checked like any other file once it is there."""

import re
import uuid
from datetime import datetime, timedelta
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from ..definition.document import ProcedureDefinition
from ..definition.fields import FileField, GroupField
from ..models import Draft, DraftFile, PartialUpload
from ..models.storage import drop_pieces
from ..models.upload import PARTIAL
from . import draft as drafts
from .content import temporary
from .files import RefusedFile, keep, prepare, refuse_size, tidy_name

PIECE = 512 * 1024
# A little more than a piece: what else is sent with it is counted apart.
LARGEST_PIECE = 2 * PIECE
AT_ONCE = 10
_PATH = re.compile(r"^([a-z][a-z0-9_]{0,47})(?:-(\d{1,3})-([a-z][a-z0-9_]{0,47}))?$")


class WrongOffset(Exception):
    """The piece is not the next one; ``expected`` says where the next one begins."""

    def __init__(self, expected: int) -> None:
        super().__init__(expected)
        self.expected = expected


class Busy(Exception):
    """Too much is on its way at once."""


def question_at(definition: ProcedureDefinition, path: str) -> FileField | None:
    """Return the question that an input belongs to: "field", or "group-2-field" in a row; None for any other name."""
    found = _PATH.match(path)
    if found is None:
        return None
    top = definition.fields.get(found[1])
    if found[3]:
        inner = top.inner() if isinstance(top, GroupField) else []
        top = next((field for field in inner if field.id == found[3]), None)
    return top if isinstance(top, FileField) else None


def receive_piece(
    draft: Draft,
    field: FileField,
    path: str,
    *,
    upload: uuid.UUID,
    name: str,
    total: int,
    offset: int,
    piece: IO[bytes],
) -> PartialUpload:
    """Keep a piece of a file; an empty one asks again for the end. Needs a transaction, and the draft held.

    Raises RefusedFile before anything is sent in vain, WrongOffset, and Busy.
    """
    row = draft.uploads.filter(upload=upload).first()
    if row is None:
        if offset != 0:
            raise WrongOffset(0)
        row = _begin(draft, field, path, upload, name, total)
    if row.done_at is not None:
        return row
    if (row.field_id, row.total) != (path, total) or offset != row.received:
        raise WrongOffset(row.received)
    data = piece.read(LARGEST_PIECE + 1)
    if len(data) > LARGEST_PIECE or row.received + len(data) > row.total:
        raise WrongOffset(row.received)
    if data:
        # The same piece may have been kept by a try whose row was then undone.
        default_storage.delete(row.key(offset))
        default_storage.save(row.key(offset), File(BytesIO(data), name=str(offset)))
        row.pieces = [*row.pieces, offset]
        row.received += len(data)
    row.touched_at = timezone.now()
    row.save(update_fields=["pieces", "received", "touched_at"])
    return row


def _begin(draft: Draft, field: FileField, path: str, upload: uuid.UUID, name: str, total: int) -> PartialUpload:
    refuse_size(total, tidy_name(name), field)
    if draft.files.filter(field_id=path).count() >= field.max_files:
        raise RefusedFile(drafts.no_room(field))
    running = PartialUpload.objects.filter(done_at=None)
    if running.filter(draft=draft).count() >= AT_ONCE:
        raise Busy
    if (running.aggregate(all=Sum("total"))["all"] or 0) + total > settings.PARTIAL_UPLOADS_MAX_BYTES:
        raise Busy
    return PartialUpload.objects.create(draft=draft, upload=upload, field_id=path, name=tidy_name(name), total=total)


def finish(row: PartialUpload, field: FileField) -> PartialUpload:
    """Check a file that has arrived whole and join it to the draft, once; the row then says how it ended.

    The checks run outside the transaction: they may take a second, and hold no one up.
    """
    ended = _finish(row, field)
    if ended.done_at is not None:
        # Only once the end is written for good: until then, it can be tried again.
        drop_pieces(ended)
    return ended


def _finish(row: PartialUpload, field: FileField) -> PartialUpload:
    with temporary() as whole:
        for start in row.pieces:
            with default_storage.open(row.key(start)) as piece:
                while data := piece.read(65536):
                    whole.write(data)
        whole.seek(0)
        try:
            prepared = prepare(_named(whole, row), field)
        except RefusedFile as error:
            return _end(row, refusal=str(error))
        try:
            with transaction.atomic():
                draft = drafts.locked(row.draft.public_id)
                row = PartialUpload.objects.select_for_update().get(pk=row.pk)
                if row.done_at is not None or draft.submission_id:
                    return row
                if draft.files.filter(field_id=row.field_id).count() >= field.max_files:
                    return _end(row, refusal=drafts.no_room(field))
                row.stored = keep(prepared)
                DraftFile.objects.create(draft=draft, field_id=row.field_id, stored=row.stored)
                drafts.prolong(draft)
                return _end(row)
        finally:
            prepared.close()


def _end(row: PartialUpload, refusal: str = "") -> PartialUpload:
    row.done_at, row.refusal = timezone.now(), refusal
    row.save(update_fields=["done_at", "refusal", "stored"])
    return row


def cancel(draft: Draft, upload: uuid.UUID) -> None:
    """Forget a file on its way; one that has already arrived stays."""
    row = draft.uploads.filter(upload=upload, done_at=None).first()
    if row is not None:
        drop_pieces(row)
        row.delete()


def purge(limit: int = 200) -> int:
    """Remove what nobody went on with for a day; return how many."""
    before = timezone.now() - timedelta(hours=settings.PARTIAL_UPLOADS_HOURS)
    old = list(PartialUpload.objects.filter(touched_at__lt=before)[:limit])
    for row in old:
        drop_pieces(row)
        row.delete()
    return len(old) + _purge_strays(before, limit)


def _purge_strays(before: datetime, limit: int) -> int:
    """Remove the pieces that no row names: those of a transaction that was undone."""
    try:
        names = default_storage.listdir(PARTIAL)[1][:limit]
    except FileNotFoundError:
        return 0
    count = 0
    for name in names:
        known, key = PartialUpload.objects.filter(public_id=name.split("-")[0]), f"{PARTIAL}/{name}"
        if default_storage.get_modified_time(key) < before and not known.exists():
            default_storage.delete(key)
            count += 1
    return count


def _named(whole: IO[bytes], row: PartialUpload) -> File[Any]:
    found: File[Any] = File(whole, name=row.name)
    found.size = row.received
    return found
