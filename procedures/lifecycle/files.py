"""Receiving a file: its name, its size, its type by content, its place in the private storage."""

import os
from typing import Any

import filetype
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from ..definition.fields import FileField
from ..definition.fields.base import clean_text
from ..definition.fields.file import size_in_words
from ..models import StoredFile
from ..models.storage import store
from .scanning import scanner

_NAME_LIMIT = 150


class RefusedFile(Exception):
    """A file that is not kept; the message names it and says how to mend it."""


def tidy_name(name: str, extension: str = "") -> str:
    """Return a name that is safe to show: no path, no control or direction mark, 150 characters at most."""
    name = clean_text(name.replace("\\", "/").rsplit("/", 1)[-1]) or "document"
    stem, own = os.path.splitext(name)
    if extension and not (own.lower() == extension or (own.lower() == ".jpeg" and extension == ".jpg")):
        own = extension
    return (stem.lstrip(".")[: _NAME_LIMIT - len(own)] or "document") + own


def receive(upload: UploadedFile[Any], field: FileField) -> StoredFile:
    """Check an upload and store it; RefusedFile says what is wrong with it and what to do."""
    size = upload.size or 0
    shown = tidy_name(upload.name or "")
    if size == 0:
        raise RefusedFile(_("“%(name)s” is empty. Choose the file again.") % {"name": shown})
    if size > settings.UPLOAD_MAX_BYTES:
        raise RefusedFile(
            _("“%(name)s” weighs %(size)s, over the limit of %(limit)s. Make it lighter, or photograph the document.")
            % {"name": shown, "size": size_in_words(size), "limit": size_in_words(settings.UPLOAD_MAX_BYTES)}
        )
    upload.seek(0)
    kind = filetype.guess(upload.read(8192))
    accepted = field.content_types
    if kind is None or kind.mime not in accepted:
        raise RefusedFile(
            _("We cannot accept “%(name)s”. Save it as a PDF, or photograph the document.") % {"name": shown}
        )
    upload.seek(0)
    verdict = scanner().scan(upload)  # type: ignore[arg-type]
    return store(upload, name=tidy_name(upload.name or "", accepted[kind.mime]), content_type=kind.mime, scan=verdict)
