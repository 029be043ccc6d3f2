"""Patterns of short texts, matched in linear time: an automaton that follows every path at once, never backtracking.

Python's own engine tries paths one after the other, and some patterns give it more paths than there are seconds. Here
the parsed pattern becomes the positions of its characters and which may follow which (Glushkov, 1961); what no
automaton can hold (a backreference, a look around) is refused when the definition is read.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

_parser: Any = vars(re)["_parser"]
MAX_POSITIONS, MAX_EDGES = 2_000, 20_000
_CATEGORIES: dict[str, Callable[[str], bool]] = {
    "CATEGORY_DIGIT": str.isdecimal,
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_WORD": lambda char: char.isalnum() or char == "_",
}
Test = Callable[[str], bool]


class PatternError(ValueError):
    """Says why a pattern is refused."""


@dataclass
class _Piece:
    """A part of the automaton: may it be empty, which positions begin it, which end it."""

    empty: bool = True
    first: frozenset[int] = frozenset()
    last: frozenset[int] = frozenset()


@dataclass
class _Builder:
    tests: list[Test] = field(default_factory=list)
    follow: list[set[int]] = field(default_factory=list)
    edges: int = 0
    work: int = 0

    def link(self, last: Iterable[int], first: frozenset[int]) -> None:
        for position in last:
            before = len(self.follow[position])
            self.follow[position] |= first
            self.edges += len(self.follow[position]) - before
        if self.edges > MAX_EDGES:
            raise PatternError("this pattern is too large: write it more simply")

    def leaf(self, test: Test) -> _Piece:
        if len(self.tests) >= MAX_POSITIONS:
            raise PatternError("this pattern is too large: write it more simply")
        self.tests.append(test)
        self.follow.append(set())
        here = frozenset({len(self.tests) - 1})
        return _Piece(False, here, here)

    def then(self, one: _Piece, two: _Piece) -> _Piece:
        self.link(one.last, two.first)
        return _Piece(
            one.empty and two.empty,
            one.first | two.first if one.empty else one.first,
            one.last | two.last if two.empty else two.last,
        )

    def sequence(self, items: Any) -> _Piece:
        self.work += 1  # repeats of nothing have no position to count
        if self.work > MAX_EDGES:
            raise PatternError("this pattern is too large: write it more simply")
        piece = _Piece()
        for kind, value in items:
            piece = self.then(piece, self.build(str(kind), value))
        return piece

    def build(self, kind: str, value: Any) -> _Piece:
        match kind:
            case "LITERAL" | "NOT_LITERAL" | "ANY" | "IN":
                return self.leaf(_test(kind, value))
            case "BRANCH":
                pieces = [self.sequence(branch) for branch in value[1]]
                return _Piece(
                    any(piece.empty for piece in pieces),
                    frozenset().union(*(piece.first for piece in pieces)),
                    frozenset().union(*(piece.last for piece in pieces)),
                )
            case "SUBPATTERN":
                if value[1] or value[2]:
                    raise PatternError("a pattern takes no flag: write both cases, such as [Aa]")
                return self.sequence(value[3])
            case "MAX_REPEAT" | "MIN_REPEAT":
                return self.repeat(*value)
            case "AT":
                raise PatternError("^, $ and \\b are not needed: the pattern is compared with the whole answer")
            case _:
                raise PatternError("a look around, a reference to a group or an atomic group cannot be matched quickly")

    def repeat(self, least: int, most: int, items: Any) -> _Piece:
        endless = most == _parser.MAXREPEAT
        if endless and _is_endless(items):
            raise PatternError("a repeat inside a repeat can take for ever: write the pattern more simply")
        piece = _Piece()
        for _ in range(least):
            piece = self.then(piece, self.sequence(items))
        if endless:
            loop = self.sequence(items)
            self.link(loop.last, loop.first)
            return self.then(piece, _Piece(True, loop.first, loop.last))
        # What may be left is nested, a(b(c)?)?: each copy follows the one before it alone.
        copies = [self.sequence(items) for _ in range(most - least)]
        tail = _Piece()
        for copy in reversed(copies):
            tail = self.then(copy, tail)
            tail = _Piece(True, tail.first, tail.last)
        return self.then(piece, tail)


def _is_endless(items: Any) -> bool:
    """Say whether a repeated part is itself nothing but an endless repeat, as in (a+)+ or (?:.*)*."""
    parts = list(items)
    if len(parts) != 1:
        return False
    kind, value = str(parts[0][0]), parts[0][1]
    if kind == "SUBPATTERN":
        return _is_endless(value[3])
    if kind == "BRANCH":
        return any(_is_endless(branch) for branch in value[1])
    return kind in {"MAX_REPEAT", "MIN_REPEAT"} and value[1] == _parser.MAXREPEAT


def _unanchored(items: Any, *, begins: bool, ends: bool) -> list[Any]:
    """Return the parts without the ^ and $ that stand at the ends of the whole, where they change nothing."""
    parts = list(items)
    while begins and parts and str(parts[0][0]) == "AT" and str(parts[0][1]).startswith("AT_BEGINNING"):
        parts = parts[1:]
    while ends and parts and str(parts[-1][0]) == "AT" and str(parts[-1][1]).startswith("AT_END"):
        parts = parts[:-1]
    for place in {0, len(parts) - 1} if parts else ():
        kind, value = parts[place]
        edges = {"begins": begins and place == 0, "ends": ends and place == len(parts) - 1}
        if str(kind) == "BRANCH":
            parts[place] = kind, (value[0], [_unanchored(branch, **edges) for branch in value[1]])
        elif str(kind) == "SUBPATTERN":
            parts[place] = kind, (*value[:3], _unanchored(value[3], **edges))
    return parts


def _test(kind: str, value: Any) -> Test:
    """Return the test of one character."""
    if kind == "LITERAL":
        return lambda char: ord(char) == value
    if kind == "NOT_LITERAL":
        return lambda char: ord(char) != value
    if kind == "ANY":
        return lambda char: char != "\n"
    negated = bool(value) and str(value[0][0]) == "NEGATE"
    members = [_member(str(name), given) for name, given in value[negated:]]
    return lambda char: any(member(char) for member in members) != negated


def _member(kind: str, value: Any) -> Test:
    if kind == "RANGE":
        low, high = value
        return lambda char: low <= ord(char) <= high
    if kind == "CATEGORY":
        name = str(value)
        known = _CATEGORIES[name.replace("_NOT_", "_")]
        return lambda char: known(char) != ("_NOT_" in name)
    return lambda char: ord(char) == value


class Pattern:
    """A pattern ready to be compared with whole answers."""

    def __init__(self, text: str) -> None:
        try:
            parsed = _parser.parse(text)
        except (re.error, OverflowError, RecursionError) as error:
            raise PatternError(f"not a regular expression: {error}") from error
        if parsed.state.flags & ~re.UNICODE:
            raise PatternError("a pattern takes no flag: write both cases, such as [Aa]")
        items = _unanchored(parsed, begins=True, ends=True)
        builder = _Builder()
        try:
            whole = builder.sequence(items)
        except RecursionError as error:
            raise PatternError("this pattern is too large: write it more simply") from error
        self._tests, self._empty, self._last = builder.tests, whole.empty, whole.last
        self._start = whole.first
        self._follow = [frozenset(following) for following in builder.follow]

    def matches(self, text: str) -> bool:
        """Say whether the whole of ``text`` has the form, in a time proportional to its length."""
        if not text:
            return self._empty
        possible = self._start
        here: frozenset[int] = frozenset()
        steps: dict[tuple[frozenset[int], str], tuple[frozenset[int], frozenset[int]]] = {}
        for char in text:
            step = (possible, char)
            if step not in steps:
                reached = frozenset(position for position in possible if self._tests[position](char))
                steps[step] = reached, frozenset().union(*(self._follow[position] for position in reached))
            here, possible = steps[step]
            if not here:
                return False
        return bool(here & self._last)


@lru_cache(maxsize=256)
def compiled(text: str) -> Pattern:
    """Return the pattern, built once."""
    return Pattern(text)
