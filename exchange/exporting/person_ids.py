"""The id under which exports name a person: the same in every export of a sector, another in any other sector.

What two sectors know of one person cannot be joined by it (arrêté of 4 July 2013), and it leads back to nobody.
"""

import base64
import hashlib
import hmac

from django.conf import settings

from accounts.models import Person
from town.models import Sector

_LENGTH = 15  # bytes: 24 characters


def person_id(person: Person | None, sector: Sector) -> str:
    """Return the id of a person in a sector; empty where a request names nobody."""
    if person is None:
        return ""
    said = f"{sector.code}:{person.public_id}".encode()
    digest = hmac.new(settings.PERSON_ID_KEY.encode(), said, hashlib.sha256).digest()
    # A letter first: no spreadsheet takes it for a number.
    return f"P{base64.b32encode(digest[:_LENGTH]).decode()}"
