"""Text made comparable: lower case, no accents, no punctuation; whole numbers read from what a browser sends."""

import re
import unicodedata


def fold(text: str) -> str:
    """Return ``text`` lower-cased and unaccented, words parted by one space: "Élodie D’Œuf" → "elodie d oeuf"."""
    text = text.lower().replace("œ", "oe").replace("æ", "ae").replace("ß", "ss")
    if not text.isascii():
        text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return re.sub(r"[^\w]+", " ", text).replace("_", " ").strip()


def whole(text: str, otherwise: int = -1) -> int:
    """Return the whole number that ``text`` writes in at most eighteen plain digits; ``otherwise`` for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else otherwise
