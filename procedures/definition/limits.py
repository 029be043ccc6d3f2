"""How large a definition may be: measured on the raw document, before anything is built from it."""

from collections.abc import Iterator
from math import isfinite
from typing import Any

STEPS = 60
FIELDS = 600
OPTIONS = 60_000
CONDITION_DEPTH = 20
NESTING = 60
BYTES = 8_000_000
# Where a condition or a computation begins; what it holds counts as its depth.
_NESTS = frozenset({"when", "required_when", "where", "expression"})


def faults(content: Any) -> list[str]:
    """Return what is over its bound, in words; nothing deeper than ``NESTING`` is read."""
    found: list[str] = []
    fields = options = size = 0
    deepest = 0
    # (value, the key that holds it, its depth, how many conditions it is nested in)
    waiting: list[tuple[Any, str, int, int]] = [(content, "", 0, 0)]
    while waiting:
        value, key, depth, conditions = waiting.pop()
        if depth > NESTING:
            return [f"the document is nested more than {NESTING} levels deep"]
        if isinstance(value, dict):
            conditions += bool(conditions)
            deepest = max(deepest, conditions)
            for name, inner in value.items():
                size += len(str(name)) + 4
                # Texts, the bulk of a long list, are weighed at once.
                if isinstance(inner, str):
                    size += _weight(inner)
                else:
                    waiting.append((inner, str(name), depth + 1, conditions or int(name in _NESTS)))
        elif isinstance(value, list):
            fields += len(value) if key == "fields" else 0
            options += len(value) if key in {"options", "children"} else 0
            waiting.extend([(inner, "", depth + 1, conditions) for inner in value])
        elif isinstance(value, float) and not isfinite(value):
            # JSON has no word for it: the bytes published could not be read elsewhere.
            return ["a number is too large to be kept"]
        else:
            size += _weight(value) if isinstance(value, str) else 8
    found += list(_over(content, fields, options, deepest - 1, size))
    return found


def _weight(text: str) -> int:
    return (len(text) if text.isascii() else len(text.encode("utf-8", "replace"))) + 2


def _over(content: Any, fields: int, options: int, conditions: int, size: int) -> Iterator[str]:
    steps = content.get("steps") if isinstance(content, dict) else None
    if isinstance(steps, list) and len(steps) > STEPS:
        yield f"{len(steps)} steps, and a procedure has {STEPS} at most: join some of them"
    if fields > FIELDS:
        yield f"{fields} questions, and a procedure has {FIELDS} at most: split it in two procedures"
    if options > OPTIONS:
        yield f"{options} options, and a procedure has {OPTIONS} at most: keep long lists in a table of the town"
    if conditions > CONDITION_DEPTH:
        yield f"a condition is nested {conditions} deep, and {CONDITION_DEPTH} is the limit: write it more simply"
    if size > BYTES:
        yield f"the document holds more than {BYTES // 1_000_000} MB of text"
