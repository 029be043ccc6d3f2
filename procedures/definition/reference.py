"""Numbers that people read aloud: references with a check symbol, and codes."""

import re
import secrets

# Crockford's alphabet: no I, L, O, U, so that no symbol is taken for another.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans("OIL", "011")


def _check(symbols: str) -> str:
    """Luhn's algorithm in base 32: catches any wrong symbol and nearly every swap of neighbours."""
    total, double = 0, True
    for symbol in reversed(symbols):
        value = ALPHABET.index(symbol) * (2 if double else 1)
        total += value // 32 + value % 32
        double = not double
    return ALPHABET[-total % 32]


def new_reference(year: int) -> str:
    """Return a fresh reference such as 2026-K7QM-4TZ8-3; it never grants access alone."""
    symbols = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{year}-{symbols[:4]}-{symbols[4:]}-{_check(f'{year}{symbols}')}"


def normalise_reference(text: str) -> str | None:
    """Return the reference that ``text`` means, however it was typed; None when it is none or has a wrong symbol."""
    symbols = re.sub(r"[\s\-\u2010-\u2015.]", "", text.upper()).translate(_LOOKALIKES)
    if not re.fullmatch(rf"[0-9]{{4}}[{ALPHABET}]{{9}}", symbols) or _check(symbols[:12]) != symbols[12]:
        return None
    return f"{symbols[:4]}-{symbols[4:8]}-{symbols[8:12]}-{symbols[12]}"


def new_code() -> str:
    """Return a code of 40 random bits, such as 7H2F-9XRD."""
    symbols = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{symbols[:4]}-{symbols[4:]}"


def normalise_code(text: str) -> str | None:
    """Return the code that ``text`` means; None when it is none."""
    symbols = re.sub(r"[\s\-\u2010-\u2015.]", "", text.upper()).translate(_LOOKALIKES)
    return f"{symbols[:4]}-{symbols[4:]}" if re.fullmatch(rf"[{ALPHABET}]{{8}}", symbols) else None
