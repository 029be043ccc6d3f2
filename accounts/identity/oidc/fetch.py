"""Calls to an identity service: what fails is said in one way."""

import json
from typing import Any

from portal.kit.outside import Unreachable, ask

from .refused import Refused


def call(method: str, url: str, *, seconds: float, **more: Any) -> bytes:
    """Make one call and return what it answers; Refused when there is no whole answer, or not a good one."""
    try:
        status, content = ask(method, url, seconds=seconds, **more)
    except Unreachable as error:
        raise Refused("unavailable", str(error)) from error
    if status >= 500:
        raise Refused("unavailable", f"status {status}")
    if status != 200:
        raise Refused("invalid", f"status {status}")
    return content


def call_json(method: str, url: str, *, seconds: float, **more: Any) -> dict[str, Any]:
    """Make one call and return the JSON object it answers."""
    try:
        found = json.loads(call(method, url, seconds=seconds, **more))
    except (ValueError, RecursionError) as error:
        raise Refused("invalid", "not JSON") from error
    if not isinstance(found, dict):
        raise Refused("invalid", "not an object")
    return found
