"""Hours as people write them."""

import re
from datetime import time

_HOUR = re.compile(r"([01]?[0-9]|2[0-3])\s*(?:h|:|\.|heures?)\s*([0-5][0-9])?\s*(?:min|mn)?|([01]?[0-9]|2[0-3])", re.I)


def read_hour(text: str) -> time | None:
    """Return the hour of "9h", "9 h 30", "09:30", "9.30" or "9"; None where there is none."""
    match = _HOUR.fullmatch(re.sub(r"\s+", " ", text).strip())
    return time(int(match[1] or match[3]), int(match[2] or 0)) if match else None
