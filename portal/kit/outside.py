"""Calls to a service outside: short, bounded in time and in size, never redirected."""

import time
from typing import Any

import requests
import urllib3

_PIECE = 16_384
_LARGEST = 256 * 1024


class Unreachable(Exception):
    """No whole answer came; the message says why, without a word of what was sent."""


def ask(method: str, url: str, *, seconds: float, **more: Any) -> tuple[int, bytes]:
    """Make one call; return its status and its content, read whole. Unreachable when it fails, is too long or too large.

    ``more`` goes to ``requests.request``: params, data, headers. Only http and https addresses are called.
    """
    deadline = time.monotonic() + seconds
    content = bytearray()
    try:
        with requests.request(method, url, timeout=seconds, allow_redirects=False, stream=True, **more) as answer:
            # The library's own limit is between two bytes: a drip would hold the page.
            while piece := answer.raw.read1(_PIECE, decode_content=True):
                content += piece
                if len(content) > _LARGEST or time.monotonic() > deadline:
                    raise Unreachable("too long or too large")
            return answer.status_code, bytes(content)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise Unreachable(type(error).__name__) from error
