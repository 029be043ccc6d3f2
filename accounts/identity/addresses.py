"""The addresses that open an account: who holds one, and which one was just proven that is another account's."""

import time

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest

from ..closing import close, works_for_town
from ..models import Person, User
from ..profile import FIELDS

_KEY = "address_proven"
# As long as a code itself.
_SECONDS = 900


def holder(email: str, *, besides: User) -> User | None:
    """Return the other login that an address opens, or would open once proven there."""
    named = EmailAddress.objects.filter(email=email)
    found = User.objects.exclude(pk=besides.pk)
    proven = found.filter(pk__in=named.filter(verified=True).values("user")).first()
    # A login with another address of its own, proven, is not opened by one that it only named.
    unproven = found.exclude(pk__in=EmailAddress.objects.filter(verified=True).values("user"))
    return proven or unproven.filter(Q(email=email) | Q(pk__in=named.values("user"))).order_by("pk").first()


@transaction.atomic
def release(user: User) -> bool:
    """Close a login that someone asked for with this address, and that nobody ever opened; say whether it was one.

    Whoever asked for it never proved the address: the mailbox is of the person who proves it now.
    """
    if user.last_login or works_for_town(user) or EmailAddress.objects.filter(user=user, verified=True).exists():
        return False
    person = Person.objects.filter(user=user).first()
    if person and (any(getattr(person, name) for name in FIELDS) or person.contact_points.exists()):
        # Prepared for someone by the town: it is not nothing.
        return False
    close(user)
    if person:
        person.delete()
    return True


def keep_proof(request: HttpRequest, user: User, email: str, other: User) -> None:
    """Note that this session proved an address of ``other``'s while signed in as ``user``."""
    request.session[_KEY] = {
        "user": str(user.public_id),
        "email": email,
        "other": str(other.public_id),
        "at": time.time(),
    }


def proof(request: HttpRequest, user: User) -> tuple[str, User] | None:
    """Return the address proven in the last 15 minutes by this session and this login, and the login that holds it."""
    kept = request.session.get(_KEY)
    if not kept or kept["user"] != str(user.public_id) or time.time() - kept["at"] > _SECONDS:
        return None
    other = holder(kept["email"], besides=user)
    return (kept["email"], other) if other and str(other.public_id) == kept["other"] else None


def forget_proof(request: HttpRequest) -> None:
    """Forget what was proven: it has served, or was not wanted."""
    request.session.pop(_KEY, None)
