"""Two logins of one person made one: what may not be, and what passes from one to the other on the side of the accounts."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from .closing import works_for_town
from .identity.certified import same_name
from .models import CertifiedIdentity, Consent, Mandate, Person, Purpose, User
from .profile import FIELDS
from .team.factors import close_sessions


class CannotMerge(Exception):
    """Two logins that stay apart; ``kind`` says why: works, closed, factor, identities or names."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def check(kept: Person, gone: User) -> Person | None:
    """Return the person of a login that may join ``kept``; raise CannotMerge where it may not."""
    if works_for_town(gone):
        raise CannotMerge("works")
    if not gone.is_active or kept.died_on:
        raise CannotMerge("closed")
    # Reading the mailbox would not open that account: it must not give away what the account holds either.
    if Authenticator.objects.filter(user=gone).exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
        raise CannotMerge("factor")
    person = Person.objects.filter(user=gone).first()
    if person is None:
        return None
    here, there = list(kept.certified_identities.all()), list(person.certified_identities.all())
    if {one.issuer for one in here} & {one.issuer for one in there}:
        raise CannotMerge("identities")  # issuer and sub are unique: two of one service are two persons
    if not all(same_name(person, one.claims) for one in here) or not all(same_name(kept, one.claims) for one in there):
        raise CannotMerge("names")
    return person


def hold(*users: User) -> None:
    """Hold logins until the end of the transaction, in one order whoever asks."""
    list(User.objects.select_for_update().filter(pk__in=[user.pk for user in users]).order_by("pk"))


def join_persons(kept: Person, gone: Person) -> None:
    """Pass identities, mandates, consents and what a profile lacks to ``kept``. Needs a transaction."""
    CertifiedIdentity.objects.filter(person=gone).update(person=kept)
    between = Q(principal=kept, helper=gone) | Q(principal=gone, helper=kept)
    # Nobody acts for herself: what bound the two ends, and stays as the proof of what was done under it.
    Mandate.objects.filter(between, revoked_at=None).update(revoked_at=timezone.now(), revoked_by=kept.key)
    others = Mandate.objects.exclude(between)
    others.filter(principal=gone).update(principal=kept)
    others.filter(helper=gone).update(helper=kept)
    _join_consents(kept, gone)
    held = set(kept.contact_points.values_list("kind", flat=True))
    gone.contact_points.exclude(kind__in=held).update(person=kept)
    if not any(getattr(kept, name) for name in FIELDS):
        for name in FIELDS:
            setattr(kept, name, getattr(gone, name))
        kept.save(update_fields=FIELDS)


def _join_consents(kept: Person, gone: Person) -> None:
    """Keep every proof of a consent. Of two that hold, that of ``kept`` goes on; what she withdrew there since is withdrawn.

    Papers kept come with the consent to keep them: withdrawing that one destroyed those of ``kept`` alone.
    """
    for consent in gone.consents.in_force():
        known = Consent.objects.filter(person=kept, purpose=consent.purpose)
        withdrawn = known.filter(withdrawn_at__gt=consent.given_at).exists() and consent.purpose != Purpose.SAFE
        if withdrawn or known.in_force().exists():
            consent.withdrawn_at = timezone.now()
            consent.save(update_fields=["withdrawn_at"])
    Consent.objects.filter(person=gone).update(person=kept)


@transaction.atomic
def join_logins(kept: User, gone: User, email: str) -> list[str]:
    """Pass the proven addresses of ``gone`` to ``kept``, and close it: no session, no password, no way in.

    ``email`` is the one proven just now. The row stays, as acts name it. Return the addresses that passed.
    """
    proven = set(EmailAddress.objects.filter(user=gone, verified=True).values_list("email", flat=True)) | {email}
    EmailAddress.objects.filter(Q(user=gone) | Q(user=kept, email__in=proven, verified=False)).delete()
    gone.email, gone.is_active = None, False
    gone.set_unusable_password()
    gone.save(update_fields=["email", "is_active", "password"])
    Authenticator.objects.filter(user=gone).delete()
    close_sessions(gone)
    has_main = EmailAddress.objects.filter(user=kept, primary=True).exists()
    for address in sorted(proven):
        is_main = not has_main and address == email
        EmailAddress.objects.create(user=kept, email=address, verified=True, primary=is_main)
        if is_main:
            kept.email = email
            kept.save(update_fields=["email"])
    return sorted(proven)


def empty(person: Person) -> None:
    """Remove what is said of a person whose row must stay."""
    for name in FIELDS:
        setattr(person, name, "")
    person.user = None
    person.save(update_fields=[*FIELDS, "user"])
    person.contact_points.all().delete()
