"""The list for the archives as a spreadsheet (bordereau): service, what, dates, volume, rule, and the place of the visa.

French whatever the language of the page: it is shown to the archives (ARC-02; code du patrimoine L212-2, L212-3).
"""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from typing import IO

from django.db.models import Count, Sum
from django.utils import timezone

from procedures.lifecycle import archives
from procedures.models import ArchiveItem, ArchiveList, StoredFile
from town import models as town

from .exporting import ods_format
from .exporting.cells import Cell, Column
from .exporting.tables import Table

COLUMNS = [
    Column("reference", "Demande"),
    Column("title", "Nature"),
    Column("received_on", "Reçue le", "date"),
    Column("ended_on", "Terminée le", "date"),
    Column("kept_until", "Conservée jusqu’au", "date"),
    Column("rule", "Règle"),
    Column("state", "État"),
]
_HEADINGS = [Column("heading", "Mention"), Column("value", "Valeur")]


def heading(made: ArchiveList) -> list[tuple[str, str]]:
    """Return what the list says of itself, one line each."""
    here, service = town.current(), made.department
    first, last, count = _extremes(made)
    files = StoredFile.objects.filter(document__submission__archive_items__list=made, destroyed_at=None)
    joined = StoredFile.objects.filter(answer_link__submission__archive_items__list=made, destroyed_at=None)
    number, weight = 0, 0
    for found in (files, joined):
        said = found.aggregate(number=Count("pk"), weight=Sum("size"))
        number, weight = number + said["number"], weight + (said["weight"] or 0)
    return [
        ("Bordereau", f"{made.number}, {'versement' if made.is_transfer else 'élimination'}"),
        ("Commune", f"{here.name} ({here.siret})" if here.siret else here.name),
        ("Service producteur", f"{service.name}, {service.entity.name}"),
        ("Demandes", str(count)),
        ("Dates extrêmes", f"{first} – {last}"),
        ("Volume", f"{number} fichiers, {weight} octets"),
        ("Établi le", _said(timezone.localdate(made.made_at))),
        ("Établi par", made.made_by_name),
        ("Visa ou réponse des archives", made.answered_by),
        ("Référence", made.answer_reference),
        ("Date", _said(made.answered_on) if made.answered_on else ""),
    ]


def _extremes(made: ArchiveList) -> tuple[str, str, int]:
    days = list(made.items.order_by("ended_on").values_list("ended_on", flat=True))
    return (_said(days[0]), _said(days[-1]), len(days)) if days else ("", "", 0)


def _said(day: date) -> str:
    return f"{day:%d/%m/%Y}"


class _Book:
    def __init__(self, made: ArchiveList, stack: ExitStack) -> None:
        self._sheet, self._legend = self._table("Demandes", COLUMNS, stack), self._table("Bordereau", _HEADINGS, stack)
        for line in _lines(archives.rows(made)):
            self._sheet.add(line)
        for name, value in heading(made):
            self._legend.add([name, value])

    def _table(self, name: str, columns: list[Column], stack: ExitStack) -> Table:
        table = Table(name, columns, lambda: None)
        stack.callback(table.close)
        return table

    def all(self) -> list[Table]:
        """Return the sheet of the requests."""
        return [self._sheet]

    def legend(self) -> Table:
        """Return what the list says of itself."""
        return self._legend


def _lines(items: Iterator[ArchiveItem]) -> Iterator[list[Cell]]:
    for item in items:
        yield [
            item.submission.reference,
            item.submission.procedure.title,
            timezone.localdate(item.submission.received_at),
            item.ended_on,
            item.kept_until,
            item.rule,
            item.get_state_display(),
        ]


def write_ods(out: IO[bytes], made: ArchiveList) -> None:
    """Write the list as a spreadsheet of two sheets: the requests, and what the list says of itself."""
    with ExitStack() as stack:
        ods_format.write(out, _Book(made, stack))
