"""How a figure is taken and said: CPU time of this process, least of several rounds' medians, one JSON object a line."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

Action = Callable[[], object]


class Skip(Exception):
    """Today's product does not have what this figure measures; the reason is printed in its place."""


said: set[str] = set()


def say(name: str, **parts: Any) -> None:
    """Print one line."""
    said.add(name)
    print(json.dumps({"name": name, **parts}, ensure_ascii=False), flush=True)


def cpu_ms(action: Action) -> float:
    """Return the CPU milliseconds of one call."""
    started = time.process_time()
    action()
    return (time.process_time() - started) * 1000


def least(*actions: Action, rounds: int = 15, times: int = 15) -> list[float]:
    """Return, for each action, the least of the rounds' medians: the figure that a busy machine hardly moves.

    The actions take turns inside each round, so that a ratio of two of them compares like with like.
    """
    for action in actions:
        for _ in range(5):
            action()
    medians: list[list[float]] = [[] for _ in actions]
    for _ in range(rounds):
        for kept, action in zip(medians, actions, strict=True):
            kept.append(statistics.median(cpu_ms(action) for _ in range(times)))
    return [min(kept) for kept in medians]


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect the SQL statements sent meanwhile, savepoints included, BEGIN and COMMIT left out as on PostgreSQL."""
    sent: list[str] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith("BEGIN"):
            sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield sent
