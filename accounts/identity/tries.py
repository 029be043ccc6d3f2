"""How often a password is tried: counted before it is judged, by place and by address, for all processes together."""

import hashlib

from django.http import HttpRequest

from portal.kit.limits import count, forget, place, take_back

# By place: so many wrong ones a minute; by address, from wherever they come: so many in five minutes (CNIL 2022-100).
_PLACE_LIMIT, _PLACE_SECONDS = 10, 60
_ADDRESS_LIMIT, _ADDRESS_SECONDS = 5, 300


def too_many(request: HttpRequest, email: str) -> bool:
    """Count one more try; say whether it is one too many, and is not to be judged.

    What a place tries beyond its own limit counts against no address: nobody is held by what was not even looked at.
    """
    if count(_by_place(request), seconds=_PLACE_SECONDS) > _PLACE_LIMIT:
        return True
    return count(_by_address(email), seconds=_ADDRESS_SECONDS) > _ADDRESS_LIMIT


def was_right(request: HttpRequest, email: str) -> None:
    """Take back one try, and that one alone: who signs in now and then must not wipe away the guesses in between."""
    take_back(_by_place(request))
    take_back(_by_address(email))


def was_changed(email: str) -> None:
    """Forget the tries of a password that is no more."""
    forget(_by_address(email))


def _by_place(request: HttpRequest) -> str:
    return f"password:place:{place(request)}"


def _by_address(email: str) -> str:
    return f"password:address:{hashlib.sha256(email.strip().lower().encode()).hexdigest()}"
