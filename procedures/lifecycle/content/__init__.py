"""What is inside a file that someone sends: one module for each family, and the words of a refusal."""

import tempfile
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File

Content = File[Any] | IO[bytes]


class RefusedFile(Exception):
    """A file that is not kept; the message names it and says how to mend it."""


@dataclass
class Checked:
    """A file that may be kept: its bytes, which may be lighter than those sent, its type, and whether it is protected."""

    content: Content
    content_type: str
    protected: bool = False


def temporary() -> IO[bytes]:
    """Return a file without a name, gone once it is closed."""
    return tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)


def tail_of(content: Content, size: int, length: int) -> bytes:
    """Return the last ``length`` bytes of a file of ``size``."""
    content.seek(max(0, size - length))
    found: bytes = content.read(length)
    content.seek(0)
    return found
