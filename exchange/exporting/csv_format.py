"""CSV as French spreadsheets open it: UTF-8 with its mark, semicolons, decimal commas, and no cell that computes."""

import csv
import zipfile
from collections.abc import Iterable
from datetime import datetime
from io import TextIOWrapper
from typing import IO

from django.utils.text import slugify

from .cells import Cell
from .tables import Table, Tables

# What a spreadsheet reads as a formula at the start of a text, full-width signs included (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write(out: IO[bytes], tables: Tables) -> str:
    """Write one table as it is, several as a ZIP with the list of their columns; return the end of the file's name."""
    found = tables.all()
    if len(found) == 1:
        _write_table(out, found[0])
        return "csv"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        write_all(archive, [*found, tables.legend()])
    return "zip"


def write_all(archive: zipfile.ZipFile, tables: Iterable[Table]) -> None:
    """Write each table as a file of an archive."""
    taken: set[str] = set()
    for table in tables:
        with archive.open(f"{_file_name(table.name, taken)}.csv", "w", force_zip64=True) as raw:
            _write_table(raw, table)


def _write_table(out: IO[bytes], table: Table) -> None:
    text = TextIOWrapper(out, "utf-8-sig", newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([_cell(heading) for heading in table.headings()])
    writer.writerows([_cell(cell) for cell in row] for row in table.rows())
    text.detach()


def _cell(value: Cell) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "oui" if value else "non"
        case float():
            return repr(value).replace(".", ",")
        case datetime():
            return value.isoformat(sep=" ")
        case str():
            return neutral(value)
        case _:
            return str(value)


def neutral(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe goes before a sign that begins one."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _file_name(name: str, taken: set[str]) -> str:
    base = slugify(name)[:60] or "table"
    found = next(one for one in (base, *(f"{base}-{n}" for n in range(2, 9999))) if one not in taken)
    taken.add(found)
    return found
