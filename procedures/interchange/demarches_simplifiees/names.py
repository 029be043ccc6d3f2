"""Stable names: the same file read twice gives the same ids and values, and no two are alike."""

import base64
import binascii
import re
from typing import Any

from portal.kit.text import fold

from ...definition.analysis import RESERVED
from ...definition.completeness import RESERVED_FIELD_IDS

_LONGEST = 40
# Ends of the ids that a page gives to hints and errors.
_RESERVED_VALUES = {"hint", "err", "h"}


def slug(text: str, otherwise: str) -> str:
    """Return ASCII letters, figures and underscores that recall ``text``, forty characters at most."""
    words = re.sub(r"[^a-z0-9]+", "_", fold(text)).strip("_")
    return words[:_LONGEST].strip("_") or otherwise


class Names:
    """Gives each name once: the second "nom" becomes "nom_2"."""

    def __init__(self, taken: frozenset[str] = frozenset()) -> None:
        self._taken = set(taken)
        self._last: dict[str, int] = {}

    def give(self, wanted: str) -> str:
        """Return ``wanted``, or the next name like it that nobody has."""
        name, number = wanted, self._last.get(wanted, 1)
        while name in self._taken:
            number += 1
            name = f"{wanted}_{number}"
        self._last[wanted] = number
        self._taken.add(name)
        return name


class Ids:
    """The ids of one document. ``known`` maps the source's own ids, where it has some, to ours."""

    def __init__(self) -> None:
        self._fields = Names(RESERVED_FIELD_IDS)
        self._parts = Names(RESERVED)
        self.known: dict[str, str] = {}

    def field(self, label: str, source_id: str = "") -> str:
        """Name a question."""
        return self._name(self._fields, label, source_id, "question")

    def part(self, title: str, source_id: str = "") -> str:
        """Name a page or a section."""
        return self._name(self._parts, title, source_id, "page")

    def _name(self, names: Names, label: str, source_id: str, otherwise: str) -> str:
        stable = _own(source_id)
        wanted = stable or slug(label, otherwise)
        if not wanted[0].isalpha() or wanted.startswith("applicant"):
            wanted = f"q_{wanted}"[:_LONGEST]
        given = names.give(wanted)
        if stable:
            self.known[source_id] = given
        return given


def _own(source_id: str) -> str:
    """Return "champ_123" for the base64 of "Champ-123"; a slug of any other id; nothing where there is none."""
    if not source_id:
        return ""
    try:
        text = base64.b64decode(source_id, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        text = source_id
    return slug(text, "")


def option_values(labels: list[str], names: Names | None = None) -> list[str]:
    """Return one value per option label, 48 characters at most, none alike."""
    given = names or values()
    return [given.give(slug(label, "option")) for label in labels]


def values() -> Names:
    """Return the namer of one question's options."""
    return Names(frozenset(_RESERVED_VALUES))


def number(value: Any) -> str:
    """Return a procedure's number as text, whatever it was written as; nothing where there is none."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    # Python refuses to write out a number of thousands of figures.
    return str(value).strip()[:80] if not isinstance(value, int) or abs(value) < 10**18 else ""
