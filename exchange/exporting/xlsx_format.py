"""XLSX, one sheet a table: days are days, numbers are numbers, and a text is never a formula.

XlsxWriter keeps one row in memory.
"""

from datetime import date, datetime
from typing import IO

from django.conf import settings
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from .cells import Cell
from .sheets import TEXT, cut, held, parts, sheet_name
from .tables import Table, Tables

_WIDTHS = {"date": 11, "datetime": 17, "number": 10, "boolean": 8}


def write(out: IO[bytes], tables: Tables) -> str:
    """Write the workbook; return the end of the file's name."""
    options = {
        "constant_memory": True,
        "tmpdir": settings.FILE_UPLOAD_TEMP_DIR,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(out, options) as book:
        book.use_zip64()
        styles = {
            "date": book.add_format({"num_format": "dd/mm/yyyy"}),
            "datetime": book.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
            "heading": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
        }
        taken: set[str] = set()
        for table in [*tables.all(), tables.legend()]:
            for rows in parts(table):
                sheet = _sheet(book, table, styles, taken)
                for place, row in enumerate(rows, 1):
                    for column, cell in enumerate(row):
                        _write_cell(sheet, place, column, cell, styles)
    return "xlsx"


def _sheet(book: Workbook, table: Table, styles: dict[str, Format], taken: set[str]) -> Worksheet:
    sheet = book.add_worksheet(sheet_name(table.name, taken))
    sheet.freeze_panes(1, 1)
    for column, kind in enumerate(one.kind for one in table.columns):
        sheet.set_column(column, column, _WIDTHS.get(kind, 24))
    for column, heading in enumerate(table.headings()):
        sheet.write_string(0, column, cut(heading, TEXT), styles["heading"])
    return sheet


def _write_cell(sheet: Worksheet, row: int, column: int, cell: Cell, styles: dict[str, Format]) -> None:
    match held(cell):
        case None:
            pass
        case str(text):
            sheet.write_string(row, column, text)
        case datetime() as moment:
            sheet.write_datetime(row, column, moment, styles["datetime"])
        case date() as day:
            sheet.write_datetime(row, column, day, styles["date"])
        case number:
            sheet.write_number(row, column, number)
