"""Whether a file is safe: one interface, and the default that checks nothing and says so."""

from typing import BinaryIO, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from ..models import StoredFile


class Scanner(Protocol):
    def scan(self, content: BinaryIO) -> StoredFile.Scan:
        """Read the bytes and return a verdict."""
        ...


class NullScanner:
    """No scanner is set: files are kept, and shown as not checked."""

    def scan(self, content: BinaryIO) -> StoredFile.Scan:
        """Check nothing."""
        return StoredFile.Scan.SKIPPED


def scanner() -> Scanner:
    """Return the scanner that the settings name."""
    found: Scanner = import_string(settings.FILE_SCANNER)()
    return found
