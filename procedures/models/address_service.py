"""Ask the address service that the town chose (the shape of the national address base); a failure is no suggestion."""

import json
import logging
import time
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from django.conf import settings

from ..definition.fields.base import clean_text
from ..definition.lookups import Item

_log = logging.getLogger(__name__)
_SECONDS = 1.5
_MOST_BYTES = 200_000
_SHORTEST = 3  # the service refuses less


class _NoRedirect(HTTPRedirectHandler):
    """What a person types goes to the service that the town named, and nowhere else."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Follow nothing."""
        return


def _opener() -> OpenerDirector:
    return build_opener(_NoRedirect)


def search(text: str, limit: int = 5) -> list[Item]:
    """Return the addresses that begin like ``text``; [] without a service, or when it fails or is slow."""
    base = settings.ADDRESS_SERVICE_URL
    if not base or len(text.strip()) < _SHORTEST or urlsplit(base).scheme not in {"http", "https"}:
        return []
    address = f"{base.rstrip('/')}/search/?{urlencode({'q': text[:200], 'limit': limit})}"
    try:
        content = _read(address)
        features = json.loads(content)["features"]
        return [item for feature in features[:limit] if (item := _item(feature))]
    except (OSError, HTTPException, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        # What was typed is not logged: it is somebody's address.
        _log.info("address service: %s", type(error).__name__)
        return []


def _read(address: str) -> bytes:
    """Read an answer within the time and the size allowed, however slowly it comes."""
    until = time.monotonic() + _SECONDS
    content = b""
    request = Request(address, headers={"Accept": "application/json"})  # noqa: S310 http or https, checked above
    with _opener().open(request, timeout=_SECONDS) as answer:
        while part := answer.read1(16_384):
            content += part
            if len(content) > _MOST_BYTES or time.monotonic() > until:
                raise ValueError("too long")
    return content


def _item(feature: dict[str, Any]) -> Item | None:
    known = feature["properties"]
    label, street, postcode, city = (_text(known.get(name)) for name in ("label", "name", "postcode", "city"))
    if not (label and postcode and city):
        return None
    parts = {"street": street, "postcode": postcode, "city": city}
    return Item(_text(known.get("id")) or label, label, _text(known.get("context")), {"parts": parts})


def _text(value: Any) -> str:
    return clean_text(value)[:200] if isinstance(value, str) else ""
