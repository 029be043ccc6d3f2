"""Receiving a file: its name, its size, its type by content, its place in the private storage."""

import os
import re
from dataclasses import dataclass
from typing import Any

import filetype
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from ..definition.fields import FileField
from ..definition.fields.base import clean_text
from ..definition.fields.file import size_in_words
from ..definition.formats import FORMATS
from ..models import StoredFile
from ..models.storage import digest_of, store
from . import scanning
from .content import Checked, Content, RefusedFile, image, office, pdf, text

__all__ = ["Prepared", "RefusedFile", "keep", "prepare", "receive", "refuse_size", "tidy_name"]

_NAME_LIMIT = 150
# What a file may be called whatever it holds: a name that a computer would run, or open in a browser, is refused.
_RUNS = re.compile(
    r"\.(apk|app|bat|bin|chm|cmd|com|cpl|dll|dmg|docm|exe|hta|html?|iso|jar|jnlp|jse?|lnk|mht|msi|php|pif|pptm|ps1|py|reg"
    r"|scr|sh|shtml|svgz?|swf|vbe|vbs|wsf|xhtml|xlsm)$"
)


@dataclass
class Prepared:
    """A file that passed every check and is not kept yet."""

    name: str
    checked: Checked
    original_sha256: str

    def close(self) -> None:
        """Let go of the lighter copy that was made of it."""
        if self.original_sha256:
            self.checked.content.close()


def tidy_name(name: str, extension: str = "") -> str:
    """Return a name that is safe to show: no path, no control or direction mark, 150 characters at most."""
    name = clean_text(name.replace("\\", "/").rsplit("/", 1)[-1]) or "document"
    stem, own = os.path.splitext(name)
    if extension and not (own.lower() == extension or (own.lower() == ".jpeg" and extension == ".jpg")):
        own = extension
    own = own[:20]
    return (stem.lstrip(".")[: _NAME_LIMIT - len(own)] or "document") + own


def receive(upload: UploadedFile[Any], field: FileField) -> StoredFile:
    """Check an upload and store it; RefusedFile says what is wrong with it and what to do."""
    prepared = prepare(upload, field)
    try:
        return keep(prepared)
    finally:
        prepared.close()


def refuse_size(size: int, shown: str, field: FileField) -> None:
    """Refuse an empty file, or one over the limit of the question."""
    if size == 0:
        raise RefusedFile(_("“%(name)s” is empty. Choose the file again.") % {"name": shown})
    if size > field.max_bytes:
        raise RefusedFile(
            _("“%(name)s” weighs %(size)s, over the limit of %(limit)s. Make it lighter, or photograph the document.")
            % {"name": shown, "size": size_in_words(size), "limit": size_in_words(field.max_bytes)}
        )


def prepare(upload: File[Any], field: FileField) -> Prepared:
    """Check a file by its content, streamed, and make the copy to keep where it differs; nothing is stored."""
    size, given = upload.size or 0, upload.name or ""
    shown = tidy_name(given)
    refuse_size(size, shown, field)
    kind = _kind_of(upload, given, field)
    if kind not in field.content_types:
        raise _unknown(shown, field)
    checked = _check(upload, kind, size, shown)
    original = ""
    if checked.content is not upload:
        original = digest_of(upload)[0]
    extension = {**FORMATS["image"], **field.content_types}[checked.content_type]
    return Prepared(tidy_name(given, extension), checked, original)


def keep(prepared: Prepared) -> StoredFile:
    """Store a file that passed the checks, and owe it the scanner's, in the caller's transaction."""
    stored = store(
        prepared.checked.content,
        name=prepared.name,
        content_type=prepared.checked.content_type,
        scan=scanning.first_state(),
        original_sha256=prepared.original_sha256,
        protected=prepared.checked.protected,
    )
    scanning.owe(stored)
    return stored


def _kind_of(content: Content, name: str, field: FileField) -> str:
    """Return the content type found in the bytes; an empty text for what is not accepted anywhere."""
    extension = os.path.splitext(clean_text(name).rstrip(". "))[1].lower()
    if _RUNS.match(extension):
        return ""
    content.seek(0)
    head = content.read(8192)
    content.seek(0)
    if head.startswith(b"PK\x03\x04"):
        return office.kind_of(content) if "office" in field.formats else ""
    if "text" in field.formats and extension in {".csv", ".txt"} and text.is_text(content):
        return "text/csv" if extension == ".csv" else "text/plain"
    found = filetype.guess(head)
    # An animated PNG is a PNG, of which the first frame is kept.
    return str(found.mime).replace("image/apng", "image/png") if found else ""


def _check(content: Content, kind: str, size: int, shown: str) -> Checked:
    if kind == "application/pdf":
        return pdf.check(content, size, shown)
    if kind in FORMATS["image"]:
        return image.check(content, kind, size, shown)
    if kind in FORMATS["office"]:
        return office.check(content, kind, size, shown)
    return Checked(content, kind)


def _unknown(shown: str, field: FileField) -> RefusedFile:
    if {"pdf", "image"} <= set(field.formats):
        return RefusedFile(
            _("We cannot accept “%(name)s”. Save it as a PDF, or photograph the document.") % {"name": shown}
        )
    return RefusedFile(
        _("We cannot accept “%(name)s”. For this question, send: %(formats)s.")
        % {"name": shown, "formats": field.formats_in_words()}
    )
