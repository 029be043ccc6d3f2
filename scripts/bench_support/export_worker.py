"""Make the export it is given, in a process of its own, and print what it took as JSON."""

from __future__ import annotations

import json
import sys
from importlib import import_module

from bench_support.receipt_worker import cpu_ms, rss_mb


def main(key: int) -> None:
    """Do the task, and say its CPU and the most memory that the process has held."""
    import django

    django.setup()
    # The pages of the database that the system maps are its own, given back when it wants them: they are not counted.
    with import_module("django.db").connection.cursor() as cursor:
        cursor.execute("PRAGMA mmap_size=0")
    tasks = import_module("exchange.tasks")
    print(json.dumps({"cpu_ms": cpu_ms(lambda: tasks.make_export(key)), "rss_mb": rss_mb()}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
