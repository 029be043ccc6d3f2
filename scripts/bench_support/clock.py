"""The job of legal dates: what it costs to catch up with many open cases, and to look again when few are new."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from bench_support.cases import Cases
from bench_support.desk import an_agent
from bench_support.figures import cpu_ms, say, statements
from bench_support.filing import file_once
from bench_support.receipt_worker import rss_mb
from bench_support.world import World
from procedures.lifecycle.legal_watch import warn
from procedures.models import Submission
from tests.support.queue import drain

MANY = 100_000 if os.environ.get("FULL") else 2_000
FEW = 20


def run(world: World) -> None:
    """Build open cases, let the job catch up as after an outage, make a few dates new, and look again."""
    file_once(world)
    drain()
    agent = an_agent(world.procedure.department, "horloge@exemple.fr")
    last = Submission.objects.order_by("-pk")[0]
    Cases(last, [world.procedure.department], agent).grow(MANY)
    # What other sections built is over: these alone are looked at.
    Submission.objects.filter(pk__lte=last.pk).update(status="decided", outcome="granted", outcome_by="decision")
    mine = Submission.objects.filter(pk__gt=last.pk)
    mine.update(status="under_review", outcome="", outcome_by="")
    before, runs, sent = rss_mb(), 0, 0

    def count(execute: Any, *given: Any) -> Any:
        nonlocal sent
        sent += 1
        return execute(*given)

    # Counted, not kept: what the job holds is what is measured.
    with connection.execute_wrapper(count):
        while warn():
            runs += 1
    say("clock.catch_up.queries", value=sent, unit="queries", cases=MANY, runs=runs)
    say("clock.catch_up.rss_growth_mb", value=round(rss_mb() - before, 1), unit="MB", cases=MANY)
    fresh = list(mine.order_by("pk").values_list("pk", flat=True)[:FEW])
    Submission.objects.filter(pk__in=fresh).update(due_on=timezone.localdate() + timedelta(days=4))
    with statements() as again:
        warn()
    say("clock.few_new.queries", value=len(again), unit="queries", cases=MANY, new=FEW)
    say("clock.nothing_new.cpu_ms", value=round(min(cpu_ms(warn) for _ in range(5)), 1), unit="ms", cases=MANY)
