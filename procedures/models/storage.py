"""Bytes into the private storage, under a random key; the row holds the name, the size and the digest."""

import hashlib
import uuid
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils import timezone

from .file import StoredFile


def store(content: File[Any] | IO[bytes], *, name: str, content_type: str, scan: StoredFile.Scan) -> StoredFile:
    """Keep the bytes of ``content`` and return their row; the verdict of the scanner is the caller's."""
    digest, size = hashlib.sha256(), 0
    content.seek(0)
    while chunk := content.read(65536):
        digest.update(chunk)
        size += len(chunk)
    content.seek(0)
    key = default_storage.save(f"{timezone.now():%Y/%m}/{uuid.uuid4().hex}", content)
    return StoredFile.objects.create(
        key=key, name=name, size=size, content_type=content_type, sha256=digest.hexdigest(), scan=scan
    )
