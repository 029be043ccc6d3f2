"""What a sheet holds, the same in XLSX and in ODS: what does not fit is said or goes on, never dropped in silence."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain, islice

from .cells import Cell, Row
from .tables import Table

ROWS = 1_048_576  # of one sheet, its headings among them
TEXT = 32_767  # characters of one cell
_NAME = 31  # characters of the name of a sheet
_EXACT = 10**15  # a number of more digits is rounded
_FIRST_DAY = date(1900, 3, 1)  # before it, spreadsheets do not agree on the calendar


def parts(table: Table) -> Iterator[Iterator[Row]]:
    """Yield the rows of a table for one sheet, and for others where it has more than one holds; read each to its end."""
    rows = table.rows()
    yield islice(rows, ROWS - 1)
    while (first := next(rows, None)) is not None:
        yield chain([first], islice(rows, ROWS - 2))


def held(value: Cell) -> str | int | float | date | datetime | None:
    """Return a cell as spreadsheets hold it: what they would round, misread or cut becomes a text that shows it."""
    match value:
        case None:
            return None
        case bool():
            return "oui" if value else "non"
        case int() | float() if abs(value) < _EXACT:
            return value
        case datetime() if value.date() >= _FIRST_DAY:
            return value
        case date() if not isinstance(value, datetime) and value >= _FIRST_DAY:
            return value
        case _:
            return cut(str(value), TEXT)


def cut(text: str, limit: int) -> str:
    """Return a text that a cell holds; one that was cut says so."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def sheet_name(name: str, taken: set[str]) -> str:
    """Return a name that a sheet may bear, and that no other one bears."""
    base = " ".join("".join(" " if char in "[]:*?/\\" else char for char in name).split()).strip("' ") or "Feuille"
    found = next(one for one in _candidates(base) if one.casefold() not in taken)
    taken.add(found.casefold())
    return found


def _candidates(base: str) -> Iterator[str]:
    yield cut(base, _NAME)
    for number in range(2, 10_000):
        end = f" ({number})"
        yield f"{cut(base, _NAME - len(end))}{end}"
