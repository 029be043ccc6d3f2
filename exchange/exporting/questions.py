"""The columns of answers: the union of the questions over the versions of a procedure, in the order of its steps.

A column is told from another by the id of its question, its type, and the part of the answer that it holds: a question
that changes its label keeps its column, and one that changes its type gets another.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.text import slugify

from procedures.definition.base import Answers
from procedures.definition.document import ProcedureDefinition
from procedures.definition.fields import Field, GroupField

from .cells import Column, Row, typed

Slot = tuple[str, str, str]


def slots_of(question: Field) -> list[tuple[Slot, str, str]]:
    """Return the columns that a question fills: what tells each from another, its heading and its kind."""
    headings = question.export_columns()
    parts: list[str] = list(question.parts.values())
    kinds: list[str]
    if len(headings) == 1 and question.value_type != "parts":
        kinds = ["number" if question.value_type == "rows" else question.value_type]
    else:
        kinds = parts if len(parts) == len(headings) else ["text"] * len(headings)
    return [
        ((question.id, question.type, heading.removeprefix(question.name)), heading, kind)
        for heading, kind in zip(headings, kinds, strict=True)
    ]


@dataclass
class Columns:
    """The columns of some questions over several versions; those of the newest give the headings and the order."""

    prefix: str = ""
    columns: list[Column] = field(default_factory=list)
    _slots: list[Slot] = field(default_factory=list)
    _keys: set[str] = field(default_factory=set)
    # By version and question, where its parts go: worked out once.
    _places: dict[tuple[str, str], list[tuple[int, str]]] = field(default_factory=dict)

    def add(self, questions: Iterable[Field]) -> None:
        """Take in the questions of one version, the newest first: what it alone asks comes after what it follows."""
        place = 0
        for question in questions:
            for slot, heading, kind in slots_of(question):
                if slot in self._slots:
                    place = self._slots.index(slot) + 1
                    continue
                self._slots.insert(place, slot)
                self.columns.insert(place, Column(self._key(slot), heading, kind, self.prefix + question.id))
                place += 1

    def _key(self, slot: Slot) -> str:
        identifier, kind, part = slot
        name = f"{identifier}.{slugify(part)}" if part else identifier
        key = next(one for one in (name, f"{name}.{kind}", *(f"{name}.{n}" for n in range(2, 9999))) if self._free(one))
        self._keys.add(key)
        return self.prefix + key

    def _free(self, key: str) -> bool:
        return key not in self._keys

    def row(self, version: str, questions: Iterable[Field], answers: Answers) -> Row:
        """Return the cells of some answers, by the questions of their own version."""
        row: Row = [None] * len(self.columns)
        for question in questions:
            if question.id not in answers:
                continue
            places = self._places.get((version, question.id))
            if places is None:
                places = [(self._slots.index(slot), kind) for slot, _heading, kind in slots_of(question)]
                self._places[version, question.id] = places
            for (place, kind), value in zip(places, question.export(answers[question.id]), strict=True):
                row[place] = typed(value, kind)
        return row


@dataclass
class Group:
    """The rows of one repeated group: what is asked in each, over the versions."""

    id: str
    title: str
    columns: Columns


class Questions:
    """What one procedure asks, over the versions that the view holds; sensitive questions only where they may leave."""

    def __init__(self, versions: list[tuple[str, ProcedureDefinition]], *, sensitive: bool) -> None:
        self.columns = Columns()
        self.groups: dict[str, Group] = {}
        self._definitions = dict(versions)
        self._asked: dict[tuple[str, bool], list[Field]] = {}
        for version, _definition in versions:
            asked = self.asked(version, sensitive=sensitive)
            self.columns.add(asked)
            for question in asked:
                if isinstance(question, GroupField):
                    new = Group(question.id, question.name, Columns(prefix=f"{question.id}."))
                    group = self.groups.setdefault(question.id, new)
                    group.columns.add(_kept(question.fields, sensitive=sensitive))

    def asked(self, version: str, *, sensitive: bool) -> list[Field]:
        """Return the questions of a version, the applicant's identity aside: it has columns of its own."""
        known = self._asked.get((version, sensitive))
        if known is None:
            every = [question for step in self._definitions[version].steps for question in step.fields]
            known = self._asked[version, sensitive] = _kept(every, sensitive=sensitive)
        return known

    def row(self, version: str, answers: Answers, *, sensitive: bool) -> Row:
        """Return the cells of what was answered, a repeated group giving the number of its rows."""
        return self.columns.row(version, self.asked(version, sensitive=sensitive), answers)

    def rows(self, version: str, answers: Answers, *, sensitive: bool) -> Iterator[tuple[str, Row]]:
        """Yield each row of each repeated group, with the id of its group."""
        for question in self.asked(version, sensitive=sensitive):
            if isinstance(question, GroupField):
                inside = _kept(question.fields, sensitive=sensitive)
                for row in answers.get(question.id) or []:
                    yield question.id, self.groups[question.id].columns.row(version, inside, row)


def _kept(questions: Iterable[Field], *, sensitive: bool) -> list[Field]:
    return [question for question in questions if sensitive or not question.sensitive]
