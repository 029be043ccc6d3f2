"""PDF: whole, nothing before it and nothing hidden after it; one that is protected is kept, and said to be."""

from django.utils.translation import gettext as _

from . import Checked, Content, RefusedFile, tail_of

_END = b"%%EOF"
# Programs add a few blank bytes after the end; another format there is a file with two faces.
_TAIL = 66_000
_WEB = (b"<!doctype html", b"<html", b"<script", b"<svg", b"<?php")
_ZIP_END, _ZIP_END_SIZE = b"PK\x05\x06", 22


def check(content: Content, size: int, name: str) -> Checked:
    """Return the PDF as it may be kept, or raise RefusedFile."""
    content.seek(0)
    head = content.read(1024)
    tail = tail_of(content, size, _TAIL)
    after = tail[tail.rfind(_END) + len(_END) :] if _END in tail else None
    if after is None or len(after) > 4096:
        raise RefusedFile(
            _("“%(name)s” is incomplete: its end is missing. Open it, save it again as a PDF, then send it.")
            % {"name": name}
        )
    web = any(mark in part.lower() for part in (head, after) for mark in _WEB)
    if not head.startswith(b"%PDF-") or web or _is_zip(tail, after):
        raise RefusedFile(
            _("“%(name)s” holds something else than a PDF. Print it to a new PDF, or photograph the document.")
            % {"name": name}
        )
    return Checked(content, "application/pdf", protected=_is_protected(content))


def _is_zip(tail: bytes, after: bytes) -> bool:
    """Say whether the file also opens as a ZIP archive: its directory ends just where the file does, or follows the PDF."""
    if b"PK\x03\x04" in after or _ZIP_END in after:
        return True
    place = tail.rfind(_ZIP_END)
    if place < 0 or place + _ZIP_END_SIZE > len(tail):
        return False
    return place + _ZIP_END_SIZE + int.from_bytes(tail[place + 20 : place + 22], "little") == len(tail)


def _is_protected(content: Content) -> bool:
    """Say whether the PDF names an encryption: only then may it ask for a password (ISO 32000-1, 7.6)."""
    content.seek(0)
    before = b""
    while piece := content.read(262_144):
        # The key may lie across two pieces.
        if b"/Encrypt" in before + piece:
            break
        before = piece[-8:]
    content.seek(0)
    return bool(piece)
