"""Count the queries that knowing who may do what costs."""

import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

# Who is behind the session is read for any page, before anyone asks for a right.
_LOADERS = {("sessions.py", "_get_session_from_db"), ("backend.py", "get_user")}


class RightsWatch:
    """Notes the queries made while a function of a ``permissions.py`` runs, by its name."""

    def __init__(self) -> None:
        self.found: Counter[str] = Counter()

    def __call__(self, execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        """Let a query through, and note the right that asked for it."""
        frame, asked = sys._getframe(1), ""
        while frame is not None:
            place = (frame.f_code.co_filename.rsplit("/", 1)[-1], frame.f_code.co_name)
            if place in _LOADERS:
                asked = ""
                break
            if "permissions" in frame.f_code.co_filename:
                asked = place[1]
            frame = frame.f_back  # type: ignore[assignment]
        if asked:
            self.found[asked] += 1
        return execute(sql, *args)
