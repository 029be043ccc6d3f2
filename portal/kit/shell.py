"""A page drawn once and kept for half a minute, with holes for what is one person's own.

Half of a form page's cost is its frame, the same for everyone who stands at the same place. The frame is drawn with marks
where something personal goes, kept, and filled for each request. Nothing personal is ever kept: what is not a mark must
follow from ``key``.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.core.cache import caches
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import get_template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

_SECONDS = 30
# Private-use characters: no template holds them, and what a person typed goes into the holes, never into the frame.
_MARK = "\ue000{}\ue001"


def page(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, holes: Mapping[str, str], key: tuple[Any, ...]
) -> str:
    """Return a page; ``holes`` are the context's personal values, ``key`` names everything else that it depends on."""
    name = f"shell:{sha256(repr((template, get_language(), key)).encode()).hexdigest()}"
    frame = caches["template_fragments"].get(name)
    if frame is None:
        marks = {hole: SafeString(_MARK.format(hole)) for hole in (*holes, "csrf_token")}
        frame = get_template(template).render({**context, **marks}, request)
        caches["template_fragments"].set(name, frame, _SECONDS)
    parts = frame.split("\ue000")
    values = {**{hole: conditional_escape(value) for hole, value in holes.items()}, "csrf_token": get_token(request)}
    filled = [parts[0]]
    for part in parts[1:]:
        hole, _mark, rest = part.partition("\ue001")
        filled += [values[hole], rest]
    return "".join(filled)
