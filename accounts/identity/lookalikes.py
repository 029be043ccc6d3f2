"""Addresses that look like another one: refused, so that no two logins look the same."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# The letters that a name under .fr may have beside ASCII's (Afnic, naming policy). None of them is taken for another
# letter; those of other alphabets, fullwidth ones and invisible signs are.
_ACCENTED = "ßàáâãäåæçèéêëìíîïñòóôõöùúûüýÿœ"
_PLAIN = re.compile(r"[\x21-\x7e]+")
# Both cases are written: to a pattern that ignores case, the Kelvin sign is a k.
_DOMAIN = re.compile(rf"[\x21-\x7e{_ACCENTED}{_ACCENTED.upper()}]+")


def is_plain(email: str) -> bool:
    """Say whether no sign of an address is taken for another: ASCII before the @, the letters of .fr after it."""
    local, at, domain = email.rpartition("@")
    return bool(at and _PLAIN.fullmatch(local) and _DOMAIN.fullmatch(domain))


def refuse_lookalikes(email: str) -> None:
    """Raise ValidationError for an address with a sign that looks like another.

    It is refused, not put right: the mailbox of this very spelling may exist, and is not the one that the letters put
    right would name.
    """
    if not is_plain(email):
        raise ValidationError(
            _(
                "This address has a letter or a sign that looks like another one. "
                "Type it letter by letter, without copying it."
            ),
            code="lookalike",
        )
