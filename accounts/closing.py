"""Closing a login: what opens it goes, its sessions end, and the person stands apart from it."""

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import transaction

from .models import User


class WorksForTown(Exception):
    """Whoever works or worked for the town does not close her login herself: her acts name it."""


def works_for_town(user: User) -> bool:
    """Say whether a login holds or held a role in the town."""
    return user.is_staff or user.is_superuser or user.memberships.exists()


def addresses_of(user: User) -> set[str]:
    """Return the addresses that a login proved, in lower case."""
    return set(EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True))


@transaction.atomic
def close(user: User) -> None:
    """Delete a login with its addresses, factors and sessions. Raises WorksForTown, and ProtectedError where acts name it.

    The journal keeps its opaque id, which leads to nobody any more.
    """
    if works_for_town(user):
        raise WorksForTown
    for session in UserSession.objects.filter(user=user):
        session.end()
    user.delete()
