"""JSON for programs: what the columns are, then one object a request, written as they are read."""

import json
from typing import IO, Any

from django.utils import timezone

from .cells import Column, Row, plain
from .layout import Layout
from .reading import Case

FORMAT = 1


class Writer:
    """Writes the requests of a layout one by one: nothing is held but the one being written."""

    def __init__(self, out: IO[bytes], layout: Layout) -> None:
        self._out, self._layout, self._count = out, layout, 0
        head = {
            "format": FORMAT,
            "fait_le": timezone.localtime().isoformat(timespec="seconds"),
            "secteur": layout.sector.code,
            "colonnes": [_column(column) for column in layout.common],
            "demarches": [
                {
                    "demarche": asked.procedure.slug,
                    "titre": asked.procedure.title,
                    "colonnes": [_column(column) for column in asked.questions.columns.columns],
                    "groupes": [
                        {
                            "groupe": group.id,
                            "titre": group.title,
                            "colonnes": [_column(column) for column in group.columns.columns],
                        }
                        for group in asked.questions.groups.values()
                    ],
                }
                for asked in layout.asked.values()
            ],
        }
        self._write(_dumped(head)[:-1] + ', "demandes": [')

    def add(self, case: Case) -> None:
        """Write a request: what it shares with all, its answers by column, its groups by their id."""
        entry: dict[str, Any] = _named(self._layout.common, self._layout.shared(case))
        asked = self._layout.asked.get(case.submission.procedure_id)
        if asked is not None:
            groups: dict[str, list[dict[str, Any]]] = {}
            for group, row in self._layout.rows(case):
                groups.setdefault(group, []).append(_named(asked.questions.groups[group].columns.columns, row))
            entry["reponses"] = _named(asked.questions.columns.columns, self._layout.answers(case))
            entry["groupes"] = groups
        self._write(("," if self._count else "") + "\n" + _dumped(entry))
        self._count += 1

    def end(self) -> None:
        """Close the list."""
        self._write("\n]}\n")

    def _write(self, text: str) -> None:
        self._out.write(text.encode())


def _named(columns: list[Column], row: Row) -> dict[str, Any]:
    return {column.key: plain(cell) for column, cell in zip(columns, row, strict=True) if cell is not None}


def _column(column: Column) -> dict[str, str]:
    said = {"cle": column.key, "titre": column.title, "type": column.kind}
    return said | {"question": column.question} if column.question else said


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
