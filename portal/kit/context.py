"""What every page shows: the town, its theme, the mode."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from town import models as town

from . import theme


def page(request: HttpRequest) -> dict[str, Any]:
    """Give templates the town and the address of its style sheet."""
    here = town.current()
    return {"town": here, "theme_url": theme.url(here), "demo_mode": settings.DEMO_MODE}
