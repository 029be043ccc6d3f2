"""A reference table as a CSV file: written for a spreadsheet, read back with each fault said on its line."""

import csv
import io
import json
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from .tables import ReferenceRow, ReferenceTable

COLUMNS = ("value", "label", "hint", "parent", "position", "valid_from", "valid_until", "data")
_DATES = ("%Y-%m-%d", "%d/%m/%Y")
_MOST = 60_000


@dataclass
class Report:
    """What an import did, or would do."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    faults: list[str] = field(default_factory=list)


class Unreadable(ValueError):
    """A cell that cannot be read; the message says why."""


def written(table: ReferenceTable) -> str:
    """Return a table as CSV with semicolons, as French spreadsheets open it."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in table.rows.all():
        cells = [getattr(row, name) for name in COLUMNS[:-1]]
        cells.append(json.dumps(row.data, ensure_ascii=False) if row.data else "")
        writer.writerow(["" if cell is None else cell for cell in cells])
    return out.getvalue()


def text_of(content: bytes) -> str:
    """Return the text of a file in UTF-8 or, as older spreadsheets write it, in Windows-1252."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


@transaction.atomic
def read(table: ReferenceTable, content: bytes, *, dry_run: bool = False, complete: bool = False) -> Report:
    """Add and change the rows of a file; with ``complete``, remove those it lacks. A single fault, and nothing changes."""
    report, wanted = Report(), {}
    text = text_of(content)
    first = text.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if first.count(";") >= first.count(",") else ",")
    named = [(name or "").strip().lower() for name in reader.fieldnames or []]
    reader.fieldnames = named
    missing = [name for name in ("value", "label") if name not in named]
    strange = [name for name in named if name not in COLUMNS]
    if missing:
        report.faults.append(_("line 1: the column “%(name)s” is missing") % {"name": missing[0]})
    if strange:
        report.faults.append(_("line 1: the column “%(name)s” is not known") % {"name": strange[0]})
    if report.faults:
        return report
    for place, cells in enumerate(reader, start=1):
        line = reader.line_num
        if place > _MOST:
            report.faults.append(_("line %(line)d: the table is too long") % {"line": line})
            break
        if not any(isinstance(cell, str) and cell.strip() for cell in cells.values()):
            continue
        try:
            row = _row(table, {name: (cells.get(name) or "").strip() for name in COLUMNS}, place, cells)
            if row.value in wanted:
                raise Unreadable(_("the value “%(value)s” is used twice") % {"value": row.value})
            row.clean_fields(exclude=["table", "search"])
        except Unreadable as error:
            report.faults.append(_("line %(line)d: %(reason)s") % {"line": line, "reason": error})
        except ValidationError as error:
            name, reasons = next(iter(error.message_dict.items()))
            report.faults.append(
                _("line %(line)d: %(reason)s") % {"line": line, "reason": f"{name}: {' '.join(reasons)}"}
            )
        else:
            wanted[row.value] = row
    if not report.faults:
        _write(table, wanted, report, dry_run=dry_run, complete=complete)
    return report


def _row(table: ReferenceTable, cells: dict[str, str], place: int, raw: dict[str, object]) -> ReferenceRow:
    if None in raw:
        raise Unreadable(_("there are more cells than columns"))
    if "\ufffd" in "".join(cells.values()) or "\x00" in "".join(cells.values()):
        raise Unreadable(_("a character cannot be read: save the file in UTF-8"))
    if cells["position"] and not (cells["position"].isascii() and cells["position"].isdigit()):
        raise Unreadable(_("the position is a whole number"))
    row = ReferenceRow(
        table=table,
        **{name: cells[name] for name in ("value", "label", "hint", "parent")},
        position=int(cells["position"][:9] or place),
        valid_from=_day(cells["valid_from"]),
        valid_until=_day(cells["valid_until"]),
        data=_data(cells["data"]),
    )
    if row.valid_from and row.valid_until and row.valid_from > row.valid_until:
        raise Unreadable(_("it ends before it begins"))
    return row


def _day(text: str) -> date | None:
    if not text:
        return None
    for style in _DATES:
        try:
            return datetime.strptime(text, style).date()
        except ValueError:
            continue
    raise Unreadable(_("“%(text)s” is not a date: write 2026-01-31 or 31/01/2026") % {"text": text[:40]})


def _data(text: str) -> dict[str, object]:
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Unreadable(_("the data is not a JSON object"))
    return found


def _write(
    table: ReferenceTable, wanted: dict[str, ReferenceRow], report: Report, *, dry_run: bool, complete: bool
) -> None:
    known = {row.value: row for row in table.rows.all()}
    new = [row for value, row in wanted.items() if value not in known]
    changed = []
    for value in wanted.keys() & known.keys():
        if any(getattr(known[value], name) != getattr(wanted[value], name) for name in COLUMNS):
            wanted[value].pk = known[value].pk
            changed.append(wanted[value])
    gone = [known[value].pk for value in known.keys() - wanted.keys()] if complete else []
    report.added, report.changed, report.removed = len(new), len(changed), len(gone)
    if dry_run:
        return
    for row in (*new, *changed):
        row.fold()
    ReferenceRow.objects.bulk_create(new, batch_size=1000)
    ReferenceRow.objects.bulk_update(changed, [*COLUMNS, "search"], batch_size=500)
    for start in range(0, len(gone), 500):
        ReferenceRow.objects.filter(pk__in=gone[start : start + 500]).delete()
