"""What is written to both sides of a mandate, and what an address proves: the code, the links, the account behind it."""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Literal

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from accounts.models import Mandate, Person
from messaging.outbox import deliver
from portal.kit.text import fold
from town import models as town

from ..models import Procedure

Side = Literal["principal", "helper"]
What = Literal["accepted", "refused", "ended"]
TRIES = 5
_FRESH = timedelta(hours=48)
_SALT = "procedures.mandate"


def link_for(mandate: Mandate, side: Side) -> str:
    """Return the address where the bearer sees a mandate and may refuse or end it: it lives as long as the mandate."""
    token = signing.dumps([str(mandate.public_id), side], salt=_SALT)
    return f"{settings.PUBLIC_URL}{reverse('space:mandate_link', args=[token])}"


def opened_by(token: str) -> tuple[Mandate, Side] | None:
    """Return the mandate that a link opens, and for which side; None for a forged one."""
    try:
        public_id, side = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError):
        return None
    found = Mandate.objects.select_related("principal", "helper", "structure").filter(public_id=public_id).first()
    return (found, side) if found else None


def send_code(mandate: Mandate, address: str) -> None:
    """Send the person a new code, with what it would allow."""
    code = f"{secrets.randbelow(1_000_000):06d}"
    mandate.code_digest, mandate.code_sent_at, mandate.code_tries = _digest(mandate, code), timezone.now(), 0
    mandate.save(update_fields=["code_digest", "code_sent_at", "code_tries"])
    words = {"code": f"{code[:3]} {code[3:]}"}
    _send(mandate, "code", address, "principal", _("%(name)s asks to act for you"), mandate.principal, words)


def _digest(mandate: Mandate, code: str) -> str:
    return salted_hmac(_SALT, f"{mandate.public_id}:{code}", algorithm="sha256").hexdigest()


def is_code(mandate: Mandate, code: str) -> bool:
    """Say whether this is the code that was sent last, spaces aside."""
    digits = "".join(char for char in code if char.isdigit())
    return bool(mandate.code_digest) and constant_time_compare(mandate.code_digest, _digest(mandate, digits))


def is_fresh(mandate: Mandate) -> bool:
    """Say whether the code sent last still serves."""
    return bool(mandate.code_digest and mandate.code_sent_at and timezone.now() - mandate.code_sent_at < _FRESH)


def send_offer(mandate: Mandate) -> None:
    """Ask someone to accept the mandate that she was offered."""
    _send(mandate, "offer", mandate.helper_email, "helper", _("%(name)s asks you to act for her"))


def tell_helper(mandate: Mandate, what: What) -> None:
    """Tell the helper what became of a mandate."""
    address = address_of(mandate.helper) if mandate.helper else mandate.helper_email
    _send(mandate, what, address, "helper", _SUBJECTS[what](), mandate.helper)


def tell_asker(mandate: Mandate, what: What) -> None:
    """Tell whoever asked what the other side answered."""
    if mandate.asked_by == Mandate.Side.HELPER:
        tell_helper(mandate, what)
    else:
        _send(mandate, what, address_of(mandate.principal), "principal", _SUBJECTS[what](), mandate.principal)


def tell_both(mandate: Mandate, what: What) -> None:
    """Tell both sides, each at her address if she has one; a child has none of her own."""
    _send(mandate, what, address_of(mandate.principal), "principal", _SUBJECTS[what](), mandate.principal)
    if mandate.basis != Mandate.Basis.PARENT:
        tell_helper(mandate, what)


_SUBJECTS = {
    "accepted": lambda: _("The mandate is accepted"),
    "refused": lambda: _("The mandate is refused"),
    "ended": lambda: _("The mandate has ended"),
}


def _send(
    mandate: Mandate,
    what: str,
    address: str,
    side: Side,
    subject: str,
    person: Person | None = None,
    words: dict[str, str] | None = None,
) -> None:
    if not address:
        return
    moment = mandate.code_sent_at if what == "code" else None
    with translation.override("fr"):
        asker = mandate.helper if mandate.asked_by == Mandate.Side.HELPER else mandate.principal
        name = asker.display_name if asker else ""
        context = {
            "what": what,
            "side": side,
            "mandate": mandate,
            "helper_name": mandate.helper.display_name if mandate.helper else mandate.helper_email,
            "procedures": titles(mandate),
            "link": link_for(mandate, side),
            "town": town.current(),
            **(words or {}),
        }
        body = render_to_string("mail/mandate.txt", context)
        subject = str(subject) % {"name": name} if "%(name)s" in str(subject) else str(subject)
    deliver(
        key=f"mandate:{mandate.public_id}:{what}:{side}" + (f":{moment.timestamp()}" if moment else ""),
        purpose="mandate",
        address=address,
        subject=subject,
        body=body,
        about=mandate.principal.key,
        person=person,
        secret=what == "code",
    )


def titles(mandate: Mandate) -> list[str]:
    """Return the titles of the procedures that a mandate is for; nothing where it is for all."""
    if not mandate.procedures:
        return []
    return list(
        Procedure.objects.filter(public_id__in=mandate.procedures).order_by("title").values_list("title", flat=True)
    )


def titles_of(mandates: Iterable[Mandate]) -> dict[int, list[str]]:
    """Return the titles of several mandates' procedures, by the key of the mandate, in one query."""
    found = list(mandates)
    wanted = {one for mandate in found for one in mandate.procedures}
    if not wanted:
        return {}
    known = Procedure.objects.filter(public_id__in=wanted).order_by("title").values_list("public_id", "title")
    return {
        mandate.pk: [title for public_id, title in known if str(public_id) in mandate.procedures] for mandate in found
    }


def address_of(person: Person | None) -> str:
    """Return the address where a person is written to: the one she signs in with, else the one that was given for her."""
    if person is None:
        return ""
    if person.user is not None:
        return str(person.user.email)
    point = person.contact_points.filter(kind="email").order_by("-pk").first()
    return str(point.value) if point else ""


def is_of(person: Person, address: str) -> bool:
    """Say whether an address is one that this person has proven."""
    return bool(EmailAddress.objects.filter(user=person.user_id, email__iexact=address.strip(), verified=True).exists())


def account_of(address: str) -> Person | None:
    """Return the person behind the account that has proven this address."""
    found = EmailAddress.objects.filter(email__iexact=address, verified=True).select_related("user__person").first()
    return getattr(found.user, "person", None) if found else None


def same_name(one: Person, other: Person) -> bool:
    """Say whether two persons bear one name, in either use, accents and case aside."""
    return bool(_names(one) & _names(other)) and fold(one.given_names)[:3] == fold(other.given_names)[:3]


def _names(person: Person) -> set[str]:
    return {fold(name) for name in (person.family_name, person.usage_name) if name}
