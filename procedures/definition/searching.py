"""Search in a long list: by first letters, then by words, accents, case and hyphens aside; compact and fast."""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from heapq import nsmallest
from itertools import islice

from portal.kit.text import fold

# What people write short in the names of places.
_WHOLE = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_LONGEST = 200
_ENOUGH = 3000  # lines read for words in any order, and for near spellings
_ALIKE = 40  # of those, lines compared letter by letter


def key(text: str) -> str:
    """Return the text as it is compared: "St-Étienne" and "saint etienne" are one."""
    return " ".join(_WHOLE.get(word, word) for word in fold(text[:_LONGEST]).split())


class Index:
    """Every name of a list as one text, a line each: two or three plain searches answer, and memory stays small."""

    def __init__(self, names: Iterable[str]) -> None:
        lines = [key(name) for name in names]
        self._text = "\n" + "\n".join(lines) + "\n"
        self._starts = array("L")
        place = 0
        for line in lines:
            self._starts.append(place)
            place += len(line) + 1

    def __len__(self) -> int:
        return len(self._starts)

    def line(self, number: int) -> str:
        """Return the compared text of one entry."""
        start = self._starts[number] + 1
        return self._text[start : self._text.index("\n", start)]

    def search(self, text: str, limit: int = 20) -> list[int]:
        """Return the places of the entries that match, those that begin like ``text`` first; the list's order after."""
        wanted = key(text)
        if not wanted:
            return []
        # "st" may be the beginning of "stade": what is still being typed is tried as it is too.
        forms = list(dict.fromkeys([wanted, fold(text[:_LONGEST])]))
        found: dict[int, None] = {}
        for lead in ("\n", " "):
            for form in forms:
                for number in self._hits(lead + form):
                    found.setdefault(number)
                    if len(found) >= limit:
                        return list(found)
        for number in self._any_order(wanted):
            found.setdefault(number)
            if len(found) >= limit:
                break
        return list(found)

    def exactly(self, text: str, limit: int = 20) -> list[int]:
        """Return the places of the entries whose whole compared text is ``text``."""
        wanted = key(text)
        found = []
        for number in self._hits(f"\n{wanted}\n") if wanted else ():
            found.append(number)
            if len(found) >= limit:
                break
        return found

    def near(self, text: str, limit: int = 8) -> list[int]:
        """Return the places of the entries spelt nearly like ``text``, the nearest first: for a mistake of typing."""
        wanted = key(text)[:60]
        if len(wanted) < 4:
            return []
        size = len(wanted)
        pairs = {wanted[place : place + 2] for place in range(2, size - 1)}
        lines: list[tuple[int, int, str]] = []
        for hit in islice(re.finditer(f"\n({re.escape(wanted[:3])}.*)", self._text), _ENOUGH):
            line = hit[1][: size + 2]
            if abs(len(line) - size) <= 3:
                lines.append((-sum(map(line.__contains__, pairs)), hit.start(), line))
        # The exact comparison is slow: only those that share most pairs of letters come to it.
        ranked: dict[int, float] = {}
        matcher = SequenceMatcher(autojunk=False)
        matcher.set_seq2(wanted)
        for _shared, start, line in nsmallest(_ALIKE, lines):
            matcher.set_seq1(line)
            if (ratio := matcher.ratio()) > 0.75:
                ranked[bisect_right(self._starts, start) - 1] = ratio
        return sorted(ranked, key=lambda number: (-ranked[number], number))[:limit]

    def _hits(self, needle: str) -> Iterator[int]:
        text, place = self._text, 0
        while (place := text.find(needle, place)) >= 0:
            # The line break that opens a line belongs to it.
            number = bisect_right(self._starts, place if needle[0] == "\n" else place - 1) - 1
            if number >= len(self._starts):
                return
            yield number
            # On to the next line, but not past the line break that opens it.
            place = text.index("\n", place + 1)

    def _any_order(self, wanted: str) -> Iterator[int]:
        words = wanted.split()
        if len(words) < 2 or any(f" {word}" not in self._text and f"\n{word}" not in self._text for word in words):
            return
        rarest = min(words, key=lambda word: self._text.count(" " + word) or self._text.count("\n" + word))
        for lead in ("\n", " "):
            for count, number in enumerate(self._hits(lead + rarest)):
                if count >= _ENOUGH:
                    break
                line = " " + self.line(number)
                if all(" " + word in line for word in words):
                    yield number
