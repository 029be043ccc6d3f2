"""Agents come in by invitation, from an employer that is one of the town's legal entities (ID-10)."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from town.models import LegalEntity

from ..models import Invitation, Membership, User
from .oidc.refused import Refused


def accept(claims: dict[str, Any]) -> Callable[[User], None]:
    """Return what gives a new login its memberships; Refused when nobody invited this address."""
    _refuse_other_employer(claims)
    invitations = list(Invitation.objects.select_for_update(of=("self",)).open_for(_address(claims)))
    if not invitations:
        raise Refused("not_invited", "no invitation")

    def use(user: User) -> None:
        for invitation in invitations:
            _use(invitation, user)

    return use


def admit(claims: dict[str, Any], user: User) -> None:
    """Let a known agent in: newly invited, or member of a department today. Refused otherwise."""
    _refuse_other_employer(claims)
    for invitation in Invitation.objects.select_for_update(of=("self",)).open_for(_address(claims)):
        _use(invitation, user)
    if not user.memberships.in_force().exists():
        raise Refused("left", "no membership in force")


def _use(invitation: Invitation, user: User) -> None:
    """Turn one invitation into its membership, once; a membership that ended begins again."""
    promised = {"title": invitation.title, "authority": invitation.authority}
    membership, created = Membership.objects.get_or_create(
        user=user, department=invitation.department, role=invitation.role, defaults=promised
    )
    today = timezone.localdate()
    if not created and membership.ends_on and membership.ends_on < today:
        Membership.objects.filter(pk=membership.pk).update(**promised, starts_on=today, ends_on=None)
    invitation.used_at = timezone.now()
    invitation.save(update_fields=["used_at"])


def _refuse_other_employer(claims: dict[str, Any]) -> None:
    siret = str(claims.get("siret", "")).replace(" ", "")
    if not siret or not LegalEntity.objects.filter(siret=siret).exists():
        raise Refused("not_invited", "siret")


def _address(claims: dict[str, Any]) -> str:
    return str(claims.get("email", "")).strip().lower()
