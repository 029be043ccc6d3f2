"""Whether a JSON value from elsewhere has the shape of a type's answers, before anything is done with it."""

import math
from collections.abc import Mapping

from .base import Json

_DEEPEST = 5


def fits(kind: str, parts: Mapping[str, str], value: Json) -> bool:
    """Say whether ``value`` may be an answer of that value type; both databases must be able to keep it."""
    if not _keeps(value, _DEEPEST):
        return False
    match kind:
        case "number":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "choices":
            return isinstance(value, list) and all(isinstance(one, str) for one in value)
        case "rows":
            return isinstance(value, list) and all(isinstance(row, dict) for row in value)
        case "parts":
            return isinstance(value, dict) and all(
                value.get(part) is None or fits(own, {}, value[part]) for part, own in parts.items()
            )
        case _:
            return isinstance(value, str)


def _keeps(value: Json, levels: int) -> bool:
    """Say whether a value is not too deep, and holds no null character, half character or infinite number."""
    if isinstance(value, str):
        return "\x00" not in value and not any("\ud800" <= char <= "\udfff" for char in value)
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return levels > 0 and all(_keeps(name, 0) and _keeps(inner, levels - 1) for name, inner in value.items())
    if isinstance(value, list):
        return levels > 0 and all(_keeps(inner, levels - 1) for inner in value)
    return True
