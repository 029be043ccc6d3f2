"""Make the receipts and send the mails it is given, in a process of its own, and print what they took as JSON."""

from __future__ import annotations

import json
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


def main(owed: list[str]) -> None:
    """Do the tasks, then draw the last receipt's own page with WeasyPrint alone."""
    import django

    django.setup()
    tasks = import_module("procedures.tasks")
    mails = import_module("messaging.tasks")
    idle = rss_mb()
    receipts = [int(one.partition(":")[2]) for one in owed if one.startswith("receipt:")]
    for key in (int(one.partition(":")[2]) for one in owed if one.startswith("mail:")):
        mails.send(key)
    took = [cpu_ms(lambda key=key: tasks.issue_document(key)) for key in receipts[:-1]]  # type: ignore[misc]
    rss = rss_mb()
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
