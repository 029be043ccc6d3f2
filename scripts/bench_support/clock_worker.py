"""Run the job of legal dates until nothing is due, in a process of its own, and print what it took as JSON."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from bench_support.receipt_worker import rss_mb


def main() -> None:
    """Catch up; say how many it told of, in how many queries, and the most memory that the process has held."""
    import django

    django.setup()
    connection = import_module("django.db").connection
    # The pages of the database that the system maps are its own, and those that are cached have a bound of their own (20 MB
    # by the settings): what the job itself holds is what is measured.
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA mmap_size=0")
        cursor.execute("PRAGMA cache_size=-2000")
    warn = import_module("procedures.lifecycle.legal_watch").warn
    told = queries = 0

    def count(execute: Any, *given: Any) -> Any:
        nonlocal queries
        queries += 1
        return execute(*given)

    # Counted, not kept: what the job holds is what is measured.
    with connection.execute_wrapper(count):
        while done := warn():
            told += done
    print(json.dumps({"told": told, "queries": queries, "rss_mb": rss_mb()}))


if __name__ == "__main__":
    main()
