"""One walk through a definition with some answers: what applies, what is kept, what is done, what stops here.

A walk that follows another takes over from it each step that nothing changed since can change.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils import timezone

from .base import Answers, Json
from .conditions import applies
from .fields import Field

if TYPE_CHECKING:
    from .document import ProcedureDefinition, Section, Step, Stop

EMPTY: tuple[Json, ...] = (None, [], "")


@dataclass
class Run:
    """Questions of a section that follow each other: plain ones, which apply whatever was answered, or one that is not.

    The answer of a plain question is kept as it is: hundreds of them cost one look at each name.
    """

    plain: bool
    nodes: list[tuple["Section", Field]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    required: list[str] = field(default_factory=list)


def runs(section: "Section") -> list[Run]:
    """Return the questions of a section by runs, in order."""
    found: list[Run] = []
    for node in section.fields:
        plain = not node.conditions() and not node.derived and node.value_type != "rows"
        if not (plain and found and found[-1].plain):
            found.append(Run(plain))
        run = found[-1]
        run.nodes.append((section, node))
        run.asked += [node.id] if node.asked else []
        run.required += [node.id] if node.asked and node.required else []
    return found


@dataclass
class StepTrace:
    """A step as it stands: its nodes that apply, what is kept of it, whether it is complete, what forbids going on.

    One without nodes does not apply.
    """

    step: "Step"
    nodes: list[tuple["Section", Field]] = field(default_factory=list)
    kept: Answers = field(default_factory=dict)
    done: bool = True
    stop: "Stop | None" = None

    def passed(self, pending: Container[str]) -> bool:
        """Say whether one may go past: every answer valid, nothing typed left to correct, no stop."""
        return self.done and self.stop is None and self.step.id not in pending


@dataclass
class Trace:
    """The steps that apply, in order, and the answers kept: those of questions that apply, and those that follow.

    ``answers`` and ``day`` are those it was made of, ``walked`` every step, applying or not.
    """

    answers: Answers
    day: date
    walked: list[StepTrace] = field(default_factory=list)
    kept: Answers = field(default_factory=dict)

    @cached_property
    def steps(self) -> list[StepTrace]:
        """The steps that hold a question that applies."""
        return [traced for traced in self.walked if traced.nodes]

    def questions(self) -> Iterator[tuple["Step", "Section", Field]]:
        """Yield what has an answer, in order."""
        for traced in self.steps:
            for section, node in traced.nodes:
                if node.asked or node.derived:
                    yield traced.step, section, node

    def step(self, step_id: str) -> StepTrace | None:
        """Return a step that applies by its id."""
        return next((traced for traced in self.steps if traced.step.id == step_id), None)


def trace(
    definition: "ProcedureDefinition", answers: Answers, today: date | None = None, since: Trace | None = None
) -> Trace:
    """Walk ``definition`` once; a hidden answer opens nothing further, a derived one is computed on the way.

    ``since`` is an earlier walk through the same definition. Neither walk's answers may be changed in place.
    """
    day = today or timezone.localdate()
    found = Trace(answers, day)
    changed = _differing(since.answers, answers) if since is not None and since.day == day else None
    if since is not None and changed == set():
        return since
    for place, step in enumerate(definition.all_steps):
        before = None if since is None or changed is None else since.walked[place]
        if before is not None and changed is not None and changed.isdisjoint(step.watched):
            here = before
        else:
            here = _walk(step, answers, found.kept, day)
            if before is not None and changed is not None:
                changed |= _differing(before.kept, here.kept)
        found.walked.append(here)
        found.kept |= here.kept
    return found


def _differing(old: Answers, new: Answers) -> set[str]:
    if old == new:
        return set()
    return {name for name in old.keys() | new.keys() if name not in old or name not in new or old[name] != new[name]}


def _walk(step: "Step", answers: Answers, before: Answers, day: date) -> StepTrace:
    here = StepTrace(step)
    if not applies(step.when, before, day):
        return here
    known = dict(before)
    for section in step.sections:
        if not applies(section.when, known, day):
            continue
        for run in section.runs:
            if run.plain:
                _pass(run, here, answers, known)
            else:
                _judge(run, here, answers, known, day)
    here.kept = {name: known[name] for name in step.own if name in known}
    here.stop = next((stop for stop in step.stops if applies(stop.when, known, day)), None)
    return here


def _pass(run: Run, here: StepTrace, answers: Answers, kept: Answers) -> None:
    here.nodes += run.nodes
    for name in run.asked:
        if name in answers:
            kept[name] = answers[name]
        else:
            here.done = False
    if here.done:
        here.done = not any(answers[name] in EMPTY for name in run.required)


def _judge(run: Run, here: StepTrace, answers: Answers, kept: Answers, day: date) -> None:
    for section, node in run.nodes:
        if not applies(node.when, kept, day):
            continue
        here.nodes.append((section, node))
        if node.derived:
            value = node.derive(kept, day)
            if value is not None:
                kept[node.id] = value
        elif node.asked:
            if node.id not in answers:
                here.done = False
                continue
            value = kept[node.id] = node.kept(answers[node.id], kept, day)
            if value in EMPTY and node.needs(kept, day):
                here.done = False
