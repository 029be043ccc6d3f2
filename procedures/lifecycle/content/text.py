"""Plain text: lines that can be read, of no format that a program would run or draw."""

import codecs

from . import Content

# The test file of antivirus makers, in two parts so that this source is not taken for it.
_TEST_FILE = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR"
_OTHER = (b"<", b"#!", b"%!ps", b"%pdf", b"{\\rtf", b"@echo")
_INSIDE = (b"<html", b"<script", b"<svg", b"<?php", b"<?xml")
_ALLOWED = frozenset("\t\n\r\f")


def is_text(content: Content) -> bool:
    """Say whether a file is plain text, in UTF-8 or in the old Western encoding."""
    content.seek(0)
    head = content.read(4096)
    lowered = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if not lowered or head.startswith(_TEST_FILE) or lowered.startswith(_OTHER):
        return False
    if any(mark in lowered for mark in _INSIDE):
        return False
    return _reads_as(content, "utf-8-sig") or _reads_as(content, "cp1252")


def _reads_as(content: Content, encoding: str) -> bool:
    content.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while piece := content.read(65536):
            if any(char < " " and char not in _ALLOWED for char in decoder.decode(piece)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        content.seek(0)
    return True
