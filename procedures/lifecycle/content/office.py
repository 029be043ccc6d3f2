"""Documents and sheets: a sound ZIP archive of the right kind, bounded once opened, without macros."""

import zipfile
import zlib

from django.utils.translation import gettext as _

from . import Checked, Content, RefusedFile

_OOXML = "application/vnd.openxmlformats-officedocument"
_MAIN = {
    "word/document.xml": f"{_OOXML}.wordprocessingml.document",
    "xl/workbook.xml": f"{_OOXML}.spreadsheetml.sheet",
}
_ODF = ("application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet")
_TYPES = "[Content_Types].xml"
MOST_ENTRIES = 2000
MOST_BYTES = 100_000_000
# A sheet of repeated cells shrinks a hundred times; past that, and heavy, it is a trap.
MOST_RATIO = 150
_LIGHT = 5_000_000
# What a hostile archive can make the readers raise.
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError, KeyError)


def kind_of(content: Content) -> str:
    """Return the type that an archive says it is; an empty text for any other archive."""
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as archive:
            return _kind(archive)
    except _BROKEN:
        return ""
    finally:
        content.seek(0)


def _kind(archive: zipfile.ZipFile) -> str:
    entries = archive.infolist()
    if not entries or len(entries) > MOST_ENTRIES:
        return ""
    first = min(entries, key=lambda entry: entry.header_offset)
    if first.filename == "mimetype" and first.compress_type == zipfile.ZIP_STORED and first.file_size < 200:
        said = archive.read(first).decode("ascii", "replace").strip()
        return said if said in _ODF else ""
    names = {entry.filename for entry in entries}
    return next((kind for part, kind in _MAIN.items() if part in names and _TYPES in names), "")


def check(content: Content, content_type: str, size: int, name: str) -> Checked:
    """Return the document as it may be kept, or raise RefusedFile."""
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as archive:
            entries = archive.infolist()
            _refuse_macros(archive, entries, name)
            _refuse_traps(archive, entries, size, name)
    except _BROKEN as error:
        raise RefusedFile(
            _("“%(name)s” is damaged. Open it, save it again, then send it; or save it as a PDF.") % {"name": name}
        ) from error
    content.seek(0)
    return Checked(content, content_type)


def _refuse_macros(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], name: str) -> None:
    """Refuse what can run: Office's VBA project, OpenDocument's Basic and scripts."""
    lowered = [entry.filename.lower() for entry in entries]
    runs = any(
        path.endswith(("vbaproject.bin", "vbadata.xml")) or path.startswith(("basic/", "scripts/")) for path in lowered
    )
    if not runs and _TYPES in archive.namelist() and archive.getinfo(_TYPES).file_size < 1_000_000:
        runs = b"macroenabled" in archive.read(_TYPES).lower()
    if runs:
        raise RefusedFile(
            _("“%(name)s” holds macros, which we cannot accept. Save it without macros, or as a PDF.") % {"name": name}
        )


def _refuse_traps(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], size: int, name: str) -> None:
    """Refuse an archive that unfolds beyond measure, that leads outside, or whose parts lie over one another."""
    ends = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        if entry.header_offset < ends or entry.flag_bits & 0x1 or _leads_outside(entry.filename):
            raise zipfile.BadZipFile(entry.filename)
        ends = entry.header_offset + entry.compress_size
    if min(entry.header_offset for entry in entries) != 0:
        raise zipfile.BadZipFile("something stands before the archive")
    unfolded = 0
    for entry in entries:
        with archive.open(entry) as part:
            # Counted as it is read: what the archive says of itself is not believed. A wrong checksum raises.
            while piece := part.read(65536):
                unfolded += len(piece)
                if unfolded > MOST_BYTES or (unfolded > _LIGHT and unfolded > MOST_RATIO * size):
                    raise RefusedFile(
                        _("“%(name)s” is far too large once opened. Save it as a PDF, then send it.") % {"name": name}
                    )


def _leads_outside(path: str) -> bool:
    return path.startswith(("/", "\\")) or "\\" in path or ":" in path[:3] or ".." in path.split("/")
