"""Where a question is used in its definition: what a removal or a move would touch, told so that a page can lead there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from .document import ProcedureDefinition
from .language import Condition, Test, leaves, references
from .letter import ANSWER, chips_of

Kind = Literal["step", "section", "field", "stop", "letter", "rule", "state", "transition"]


@dataclass(frozen=True)
class Use:
    """A part of a definition that reads an answer: its kind, its id, and the name that people know it by."""

    kind: Kind
    id: str
    words: str


def readings(definition: ProcedureDefinition) -> Iterator[tuple[Use, frozenset[str]]]:
    """Yield each part of a definition that may read answers, in order, with the ids of the questions that it reads."""
    for step in definition.steps:
        yield Use("step", step.id, step.title), references(step.when)
        for section in step.sections:
            yield Use("section", section.id, section.title or step.title), references(section.when)
            for top in section.fields:
                for field in (top, *top.inner()):
                    yield Use("field", field.id, field.name), field.reads
        for stop in step.stops:
            yield Use("stop", stop.id, stop.title), references(stop.when)
    for letter in definition.letters.templates:
        named = {chip.removeprefix(ANSWER) for chip in chips_of(letter) if chip.startswith(ANSWER)}
        yield (
            Use("letter", letter.id, letter.id),
            frozenset(named.union(*(references(one.when) for one in letter.blocks))),
        )
    for rule in definition.rules:
        yield Use("rule", rule.id, rule.title), references(rule.when)


def uses_of(
    definition: ProcedureDefinition, names: Iterable[str], *, outside: Iterable[tuple[str, str]] = ()
) -> list[Use]:
    """Return what reads one of the questions ``names``, the parts ``outside`` (kind, id) left aside."""
    wanted, aside = frozenset(names), frozenset(outside)
    return [use for use, reads in readings(definition) if reads & wanted and (use.kind, use.id) not in aside]


def values_used(definition: ProcedureDefinition, field_id: str) -> dict[str, list[Use]]:
    """Return which answers of one question are named by conditions, each with the parts that name it."""
    found: dict[str, list[Use]] = {}
    for use, conditions in _conditions(definition):
        for condition in conditions:
            for leaf in leaves(condition):
                if isinstance(leaf, Test) and leaf.field == field_id and not leaf.part:
                    for value in leaf.value if isinstance(leaf.value, list) else [leaf.value]:
                        if isinstance(value, str) and use not in found.setdefault(value, []):
                            found[value].append(use)
    return found


def _conditions(definition: ProcedureDefinition) -> Iterator[tuple[Use, list[Condition]]]:
    for step in definition.steps:
        yield Use("step", step.id, step.title), _some(step.when)
        for section in step.sections:
            yield Use("section", section.id, section.title or step.title), _some(section.when)
            for top in section.fields:
                for field in (top, *top.inner()):
                    yield Use("field", field.id, field.name), field.conditions()
        for stop in step.stops:
            yield Use("stop", stop.id, stop.title), [stop.when]
    for letter in definition.letters.templates:
        yield Use("letter", letter.id, letter.id), [one.when for one in letter.blocks if one.when is not None]
    for rule in definition.rules:
        yield Use("rule", rule.id, rule.title), _some(rule.when)


def _some(condition: Condition | None) -> list[Condition]:
    return [] if condition is None else [condition]
