"""What a question may need from outside its definition: the answers before it, lists kept elsewhere, the day."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol

from .base import Answers, Json


@dataclass(frozen=True)
class Item:
    """One entry of a list: its stable value, its words, what tells it from its namesakes, and what else is known."""

    value: str
    label: str
    hint: str = ""
    data: dict[str, Any] = field(default_factory=dict)


class Lookups(Protocol):
    """Lists that live outside definitions, named "commune", "country", "table:halls"…"""

    def search(self, source: str, text: str, *, on: date, parent: str = "", limit: int = 20) -> list[Item]:
        """Return the entries of ``source`` valid on a day that match ``text``, best first; [] for an unknown source."""

    def find(self, source: str, value: str, *, on: date) -> Item | None:
        """Return the entry of ``source`` with that value if it is valid on a day."""

    def items(self, source: str, *, on: date, parent: str = "") -> list[Item]:
        """Return every entry valid on a day, in order: for lists short enough to be shown whole."""


class NoLookups:
    """No list at all: what a definition read alone has."""

    def search(self, source: str, text: str, *, on: date, parent: str = "", limit: int = 20) -> list[Item]:
        """Find nothing."""
        return []

    def find(self, source: str, value: str, *, on: date) -> Item | None:
        """Find nothing."""
        return None

    def items(self, source: str, *, on: date, parent: str = "") -> list[Item]:
        """List nothing."""
        return []


@dataclass
class Context:
    """Where a question is asked: the answers known so far, the lists at hand, today in the town's time zone.

    ``files`` and ``refused`` hold, by the name of an input, the files already sent and what was wrong with others.
    ``papers`` holds those that the person keeps and may join: id, kind, name, "said", type, size, sha256.
    ``local`` names the questions of the page itself; ``notes`` hold a sentence to add to the help of some of them.
    ``locked`` holds the answers that nobody changes here, since their source is certain.
    ``path`` is the name of the input itself; ``say`` puts a condition into words; ``level`` is that of a first heading.
    """

    today: date
    answers: Answers = field(default_factory=dict)
    lookups: Lookups = field(default_factory=NoLookups)
    files: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    refused: Mapping[str, list[str]] = field(default_factory=dict)
    papers: Sequence[Mapping[str, Any]] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    locked: Mapping[str, Json] = field(default_factory=dict)
    local: frozenset[str] = frozenset()
    path: str = ""
    level: int = 3
    say: Callable[[Any], str] = str

    def at(self, path: str) -> "Context":
        """Return the same context for the input of that name; the answers are shared, not copied."""
        return replace(self, path=path)

    def inside(self) -> "Context":
        """Return a context for one row: it knows the answers around it, and keeps its own to itself."""
        return replace(self, answers=dict(self.answers))
