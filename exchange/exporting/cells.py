"""What a cell holds: a text, a number, a yes or no, a day, a moment or an hour; never more."""

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

Cell = None | str | int | float | bool | date | datetime
Row = list[Cell]


@dataclass(frozen=True)
class Column:
    """One column: a key that stays while labels change, what heads it, and the value type of its question's part."""

    key: str
    title: str
    kind: str = "text"
    # The key of the question that it answers, where it is not the same.
    question: str = ""


def moment(value: datetime | None) -> datetime | None:
    """Return a moment as the town's clock shows it: a spreadsheet knows no time zone."""
    return None if value is None else timezone.localtime(value).replace(tzinfo=None, microsecond=0)


def typed(value: Any, kind: str) -> Cell:
    """Return an exported answer as a cell; one that does not read as its kind stays the text it is."""
    if isinstance(value, str):
        return _read(value, kind)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)


def _read(value: str, kind: str) -> Cell:
    try:
        if kind == "date":
            return date.fromisoformat(value)
        if kind == "datetime":
            found = datetime.fromisoformat(value)
            return moment(found) if found.tzinfo else found
    except ValueError:
        pass
    return value


def plain(value: Cell) -> str | int | float | bool | None:
    """Return a cell as JSON says it: days and moments in the ISO form, moments with their offset."""
    if isinstance(value, datetime):
        return timezone.make_aware(value).isoformat()
    return value.isoformat() if isinstance(value, date) else value
