"""The settings of the bench: the portal's own, with the pages it is compared with added."""

from pathlib import Path

from portal.settings import *  # noqa: F403 everything is the portal's own
from portal.settings import TEMPLATES

ROOT_URLCONF = "bench_support.urls"
TEMPLATES[0]["DIRS"] = [*TEMPLATES[0]["DIRS"], Path(__file__).resolve().parent / "templates"]
