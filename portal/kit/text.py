"""Text made comparable: lower case, no accents, no punctuation."""

import re
import unicodedata


def fold(text: str) -> str:
    """Return ``text`` lower-cased and unaccented, words parted by one space: "Élodie D’Œuf" → "elodie d oeuf"."""
    text = text.lower().replace("œ", "oe").replace("æ", "ae").replace("ß", "ss")
    if not text.isascii():
        text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return re.sub(r"[^\w]+", " ", text).replace("_", " ").strip()
