"""Calls to an identity service: short, bounded, never redirected; what fails is said in one way."""

import json
import time
from typing import Any

import requests

from .refused import Refused

_LARGEST = 256 * 1024


def call(method: str, url: str, *, seconds: float, **more: Any) -> requests.Response:
    """Make one call and return its answer, read whole; Refused when it fails, is too long or too large."""
    deadline = time.monotonic() + seconds
    try:
        with requests.request(method, url, timeout=seconds, allow_redirects=False, stream=True, **more) as response:
            body = bytearray()
            for piece in response.iter_content(1):
                body += piece
                # The library’s own limit is between two bytes, and it fills a piece first: a drip would hold the page.
                if len(body) > _LARGEST or time.monotonic() > deadline:
                    raise Refused("unavailable", "too long or too large")
            response._content = bytes(body)
    except requests.RequestException as error:
        raise Refused("unavailable", type(error).__name__) from error
    if response.status_code >= 500:
        raise Refused("unavailable", f"status {response.status_code}")
    if response.status_code != 200:
        raise Refused("invalid", f"status {response.status_code}")
    return response


def call_json(method: str, url: str, *, seconds: float, **more: Any) -> dict[str, Any]:
    """Make one call and return the JSON object it answers."""
    response = call(method, url, seconds=seconds, **more)
    try:
        found = json.loads(response.content)
    except ValueError as error:
        raise Refused("invalid", "not JSON") from error
    if not isinstance(found, dict):
        raise Refused("invalid", "not an object")
    return found
