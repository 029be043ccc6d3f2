"""Ask the address service that the town chose (the shape of the national address base); a failure is no suggestion."""

import json
import logging
from typing import Any

from django.conf import settings

from portal.kit.outside import Unreachable, ask

from ..definition.fields.base import clean_text
from ..definition.lookups import Item

_log = logging.getLogger(__name__)
_SECONDS = 1.5
_SHORTEST = 3  # the service refuses less


def search(text: str, limit: int = 5) -> list[Item]:
    """Return the addresses that begin like ``text``; [] without a service, or when it fails or is slow."""
    base = settings.ADDRESS_SERVICE_URL
    if not base or len(text.strip()) < _SHORTEST:
        return []
    try:
        status, content = ask(
            "GET",
            f"{base.rstrip('/')}/search/",
            seconds=_SECONDS,
            params={"q": text[:200], "limit": limit},
            headers={"Accept": "application/json"},
        )
        if status != 200:
            raise Unreachable(f"status {status}")
        features = json.loads(content)["features"]
        return [item for feature in features[:limit] if (item := _item(feature))]
    except (Unreachable, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        # What was typed is not logged: it is somebody's address.
        _log.info("address service: %s", type(error).__name__)
        return []


def _item(feature: dict[str, Any]) -> Item | None:
    known = feature["properties"]
    label, street, postcode, city = (_text(known.get(name)) for name in ("label", "name", "postcode", "city"))
    if not (label and postcode and city):
        return None
    parts = {"street": street, "postcode": postcode, "city": city}
    return Item(_text(known.get("id")) or label, label, _text(known.get("context")), {"parts": parts})


def _text(value: Any) -> str:
    return clean_text(value)[:200] if isinstance(value, str) else ""
