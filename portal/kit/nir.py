"""French social security numbers (NIR) in free text: found to warn about them, masked where they would be kept."""

import re

from stdnum.fr import nir

# Sex, year, month, department (2A and 2B in Corsica), commune, order, key; spaces, points or hyphens may part them.
_GAP = r"[\s.\u00a0\u202f-]?"
_FIGURE = rf"{_GAP}[0-9]"
_SHAPE = re.compile(
    rf"(?<![0-9A-Za-z])(?=([1-478]{_FIGURE * 4}(?:{_FIGURE * 2}|{_GAP}2{_GAP}[ABab]){_FIGURE * 8})(?![0-9A-Za-z]))"
)
MASK = "[NIR]"


def _compact(text: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", text.upper())


def find_nir(text: str) -> list[str]:
    """Return every social security number of ``text`` whose key is right, without its separators.

    A procedure never asks for one, and a portal may not keep it (décret n° 2019-341 of 19 April 2019).
    """
    found = (_compact(match[1]) for match in _SHAPE.finditer(text))
    return [number for number in found if nir.is_valid(number)]


def masked(text: str) -> str:
    """Return ``text`` with every valid social security number replaced by a mark."""
    pieces, end = [], 0
    for match in _SHAPE.finditer(text):
        if match.start(1) >= end and nir.is_valid(_compact(match[1])):
            pieces += [text[end : match.start(1)], MASK]
            end = match.end(1)
    return "".join([*pieces, text[end:]])
