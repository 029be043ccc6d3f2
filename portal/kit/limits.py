"""How often one visitor may try something that could be guessed."""

import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest


def visitor(request: HttpRequest) -> str:
    """Return the visitor's address: behind a proxy, the one that our own proxy saw, never what the visitor claims."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_PROXY else ""
    # A proxy adds the address it saw at the end; whatever stands before it may be forged.
    return forwarded.rsplit(",", 1)[-1].strip() or request.META.get("REMOTE_ADDR", "")


def too_many(request: HttpRequest, what: str, *, limit: int, seconds: int) -> bool:
    """Count one more try of ``what`` by this visitor; say whether she is over ``limit`` in the present ``seconds``."""
    key = f"tries:{what}:{visitor(request)}:{int(time.time() // seconds)}"
    cache.add(key, 0, seconds)
    return int(cache.incr(key)) > limit
