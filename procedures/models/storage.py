"""Bytes into the private storage, under a random key, and out of it; the row holds the name, the size and the digest."""

import hashlib
import uuid
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import FileResponse, Http404
from django.utils import timezone

from .file import StoredFile
from .upload import PartialUpload


def digest_of(content: File[Any] | IO[bytes]) -> tuple[str, int]:
    """Return the SHA-256 of some bytes and their number, read by pieces; the cursor goes back to the start."""
    digest, size = hashlib.sha256(), 0
    content.seek(0)
    while chunk := content.read(65536):
        digest.update(chunk)
        size += len(chunk)
    content.seek(0)
    return digest.hexdigest(), size


def store(
    content: File[Any] | IO[bytes],
    *,
    name: str,
    content_type: str,
    scan: StoredFile.Scan,
    original_sha256: str = "",
    protected: bool = False,
) -> StoredFile:
    """Keep the bytes of ``content`` and return their row; the verdict of the scanner is the caller's."""
    sha256, size = digest_of(content)
    key = default_storage.save(f"{timezone.now():%Y/%m}/{uuid.uuid4().hex}", content)
    return StoredFile.objects.create(
        key=key,
        name=name,
        size=size,
        content_type=content_type,
        sha256=sha256,
        scan=scan,
        original_sha256=original_sha256,
        protected=protected,
    )


def copy(stored: StoredFile) -> StoredFile:
    """Return a file of its own with the same bytes, name and verdict. Raises OSError where the bytes are not there."""
    with default_storage.open(stored.key) as content:
        return store(
            content,
            name=stored.name,
            content_type=stored.content_type,
            scan=StoredFile.Scan(stored.scan),
            original_sha256=stored.original_sha256,
            protected=stored.protected,
        )


def remove(stored: StoredFile) -> None:
    """Remove a file, row and bytes, once nothing links it; the bytes go only once the row is gone for good."""
    key = stored.key
    stored.delete()
    transaction.on_commit(lambda: default_storage.delete(key))


def destroy(stored: StoredFile) -> None:
    """Remove the bytes and keep the row, marked; safe to run again.

    The bytes go first: were the row's change then undone, the next run would find it unmarked and finish.
    """
    default_storage.delete(stored.key)
    if stored.destroyed_at is None:
        stored.destroyed_at = timezone.now()
        stored.save(update_fields=["destroyed_at"])


def drop_pieces(upload: PartialUpload) -> None:
    """Remove the pieces of a file on its way."""
    for start in upload.pieces:
        default_storage.delete(upload.key(start))
    # A piece whose row was undone lies just after the last one that counts.
    default_storage.delete(upload.key(upload.received))


def download(stored: StoredFile, name: str) -> FileResponse:
    """Hand the bytes over as a download, never shown by the browser as a page of ours; Http404 once they are destroyed."""
    if stored.destroyed_at is not None:
        raise Http404
    response = FileResponse(
        default_storage.open(stored.key), as_attachment=True, filename=name, content_type=stored.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
