"""One walk through a definition with some answers: what applies, what is kept, what is done, what stops here."""

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from datetime import date
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
    """A step that applies: its nodes that apply, whether every required answer is there, and what forbids going on."""

    step: "Step"
    nodes: list[tuple["Section", Field]] = field(default_factory=list)
    done: bool = True
    stop: "Stop | None" = None

    def passed(self, pending: Container[str]) -> bool:
        """Say whether one may go past: every answer valid, nothing typed left to correct, no stop."""
        return self.done and self.stop is None and self.step.id not in pending


@dataclass
class Trace:
    """The steps that apply, in order, and the answers kept: those of questions that apply, and those that follow."""

    steps: list[StepTrace] = field(default_factory=list)
    kept: Answers = field(default_factory=dict)

    def questions(self) -> Iterator[tuple["Step", "Section", Field]]:
        """Yield what has an answer, in order."""
        for traced in self.steps:
            for section, node in traced.nodes:
                if node.asked or node.derived:
                    yield traced.step, section, node

    def step(self, step_id: str) -> StepTrace | None:
        """Return a step that applies by its id."""
        return next((traced for traced in self.steps if traced.step.id == step_id), None)


def trace(definition: "ProcedureDefinition", answers: Answers, today: date | None = None) -> Trace:
    """Walk ``definition`` once; a hidden answer opens nothing further, a derived one is computed on the way."""
    day = today or timezone.localdate()
    found = Trace()
    kept = found.kept
    for step in definition.all_steps:
        if not applies(step.when, kept, day):
            continue
        here = StepTrace(step)
        for section in step.sections:
            if not applies(section.when, kept, day):
                continue
            for run in section.runs:
                if run.plain:
                    _pass(run, here, answers, kept)
                else:
                    _judge(run, here, answers, kept, day)
        here.stop = next((stop for stop in step.stops if applies(stop.when, kept, day)), None)
        if here.nodes:
            found.steps.append(here)
    return found


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
