"""`manage.py check` says when files are accepted in production without being checked, and when searches miss what changed."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags, register
from django.db import connections

from ..models import search


@register(Tags.security)
def files_are_scanned(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Warn where production runs without a scanner."""
    if not settings.PRODUCTION or not settings.FILE_SCANNER.endswith(".NullScanner"):
        return []
    return [
        checks.Warning(
            "The files that people send are not checked for viruses.",
            hint="Install clamav-daemon, then set FILE_SCANNER=procedures.lifecycle.scanning.ClamAvScanner and "
            "CLAMAV_SOCKET=/run/clamav/clamd.ctl (or tcp://host:port).",
            id="procedures.W001",
        )
    ]


@register(Tags.database)
def the_search_index_is_kept(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say where requests that change would no longer be found."""
    return [
        checks.Error(
            f"The trigger {name} is missing: a search would not find what has changed.",
            hint="Run manage.py migrate: it puts it back.",
            id="procedures.E001",
        )
        for alias in databases or []
        for name in search.missing(connections[alias])
    ]
