"""The rows of a repeated group as a browser posts them: "children-row" lists them, "children-2-name" is one input."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .fields import Field

Sent = dict[str, list[str]]
_LARGEST = 9999


@dataclass(frozen=True)
class Change:
    """A row to add to, or remove from, a group."""

    group: "Field"
    row: int = 0  # 0 adds one


def read(text: str, questions: Sequence["Field"]) -> Change | None:
    """Read the value of a button, "children:add" or "children:remove:2"; None for anything else."""
    name, _, rest = text.partition(":")
    group = next((question for question in questions if question.id == name and question.type == "group"), None)
    if group is None:
        return None
    if rest == "add":
        return Change(group)
    verb, _, row = rest.partition(":")
    return Change(group, int(row)) if verb == "remove" and row.isdecimal() and len(row) <= 4 and int(row) else None


def numbers(values: Sequence[Any], limit: int) -> list[int]:
    """Read the numbers of the rows sent, in order, each once, ``limit`` at most."""
    found: list[int] = []
    for value in values:
        text = str(value)
        if (
            text.isascii()
            and text.isdecimal()
            and len(text) <= 4
            and 0 < int(text) <= _LARGEST
            and int(text) not in found
        ):
            found.append(int(text))
    return found[:limit]


def applied(change: Change, raw: Sent) -> tuple[Sent, str]:
    """Return what was posted with the row added or removed, and the id of the element to go to."""
    name, limit = change.group.id, getattr(change.group, "maximum", 1)
    rows = numbers(raw.get(f"{name}-row", []), limit)
    base = f"f-{name}"
    if change.row == 0:
        if len(rows) >= limit:
            return raw, base
        new = max(rows, default=0) + 1
        return {**raw, f"{name}-row": [*map(str, rows), str(new)]}, f"{base}-{new}"
    left = {key: values for key, values in raw.items() if not is_inside(change, key)}
    return {**left, f"{name}-row": [str(row) for row in rows if row != change.row]}, base


def is_inside(change: Change, path: str) -> bool:
    """Say whether an input belongs to the row that goes."""
    return bool(change.row) and path.startswith(f"{change.group.id}-{change.row}-")
