"""The tables of an export, each spooled on disk while requests are read once, then written one after the other."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import date, datetime
from io import TextIOWrapper
from typing import Any, Protocol

from procedures.lifecycle.content import temporary

from .cells import Cell, Column, Row
from .common import REFERENCE
from .layout import Layout
from .reading import Case

_BEAT = 5000  # rows
_NUMBER = Column("rang", "Rang", "number")


class Table:
    """One sheet: its name, its columns, its rows on disk."""

    def __init__(self, name: str, columns: list[Column], beat: Callable[[], None]) -> None:
        self.name, self.columns, self._beat = name, columns, beat
        self._lines = TextIOWrapper(temporary(), "utf-8")

    def add(self, row: Iterable[Cell]) -> None:
        """Add a row."""
        self._lines.write(json.dumps(list(row), default=_mark, ensure_ascii=False) + "\n")

    def rows(self) -> Iterator[Row]:
        """Yield the rows again, saying now and then that the work goes on."""
        self._lines.seek(0)
        for number, line in enumerate(self._lines):
            if number % _BEAT == 0:
                self._beat()
            yield json.loads(line, object_hook=_unmark)

    def weight(self) -> int:
        """Return how many bytes the rows take."""
        self._lines.flush()
        return os.fstat(self._lines.fileno()).st_size

    def headings(self) -> list[str]:
        """Return what heads each column; two questions of one label are told apart by their key."""
        titles = [column.title for column in self.columns]
        return [
            f"{column.title} [{column.key}]" if titles.count(column.title) > 1 else column.title
            for column in self.columns
        ]

    def close(self) -> None:
        """Let the rows go."""
        self._lines.close()


def _mark(value: Any) -> dict[str, str]:
    return {"at" if isinstance(value, datetime) else "on": value.isoformat()}


def _unmark(value: dict[str, str]) -> date | datetime:
    return datetime.fromisoformat(value["at"]) if "at" in value else date.fromisoformat(value["on"])


class Book(Protocol):
    """What a workbook is written from."""

    def all(self) -> list[Table]:
        """Return every table, the main one first."""

    def legend(self) -> Table:
        """Return the table that says what each column is."""


class Tables:
    """The tables of a layout. One procedure is one table; several have one each, beside that of what they share.

    Each repeated group has a table of its own, whose rows name their request.
    """

    def __init__(self, layout: Layout, beat: Callable[[], None]) -> None:
        self.layout, self._beat = layout, beat
        self._open = ExitStack()
        asked = layout.asked
        self._single = len(asked) == 1
        shared = [*layout.common]
        if self._single:
            shared += next(iter(asked.values())).questions.columns.columns
        self.requests = self.more("Demandes", shared)
        self.answers: dict[int, Table] = {}
        self.groups: dict[tuple[int, str], Table] = {}
        for key, one in asked.items():
            title = one.procedure.title
            if not self._single:
                self.answers[key] = self.more(title, [REFERENCE, *one.questions.columns.columns])
            for group in one.questions.groups.values():
                name = group.title if self._single else f"{group.title} – {title}"
                self.groups[key, group.id] = self.more(name, [REFERENCE, _NUMBER, *group.columns.columns])

    def more(self, name: str, columns: list[Column]) -> Table:
        """Return a new table, let go with the others."""
        table = Table(name, columns, self._beat)
        self._open.callback(table.close)
        return table

    def __enter__(self) -> "Tables":
        return self

    def __exit__(self, *_error: object) -> None:
        self._open.close()

    def all(self) -> list[Table]:
        """Return every table, that of the requests first."""
        return [self.requests, *self.answers.values(), *self.groups.values()]

    def legend(self) -> Table:
        """Return the table that says of each column which key it has, and which question it answers."""
        said = [
            Column("table", "Table"),
            Column("colonne", "Colonne"),
            Column("cle", "Clé"),
            Column("question", "Question"),
        ]
        table = self.more("Colonnes", said)
        for one in self.all():
            for column, heading in zip(one.columns, one.headings(), strict=True):
                table.add([one.name, heading, column.key, column.question or None])
        return table

    def add(self, case: Case) -> None:
        """Write a request in each table where it has rows."""
        key, layout = case.submission.procedure_id, self.layout
        row = layout.shared(case)
        if key in layout.asked:
            answers = layout.answers(case)
            if self._single:
                row += answers
            else:
                self.answers[key].add([case.submission.reference, *answers])
            self._add_groups(case)
        self.requests.add(row)

    def _add_groups(self, case: Case) -> None:
        key, ranks = case.submission.procedure_id, dict[str, int]()
        for group, row in self.layout.rows(case):
            ranks[group] = ranks.get(group, 0) + 1
            self.groups[key, group].add([case.submission.reference, ranks[group], *row])
