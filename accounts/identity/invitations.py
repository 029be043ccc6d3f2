"""Agents come in by invitation, from an employer that is one of the town's legal entities (ID-10)."""

from collections.abc import Callable
from typing import Any

from town.models import LegalEntity

from ..models import Invitation, User
from ..team.invitations import use
from .oidc.refused import Refused


def accept(claims: dict[str, Any]) -> Callable[[User], None]:
    """Return what gives a new login its memberships; Refused when nobody invited this address."""
    _refuse_other_employer(claims)
    invitations = list(Invitation.objects.select_for_update(of=("self",)).open_for(_address(claims)))
    if not invitations:
        raise Refused("not_invited", "no invitation")

    def use_all(user: User) -> None:
        for invitation in invitations:
            use(invitation, user)

    return use_all


def admit(claims: dict[str, Any], user: User) -> None:
    """Let a known agent in: newly invited, or member of a department today. Refused otherwise."""
    _refuse_other_employer(claims)
    for invitation in Invitation.objects.select_for_update(of=("self",)).open_for(_address(claims)):
        use(invitation, user)
    if not user.memberships.in_force().exists():
        raise Refused("left", "no membership in force")


def _refuse_other_employer(claims: dict[str, Any]) -> None:
    siret = str(claims.get("siret", "")).replace(" ", "")
    if not siret or not LegalEntity.objects.filter(siret=siret).exists():
        raise Refused("not_invited", "siret")


def _address(claims: dict[str, Any]) -> str:
    return str(claims.get("email", "")).strip().lower()
