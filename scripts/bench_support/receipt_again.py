"""Draw and seal the same receipt many times in a process of its own; print what it held before and after, and how long it took.

It says "ready" once it is warm, and begins when it is told to: several then run over the same seconds.
"""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from pathlib import Path

WARM = 10


def held_mb() -> float:
    """Return what this process holds now."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024 / 1_000_000


def main(key: int, times: int) -> None:
    """Draw ``times`` receipts of the document ``key``, after a few to warm up."""
    import django

    django.setup()
    models = import_module("procedures.models")
    receipt, seal = (import_module(f"procedures.documents.{name}") for name in ("receipt", "seal"))
    document = models.Document.objects.select_related("submission", "answer_set").get(pk=key)

    def make() -> None:
        sealer = seal.sealer()
        seal.put(receipt.pdf(document, sealer.certificate.name), sealer)

    for _ in range(WARM):
        make()
    print("ready", flush=True)
    sys.stdin.readline()
    before, started = held_mb(), time.perf_counter()
    for _ in range(times):
        make()
    print(json.dumps({"seconds": time.perf_counter() - started, "growth_mb": held_mb() - before}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
