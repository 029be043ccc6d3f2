"""Communes, départements, régions and countries, read once from the files of data/ when a question first asks."""

import gzip
from array import array
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

from .lookups import Item
from .searching import Index, key

_DATA = Path(__file__).parent / "data"
Rows = list[list[str]]


def _bytes(name: str) -> bytes:
    return gzip.decompress((_DATA / f"{name}.tsv.gz").read_bytes())


def _rows(name: str) -> Rows:
    return [line.split("\t") for line in _bytes(name).decode().splitlines()]


class Communes:
    """37,000 communes in a few megabytes: the file as it is, where its lines begin, and the index of the names."""

    def __init__(self) -> None:
        self._raw = _bytes("communes")
        self._starts = array("L", [0])
        place = 0
        while (place := self._raw.find(b"\n", place) + 1) and place < len(self._raw):
            self._starts.append(place)
        self.departements = {row[0]: row[1] for row in _rows("departements")}
        names = [self.row(number) for number in range(len(self._starts))]
        self.index = Index(f"{row[1]} {row[2].replace(',', ' ')}" for row in names)

    def row(self, number: int) -> list[str]:
        """Return the columns of one line."""
        start = self._starts[number]
        return self._raw[start : self._raw.index(b"\n", start)].decode().split("\t")

    def item(self, row: list[str], typed: str = "") -> Item:
        """Return one commune; of several postcodes, the one typed is kept."""
        code, name, postcodes, departement, until, heir = row
        known = postcodes.split(",") if postcodes else []
        postcode = next((one for one in known if one in typed.split()), known[0] if len(known) == 1 else "")
        place = self.departements.get(departement, departement)
        shown = [postcode or (f"{known[0]}…" if known else ""), f"{place} ({departement})"]
        data = {"code": code, "name": name, "departement": departement, "departement_name": place}
        if postcode:
            data["postcode"] = postcode
        if until:
            today = self.named(heir)
            shown.append(_ended(until) + (f", aujourd’hui {today}" if today and today != name else ""))
            data |= {"until": until, "now": heir} if until != "?" else {"now": heir}
        value = f"{code}:{until}:{key(name)}" if until else code
        return Item(value, name, ", ".join(part for part in shown if part), data)

    def named(self, code: str) -> str:
        """Return the name of today's commune of that code."""
        row = self.of_code(code)
        return row[1] if row else ""

    def of_code(self, value: str) -> list[str] | None:
        """Return the line of a stored value: a code, or for a former commune the code, the year and the name."""
        code, _, rest = value.partition(":")
        if len(code) != 5 or not code.isalnum() or not code.isascii():
            return None
        until, _, name = rest.partition(":")
        needle, place = f"\n{code}\t".encode(), -1
        if self._raw.startswith(needle[1:]) and not rest:
            return self.row(0)
        while (place := self._raw.find(needle, place + 1)) >= 0:
            end = self._raw.index(b"\n", place + 1)
            row = self._raw[place + 1 : end].decode().split("\t")
            if row[4] == until and (not rest or key(row[1]) == name):
                return row
        return None

    def search(self, text: str, limit: int, *, former: bool) -> list[Item]:
        """Return the communes that match a name, a postcode or both."""
        typed = key(text)
        # Former ones are last in the file: looking further than the limit finds them without a second list.
        rows = [self.row(number) for number in self.index.search(text, limit if former else limit + 40)]
        if former:
            rows.sort(key=lambda row: bool(row[4]) and key(row[1]) != typed)
        return [self.item(row, typed) for row in rows if former or not row[4]][:limit]

    def near(self, text: str, limit: int) -> list[Item]:
        """Return today's communes spelt nearly like ``text``."""
        rows = (self.row(number) for number in self.index.near(text, limit * 2))
        return [self.item(row) for row in rows if not row[4]][:limit]


def _ended(until: str) -> str:
    return "ancienne commune" if until == "?" else f"ancienne commune, avant le 1er janvier {until}"


class Short:
    """A list of a few hundred entries at most."""

    def __init__(self, items: list[Item]) -> None:
        self.items = items
        self._by_value = {item.value: item for item in items}
        self._index = Index(f"{item.label} {item.value}" for item in items)

    def find(self, value: str) -> Item | None:
        """Return the entry of that value."""
        return self._by_value.get(value)

    def search(self, text: str, limit: int) -> list[Item]:
        """Return the entries that match, then those spelt nearly so."""
        numbers = self._index.search(text, limit) or self._index.near(text)
        return [self.items[number] for number in numbers]


@cache
def communes() -> Communes:
    """Return the communes, read at the first question that needs them."""
    return Communes()


@cache
def departements() -> Short:
    """Return the départements and overseas collectivities."""
    regions_by_code = {row[0]: row[1] for row in _rows("regions")}
    return Short(
        [
            Item(code, name, code, {"code": code, "name": name, "region": regions_by_code.get(region, "")})
            for code, name, region in _rows("departements")
        ]
    )


@cache
def regions() -> Short:
    """Return the régions and overseas collectivities."""
    return Short([Item(code, name, "", {"code": code, "name": name}) for code, name in _rows("regions")])


@cache
def countries() -> Short:
    """Return today's countries, in the order of their French names."""
    return Short([item for item in countries_ever().items if "until" not in item.data])


@cache
def countries_ever() -> Short:
    """Return every country, those that no longer exist included."""
    found = []
    for iso, name, insee, until in _rows("countries"):
        data = {"code": iso, "name": name, "insee": insee} | ({"until": until} if until else {})
        found.append(Item(iso, name, f"ancien pays, jusqu’en {until}" if until else "", data))
    return Short(found)


_SHORT: dict[str, Callable[[], Short]] = {
    "departement": departements,
    "region": regions,
    "country": countries,
    "country_historic": countries_ever,
}
_COMMUNES = {"commune": False, "commune_historic": True}
SOURCES = frozenset({*_SHORT, *_COMMUNES})


class EmbeddedLookups:
    """The lists shipped with the portal: communes, départements, régions, countries (see SOURCES)."""

    def search(self, source: str, text: str, *, on: date, parent: str = "", limit: int = 20) -> list[Item]:
        """Return the entries that match, best first."""
        if source in _COMMUNES:
            found = communes().search(text, limit, former=_COMMUNES[source])
            return found or communes().near(text, min(limit, 8))
        return _SHORT[source]().search(text, limit) if source in _SHORT else []

    def find(self, source: str, value: str, *, on: date) -> Item | None:
        """Return the entry of that value."""
        if source in _COMMUNES:
            row = communes().of_code(value)
            return communes().item(row) if row and (_COMMUNES[source] or not row[4]) else None
        return _SHORT[source]().find(value) if source in _SHORT else None

    def items(self, source: str, *, on: date, parent: str = "") -> list[Item]:
        """Return a whole list; communes are too many for that."""
        return list(_SHORT[source]().items) if source in _SHORT else []


def of_postcode(postcode: str) -> list[Item]:
    """Return today's communes that a postcode serves; [] for anything but a known postcode."""
    if len(postcode) != 5 or not postcode.isdigit() or not postcode.isascii():
        return []
    found = communes().search(postcode, 60, former=False)
    return [item for item in found if item.data.get("postcode") == postcode]
