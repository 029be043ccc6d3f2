"""The second factor of a colleague: what she has left, and opening her account again when she lost it."""

from collections.abc import Iterable
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from ..models import User
from ..permissions import Actor, may_administer
from .rules import Refusal, write_down


@dataclass(frozen=True)
class Factor:
    """Whether someone has a second factor, and how many recovery codes she has left."""

    is_set: bool = False
    codes_left: int = 0

    @property
    def at_risk(self) -> bool:
        """Say whether losing her phone would lock her out."""
        return self.is_set and self.codes_left == 0


def factors_of(users: Iterable[User]) -> dict[int, Factor]:
    """Return the factor of each login, in one query."""
    found: dict[int, Factor] = {user.pk: Factor() for user in users}
    for row in Authenticator.objects.filter(user__in=list(found)).order_by("pk"):
        known = found[row.user_id]
        if row.type == Authenticator.Type.RECOVERY_CODES:
            found[row.user_id] = Factor(known.is_set, len(row.wrap().get_unused_codes()))
        else:
            found[row.user_id] = Factor(is_set=True, codes_left=known.codes_left)
    return found


@transaction.atomic
def reset(user: User, *, by: Actor | None) -> None:
    """Remove the factors of a login and close its sessions: a new one is asked at sign-in; it leaves a trace.

    Raises PermissionDenied unless ``by`` administers a department of hers, and Refusal for one's own: whoever took a
    session would keep it. The terminal (None) may always.
    """
    if by is not None and not may_administer(by, user):
        raise PermissionDenied
    if by is not None and by.user == user:
        raise Refusal(_("You cannot reset your own second factor here: ask another administrator."))
    Authenticator.objects.filter(user=user).delete()
    close_sessions(user)
    write_down(user.key, "factor.reset", by, action="unlock")


def close_sessions(user: User) -> None:
    """End every session of a login, wherever it is open."""
    for session in UserSession.objects.filter(user=user):
        session.end()
