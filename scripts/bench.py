#!/usr/bin/env python3
"""Measure the portal: bench.py [SECTION…], one JSON object a line; FULL=1 builds a million cases.

CPU is the process's own time, in calls of the WSGI application without a server: the least of several rounds' medians.
"""

from __future__ import annotations

import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECTIONS = ["filing", "receipt", "home", "desk"]
# Set on the machine, these would measure something else, or write to real data.
FORGOTTEN = ("DATABASE_URL", "STATIC_ROOT", "SECRET_KEY", "EMAIL_URL", "DEBUG", "MAIL_TRANSPORT")


def main(wanted: list[str]) -> int:
    """Run the sections; a figure that cannot be taken is said, and fails the run."""
    for name in FORGOTTEN:
        os.environ.pop(name, None)
    sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]
    with tempfile.TemporaryDirectory(prefix="portail-bench-") as folder:
        os.environ.update(
            PORTAL_MODE="test", DATA_DIR=folder, DJANGO_SETTINGS_MODULE="bench_support.settings", LOG_LEVEL="ERROR"
        )
        import django

        django.setup()
        from bench_support import figures
        from bench_support.world import build

        world, failed = build(), False
        for section in wanted:
            module = import_module(f"bench_support.{section}")
            figures.OWED = list(module.OWED)
            try:
                module.run(world)
            except figures.Skip as skip:
                figures.say_owed(skipped=str(skip))
            except Exception as error:
                failed = True
                figures.say_owed(error=f"{type(error).__name__}: {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    unknown = set(sys.argv[1:]) - set(SECTIONS)
    if unknown:
        sys.exit(f"{__doc__}\nThe sections are: {', '.join(SECTIONS)}.")
    sys.exit(main(sys.argv[1:] or SECTIONS))
