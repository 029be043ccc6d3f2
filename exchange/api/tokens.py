"""The life of a token: made and shown once, recognised, revoked; and what is kept of what programs did."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from ipaddress import ip_address, ip_network

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role, User
from accounts.permissions import Actor
from journal.models import record_access
from town.models import Sector

from ..permissions import actor_in, lends
from .models import ApiAnswer, ApiToken, Scope

PREFIX = "portail_"
LONGEST = timedelta(days=366)
# How long the answer to a key is kept.
KEPT = timedelta(days=7)


class Refusal(ValueError):
    """A token cannot be made so; ``field`` names the question, and the message says why."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True)
class Wanted:
    """What is asked of a token: for which program, under whose rights, where, what for, until when, from where."""

    name: str
    user: User
    sector: Sector
    scopes: tuple[str, ...]
    ends_on: date
    networks: tuple[str, ...] = ()


def digest_of(secret: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def check(wanted: Wanted, today: date) -> None:
    """Refuse what a token cannot be; Refusal names the question."""
    if not wanted.scopes or not set(wanted.scopes) <= set(Scope.values):
        raise Refusal("scopes", _("Choose what the program may do."))
    if not today <= wanted.ends_on <= today + LONGEST:
        raise Refusal("ends_on", _("Choose a day from today on, within a year."))
    if actor_in(wanted.user, wanted.sector.pk) is None:
        raise Refusal("user", _("This person does not work at the desk of that sector."))
    for network in wanted.networks:
        try:
            ip_network(network)
        except ValueError as error:
            raise Refusal("networks", _("“%(text)s” is no network: write 192.0.2.0/24.") % {"text": network}) from error


@transaction.atomic
def make(wanted: Wanted, *, by: Actor) -> tuple[ApiToken, str]:
    """Make a token; return it with its secret, which is kept nowhere. Raises PermissionDenied, and Refusal."""
    if not lends(by, wanted.user, wanted.sector.pk):
        raise PermissionDenied
    check(wanted, timezone.localdate())
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        name=wanted.name.strip(),
        user=wanted.user,
        sector=wanted.sector,
        scopes=list(wanted.scopes),
        networks=list(wanted.networks),
        ends_on=wanted.ends_on,
        digest=digest_of(secret),
        hint=secret[: len(PREFIX) + 4],
        made_by=by.user,
    )
    record_access("token.made", token.key, actor=by.key, role=Role.TOWN_ADMIN)
    return token, secret


@transaction.atomic
def revoke(token: ApiToken, *, by: Actor) -> None:
    """Let a token open nothing any more, at once; twice is once. Raises PermissionDenied."""
    if not lends(by, token.user, token.sector_id):
        raise PermissionDenied
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        record_access("token.revoked", token.key, actor=by.key, role=Role.TOWN_ADMIN)


def recognise(secret: str, address: str) -> ApiToken | None:
    """Return the token that a secret opens from an address; None for any other."""
    found = (
        ApiToken.objects.in_force().select_related("user__person", "sector").filter(digest=digest_of(secret)).first()
    )
    if found is None or not _is_from(found.networks, address):
        return None
    today = timezone.localdate()
    if found.used_on != today:
        ApiToken.objects.filter(pk=found.pk).update(used_on=today)
    return found


def purge() -> int:
    """Forget the answers that are kept no longer; return how many."""
    return ApiAnswer.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]


def _is_from(networks: Iterable[str], address: str) -> bool:
    wanted = [ip_network(one) for one in networks]
    if not wanted:
        return True
    try:
        here = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(here, "ipv4_mapped", None)
    return any((mapped or here) in one for one in wanted)
