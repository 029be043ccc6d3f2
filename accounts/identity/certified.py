"""From a certified identity to a login: found, made, linked or unlinked. The key is issuer and sub, never the e-mail."""

from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from journal.models import append
from portal.kit.text import fold

from ..models import CertifiedIdentity, ContactPoint, Person, User
from .invitations import accept, admit
from .oidc.provider import Identified
from .oidc.refused import Refused


def sign_in(service: str, found: Identified) -> User:
    """Return the login of this identity, made at the first time; Refused for an agent who is not expected.

    Refused, too, for someone whose death is recorded.
    """
    try:
        with transaction.atomic():
            return _known(service, found) or _new(service, found)
    except IntegrityError:
        # Two first returns at once: the other one made it.
        with transaction.atomic():
            user = _known(service, found)
        if user is None:
            raise
        return user


def link(service: str, found: Identified, user: User) -> None:
    """Link this identity to the login that is signed in; Refused when it is another's, or bears another name."""
    with transaction.atomic():
        person, _created = Person.objects.select_for_update().get_or_create(user=user)
        mine = CertifiedIdentity.objects.filter(person=person, issuer=found.issuer).first()
        owner = CertifiedIdentity.objects.filter(issuer=found.issuer, sub=found.sub).first()
        if mine and mine.sub == found.sub:
            _refresh(mine, found)
            return
        if mine or owner:
            raise Refused("taken", "linked elsewhere")
        if service == "proconnect":
            admit(found.claims, user)
        elif not same_name(person, found.claims):
            raise Refused("other_person", "names differ")
        _record(service, found, person, "identity.linked", user)


def unlink(identity: CertifiedIdentity, user: User) -> bool:
    """Unlink an identity; False, and nothing done, when no other way in would be left."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        others = CertifiedIdentity.objects.filter(person=identity.person_id).exclude(pk=identity.pk).exists()
        by_code = EmailAddress.objects.filter(user=user, verified=True).exists()
        by_password = bool(user.email) and user.has_usable_password()
        if not (others or by_code or by_password):
            return False
        subject, service = identity.person.key, identity.service
        identity.delete()
        append(subject, "identity.unlinked", actor=_actor(user), data={"service": service})
    return True


def same_name(person: Person, claims: dict[str, Any]) -> bool:
    """Say whether the names of a profile, where it has some, are those certified (in use or of birth)."""
    own = {fold(name) for name in (person.family_name, person.usage_name) if name}
    certified = {fold(str(claims[name])) for name in ("family_name", "preferred_username") if claims.get(name)}
    if own and not own & certified:
        return False
    given = fold(person.given_names).split()
    return not given or given[0] in fold(str(claims.get("given_name", ""))).split()


def _known(service: str, found: Identified) -> User | None:
    """Return the login of an identity already seen, its claims brought up to date."""
    identity = (
        CertifiedIdentity.objects.select_for_update(of=("self",))
        .select_related("person__user")
        .filter(issuer=found.issuer, sub=found.sub)
        .first()
    )
    if identity is None:
        return None
    if identity.person.died_on:
        raise Refused("closed", "the person has died")
    user = identity.person.user
    if user is None:
        user = identity.person.user = User.objects.create_without_address()
        identity.person.save(update_fields=["user"])
    if service == "proconnect":
        admit(found.claims, user)
    _refresh(identity, found)
    return user


def _new(service: str, found: Identified) -> User:
    """Make a login and a person of their own: an e-mail that another account holds is not taken, nor is the account."""
    invited = accept(found.claims) if service == "proconnect" else None
    user = User.objects.create_without_address()
    kept = CertifiedIdentity.kept(found.claims)
    person = Person.objects.create(
        user=user,
        family_name=_text(found.claims, "family_name", "usual_name", size=100),
        usage_name=kept.get("preferred_username", "")[:100],
        given_names=kept.get("given_name", "")[:150],
        birth_date=kept.get("birthdate", "")[:10],
    )
    _offer_address(found.claims, person)
    if invited:
        invited(user)
    _record(service, found, person, "identity.created", user)
    return user


def _record(service: str, found: Identified, person: Person, kind: str, user: User) -> None:
    CertifiedIdentity.objects.create(
        person=person,
        service=service,
        issuer=found.issuer,
        sub=found.sub,
        claims=CertifiedIdentity.kept(found.claims),
    )
    append(person.key, kind, actor=_actor(user), data={"service": service})


def _refresh(identity: CertifiedIdentity, found: Identified) -> None:
    """Bring the claims up to date and leave a trace of which ones changed; requests already sent keep theirs."""
    kept = CertifiedIdentity.kept(found.claims)
    changed = sorted(
        name for name in kept.keys() | identity.claims.keys() if kept.get(name) != identity.claims.get(name)
    )
    identity.claims, identity.verified_at = kept, timezone.now()
    identity.save(update_fields=["claims", "verified_at"])
    if changed:
        data = {"service": identity.service, "claims": changed}
        append(identity.person.key, "identity.changed", actor=identity.service, data=data)


def _offer_address(claims: dict[str, Any], person: Person) -> None:
    """Propose the e-mail received in her requests; it opens nothing, as the service proves nothing of it.

    An address of the login, even to be confirmed, would let whoever reads that mailbox sign in by a code.
    """
    address = str(claims.get("email", "")).strip().lower()[:254]
    try:
        validate_email(address)
    except ValidationError:
        return
    ContactPoint.objects.create(person=person, kind=ContactPoint.Kind.EMAIL, value=address)


def _text(claims: dict[str, Any], *names: str, size: int) -> str:
    return next((str(claims[name])[:size] for name in names if claims.get(name)), "")


def _actor(user: User) -> str:
    return f"user:{user.public_id}"
