"""How strong a password must be: the rule of the CNIL (deliberation 2022-100), said in words."""

import math
import string

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# A password alone needs 80 bits; tries are limited here too, but the accounts hold the papers of a family.
BITS = 80
_KINDS = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
_OTHERS = 33  # signs, spaces and letters of other alphabets


def entropy(password: str) -> float:
    """Return the bits that a random password of these kinds of characters would hold; repeats count once in three."""
    kinds = sum(len(kind) for kind in _KINDS if any(char in kind for char in password))
    if any(not char.isascii() or char not in string.ascii_letters + string.digits for char in password):
        kinds += _OTHERS
    length = 0.0
    for index, char in enumerate(password):
        # "aaaaaaaaaaaa" and "121212121212" are long and worth little.
        repeated = char in password[max(0, index - 2) : index]
        length += 1 / 3 if repeated else 1
    return length * math.log2(kinds) if kinds else 0.0


class EntropyValidator:
    """Refuses a password that could be guessed, and says the two ways to make a good one."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError under 80 bits."""
        if entropy(password) < BITS:
            raise ValidationError(self.get_help_text(), code="password_too_weak")

    def get_help_text(self) -> str:
        """Say how to make one."""
        return _(
            "Choose a longer password: a sentence of at least 5 words that only you would write, "
            "or 14 characters with capitals, small letters and figures."
        )
