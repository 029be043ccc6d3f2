"""How often one visitor may try something that could be guessed; counted for all processes together."""

import time
from contextlib import suppress
from ipaddress import IPv4Address, ip_address, ip_network

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest


def visitor(request: HttpRequest) -> str:
    """Return the visitor's address: behind a proxy, the one that our own proxy saw, never what the visitor claims."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_PROXY else ""
    # A proxy adds the address it saw at the end; whatever stands before it may be forged.
    return forwarded.rsplit(",", 1)[-1].strip() or request.META.get("REMOTE_ADDR", "")


def place(request: HttpRequest) -> str:
    """Return where a visitor comes from: her address, or in IPv6 the network of her line, which holds 2^64 of them."""
    seen = visitor(request)
    try:
        address = ip_address(seen)
    except ValueError:
        return seen
    if isinstance(address, IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or ip_network((address, 64), strict=False))


def too_many(request: HttpRequest, what: str, *, limit: int, seconds: int) -> bool:
    """Count one more try of ``what`` from this place; say whether she is over ``limit`` in the present ``seconds``."""
    return count(f"{what}:{place(request)}:{int(time.time() // seconds)}", seconds=seconds) > limit


def count(what: str, *, seconds: int) -> int:
    """Count one more try of ``what``, forgotten ``seconds`` after the first, and return how many there were.

    Tries that come at once are each counted: what is judged after the count is judged a known number of times.
    """
    key = _key(what)
    while not cache.add(key, 1, seconds):
        try:
            return cache.incr(key)
        except ValueError:
            # It expired between the two statements: this try is the first of the next count.
            continue
    return 1


def take_back(what: str) -> None:
    """Count one try less, where it was no guess."""
    with suppress(ValueError):
        cache.decr(_key(what))


def forget(what: str) -> None:
    """Count anew."""
    cache.delete(_key(what))


def _key(what: str) -> str:
    return f"tries:{what}"
