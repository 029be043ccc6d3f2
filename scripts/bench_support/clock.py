"""The job of legal dates: what it costs to catch up with many open cases, and to look again when few are new."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from typing import Any

from django.utils import timezone

from bench_support.cases import Cases
from bench_support.desk import an_agent
from bench_support.figures import cpu_ms, say, statements
from bench_support.filing import file_once
from bench_support.world import World
from procedures.lifecycle.legal_watch import warn
from procedures.models import Submission
from tests.support.queue import drain

LITTLE = 2_000
MANY = 100_000 if os.environ.get("FULL") else 8_000
FEW = 20


def run(world: World) -> None:
    """Let the job catch up as after an outage with few open cases, then with many; make a few dates new, and look again."""
    file_once(world)
    drain()
    agent = an_agent(world.procedure.department, "horloge@exemple.fr")
    last = Submission.objects.order_by("-pk")[0]
    # What other sections built is over: these alone are looked at.
    Submission.objects.filter(pk__lte=last.pk).update(status="decided", outcome="granted", outcome_by="decision")
    mine = Submission.objects.filter(pk__gt=last.pk)
    few, many = (_caught_up(Cases(last, [world.procedure.department], agent), mine, count) for count in (LITTLE, MANY))
    growth = many["rss_mb"] - few["rss_mb"]
    say("clock.catch_up.queries", value=many["queries"], unit="queries", cases=MANY, told=many["told"])
    say("clock.catch_up.rss_growth_mb", value=round(growth, 1), unit="MB", cases=[LITTLE, MANY])
    fresh = list(mine.order_by("pk").values_list("pk", flat=True)[:FEW])
    Submission.objects.filter(pk__in=fresh).update(due_on=timezone.localdate() + timedelta(days=4))
    with statements() as again:
        warn()
    say("clock.few_new.queries", value=len(again), unit="queries", cases=MANY, new=FEW)
    say("clock.nothing_new.cpu_ms", value=round(min(cpu_ms(warn) for _ in range(5)), 1), unit="ms", cases=MANY)


def _caught_up(cases: Cases, mine: Any, count: int) -> dict[str, Any]:
    """Build so many open cases of which nothing was told, let a process of its own tell all, and return what it took."""
    before = mine.order_by("pk").last()
    # What they are made from is counted too.
    cases.grow(len(cases.references) + count)
    mine.update(status="closed", outcome="granted", outcome_by="decision")
    new = mine.filter(pk__gt=before.pk) if before else mine
    new.update(status="under_review", outcome="", outcome_by="")
    command = [sys.executable, "-m", "bench_support.clock_worker"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path[:2])}
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    took: dict[str, Any] = json.loads(done.stdout)
    return took
