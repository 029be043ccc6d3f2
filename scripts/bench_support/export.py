"""Exports: how much more memory the worker takes for more requests, and what one request costs it, in each format."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from django_q.models import OrmQ

from accounts.models import User
from accounts.permissions import Actor
from bench_support.cases import Cases
from bench_support.desk import an_agent
from bench_support.figures import say
from bench_support.filing import file_once
from bench_support.world import World
from exchange import verbs
from exchange.models import Export
from procedures.desk.view import View
from procedures.models import Submission
from tests.support import samples
from tests.support.queue import drain

FEW = 2_000
MANY = 100_000 if os.environ.get("FULL") else 6_000
TABLES = [Export.Format.CSV, Export.Format.XLSX, Export.Format.ODS, Export.Format.JSON]


def run(world: World) -> None:
    """Make each export of few requests, then of many, each in a process of its own, as the worker would."""
    department = samples.department("exports", "Exports")
    agent = an_agent(department, "exports@exemple.fr")
    file_once(world)
    drain()
    template, took = Submission.objects.order_by("-pk")[0], []
    for more in (FEW, MANY - FEW):
        # One more: the pile counts the case that it is made from, which is another department's.
        Cases(template, [department], agent).grow(more + 1)
        took.append({kind: made(agent, kind) for kind in TABLES})
    few, many = took
    growth = {kind: many[kind]["rss_mb"] - few[kind]["rss_mb"] for kind in TABLES}
    for kind in TABLES:
        say(f"desk.export.{kind}.rss_growth_mb", value=round(growth[kind], 1), unit="MB", cases=[FEW, MANY])
        say(f"desk.export.{kind}.rss_mb", value=round(many[kind]["rss_mb"], 1), unit="MB", cases=MANY)
        say(f"desk.export.{kind}.cpu_ms", value=round(many[kind]["cpu_ms"] / MANY, 3), unit="ms a request")
        say(f"desk.export.{kind}.mb", value=round(many[kind]["size_mb"], 1), unit="MB", cases=MANY)
    say("desk.export.rss_growth_mb", value=round(max(growth.values()), 1), unit="MB", cases=[FEW, MANY])


def made(agent: User, kind: str) -> dict[str, float]:
    """Ask for all that an agent sees in one format, let a process of its own make it, and return what that took."""
    wanted = verbs.Wanted(kind, identity=True, answers=True, sensitive=False)
    export, _new = verbs.ask(Actor(user=agent), View(state="all"), wanted)
    OrmQ.objects.all().delete()
    command = [sys.executable, "-m", "bench_support.export_worker", str(export.pk)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path[:2])}
    done = subprocess.run(command, env=environment, check=False, stdout=subprocess.PIPE, text=True)
    export.refresh_from_db()
    if done.returncode or export.state != Export.State.DONE or export.size is None:
        raise RuntimeError(f"the {kind} is not made: {export.state}, {export.last_error or export.reason}")
    took: dict[str, float] = json.loads(done.stdout)
    size = export.size / 1_000_000
    verbs.remove(export)
    return {**took, "size_mb": size}
