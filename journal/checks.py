"""`manage.py check --database default` verifies that every guard is in place."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from . import guards


@register(Tags.database)
def guards_are_installed(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Name each missing guard."""
    return [
        Error(
            f"The guard {name} is missing: settled rows could be changed.",
            hint="Run manage.py migrate: it reinstalls the guards.",
            id="journal.E001",
        )
        for alias in databases or []
        for name in guards.missing(connections[alias])
    ]
