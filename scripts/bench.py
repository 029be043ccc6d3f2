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
# Each section with the figures it owes: one that cannot be taken is named, never left out.
SECTIONS = {
    "filing": [
        "filing.step_get.vs_stock_wizard",
        "filing.step_post.vs_stock_wizard",
        *(f"filing.whole.{part}" for part in ("requests", "queries", "web_cpu_ms", "total_cpu_ms", "bytes")),
        "filing.first_page_kb",
    ],
    "receipt": [
        "receipt.cpu_ms",
        "receipt.vs_weasyprint",
        "receipt.worker_pss_mb",
        "receipt.rss_growth_mb",
        "receipt.two_workers",
    ],
    "home": ["portal.home.vs_plain_page"],
    "login": ["login.vs_django"],
    "engine": [
        *(
            f"engine.parse_{what}.{part}"
            for what in ("513_fields", "44575_options")
            for part in ("cold_ms", "cached_ms")
        ),
        *(f"engine.step_{verb}.growth_513" for verb in ("get", "post")),
        "engine.analysis_500_conditions.cpu_ms",
        "engine.import_largest.cpu_s",
        *(f"engine.search_{what}.cpu_ms" for what in ("44575_options", "communes")),
        "engine.page_kb.long_list",
    ],
    "desk": [
        f"desk.{page}.{part}"
        for part in ("queries", "rights_queries", "growth_1m")
        for page in ("inbox", "search", "case")
    ],
    "studio": [
        "studio.page.gzip_kb",
        "studio.page.cpu_ms",
        "studio.save.cpu_ms",
        "studio.save.queries",
        "studio.diff.cpu_ms",
    ],
    "export": ["desk.export.rss_growth_mb"],
    "clock": [
        "clock.catch_up.queries",
        "clock.catch_up.rss_growth_mb",
        "clock.few_new.queries",
        "clock.nothing_new.cpu_ms",
    ],
}
# Set on the machine, these would measure something else, or write to real data.
FORGOTTEN = ("DATABASE_URL", "CACHE_URL", "STATIC_ROOT", "SECRET_KEY", "EMAIL_URL", "DEBUG", "MAIL_TRANSPORT")


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
            missing: dict[str, str] = {}
            try:
                import_module(f"bench_support.{section}").run(world)
            except figures.Skip as skip:
                missing = {"skipped": str(skip)}
            except Exception as error:
                failed = True
                missing = {"error": f"{type(error).__name__}: {error}"}
            for name in SECTIONS[section]:
                if name not in figures.said:
                    figures.say(name, **(missing or {"error": "the bench did not take it"}))
    return 1 if failed else 0


if __name__ == "__main__":
    unknown = set(sys.argv[1:]) - set(SECTIONS)
    if unknown:
        sys.exit(f"{__doc__}\nThe sections are: {', '.join(SECTIONS)}.")
    sys.exit(main(sys.argv[1:] or list(SECTIONS)))
