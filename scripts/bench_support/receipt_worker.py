"""Make the receipts and send the mails it is given, in a process of its own, and print what they took as JSON."""

from __future__ import annotations

import gc
import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest import mock


def cpu_ms(action: Callable[[], object]) -> float:
    """Return the CPU milliseconds of one call, in this process and in those it starts."""

    def spent() -> float:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + children.ru_utime + children.ru_stime

    started = spent()
    action()
    return (spent() - started) * 1000


def rss_mb() -> float:
    """Return the most memory this process has held."""
    status = Path("/proc/self/status")
    if status.exists():
        # getrusage would also count what the parent held when it forked.
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(peak.split()[1]) * 1024 / 1_000_000
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1_000_000


def pss_mb() -> float:
    """Return what this process holds now, with its part of what it shares (proportional set size)."""
    rollup = Path("/proc/self/smaps_rollup")
    if not rollup.exists():
        return rss_mb()
    line = next(line for line in rollup.read_text().splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) * 1024 / 1_000_000


def main(owed: list[str]) -> None:
    """Do the tasks, then draw the last receipt's own page with WeasyPrint alone."""
    import django

    django.setup()
    tasks = import_module("procedures.tasks")
    mails = import_module("messaging.tasks")
    idle = rss_mb()
    # As `manage.py work` does: what is shared is loaded, then the worker is forked.
    import_module("procedures.documents.issuing").warm()
    import_module("django.db").connections.close_all()
    gc.collect()
    gc.freeze()
    if worker := os.fork():
        _pid, status = os.waitpid(worker, 0)
        raise SystemExit(os.waitstatus_to_exitcode(status))
    receipts = [int(one.partition(":")[2]) for one in owed if one.startswith("receipt:")]
    for key in (int(one.partition(":")[2]) for one in owed if one.startswith("mail:")):
        mails.send(key)
    took = [cpu_ms(lambda key=key: tasks.issue_document(key)) for key in receipts[:-1]]  # type: ignore[misc]
    rss, pss = rss_mb(), pss_mb()
    page = page_of(lambda: tasks.issue_document(receipts[-1]))
    # WeasyPrint as its documentation shows it: the same page and style sheet, read each time; a plain PDF, then a
    # tagged one as ours is.
    draw: Any = import_module("weasyprint").HTML
    style = import_module("django.contrib.staticfiles.finders").find("css/receipt.css")
    plain = [cpu_ms(lambda: draw(**page).write_pdf(stylesheets=[style])) for _ in range(9)]
    tagged = [cpu_ms(lambda: draw(**page).write_pdf(stylesheets=[style], pdf_variant="pdf/ua-1")) for _ in range(9)]
    print(
        json.dumps(
            {
                "first_ms": took[0],
                "cpu_ms": statistics.median(took[3:]),
                "plain_ms": statistics.median(plain),
                "tagged_ms": statistics.median(tagged),
                "rss_mb": rss,
                "pss_mb": pss,
                "idle_mb": idle,
            }
        )
    )


def page_of(issue: Callable[[], object]) -> dict[str, Any]:
    """Return the page that a receipt gives WeasyPrint, caught on its way."""
    caught: dict[str, Any] = {}
    weasyprint: Any = import_module("weasyprint")
    drawn = weasyprint.HTML

    def catch(*args: Any, **kwargs: Any) -> Any:
        caught.update(kwargs)
        return drawn(*args, **kwargs)

    with mock.patch.object(weasyprint, "HTML", catch):
        issue()
    if "string" not in caught:
        raise RuntimeError("the receipt gives WeasyPrint no page: nothing to compare with")
    return caught


if __name__ == "__main__":
    main(sys.argv[1:])
