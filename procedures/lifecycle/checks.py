"""`manage.py check` says when files are accepted in production without being checked."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags, register


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
