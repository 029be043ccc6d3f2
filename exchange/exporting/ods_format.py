"""ODS (ODF 1.2, ISO/IEC 26300), one sheet a table, written cell by cell: see docs/decisions/0018 for why not a library.

A reader takes a cell for what its type says, so that a text is never a formula.
"""

import re
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from io import TextIOWrapper
from typing import IO, TextIO
from xml.sax.saxutils import escape, quoteattr

from .cells import Cell
from .sheets import TEXT, cut, held, parts, sheet_name
from .tables import Book, Table

_MIME = "application/vnd.oasis.opendocument.spreadsheet"
_NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office",
        "table": "table",
        "text": "text",
        "style": "style",
        "fo": "xsl-fo-compatible",
        "number": "datastyle",
        "config": "config",
        "manifest": "manifest",
    }.items()
)
_NAMES += ' xmlns:ooo="http://openoffice.org/2004/office"'
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_MANIFEST = f"""{_XML}<manifest:manifest {_NAMES} manifest:version="1.2">
<manifest:file-entry manifest:full-path="/" manifest:version="1.2" manifest:media-type="{_MIME}"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>
<manifest:file-entry manifest:full-path="settings.xml" manifest:media-type="text/xml"/>
</manifest:manifest>"""
_WIDTHS = {"date": "2.4cm", "datetime": "3.4cm", "number": "2.2cm", "boolean": "1.8cm", "text": "5cm"}
_DAY = '<number:day number:style="long"/><number:text>/</number:text><number:month number:style="long"/>'
_DAY += '<number:text>/</number:text><number:year number:style="long"/>'
_HOUR = '<number:text> </number:text><number:hours number:style="long"/><number:text>:</number:text>'
_HOUR += '<number:minutes number:style="long"/>'
_HEAD = f"""{_XML}<office:document-content {_NAMES} office:version="1.2"><office:automatic-styles>
<number:date-style style:name="day">{_DAY}</number:date-style>
<number:date-style style:name="moment">{_DAY}{_HOUR}</number:date-style>
<style:style style:name="date" style:family="table-cell" style:data-style-name="day"/>
<style:style style:name="datetime" style:family="table-cell" style:data-style-name="moment"/>
<style:style style:name="heading" style:family="table-cell"><style:table-cell-properties fo:wrap-option="wrap"/>\
<style:text-properties fo:font-weight="bold"/></style:style>
""" + "".join(
    f'<style:style style:name="wide-{kind}" style:family="table-column">'
    f'<style:table-column-properties style:column-width="{width}"/></style:style>'
    for kind, width in _WIDTHS.items()
)
_BODY, _END = "</office:automatic-styles><office:body><office:spreadsheet>\n", "</office:spreadsheet></office:body>"
# What XML cannot hold, and what it would not keep: spaces that follow another, begin or end a line.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile("^ +|(?<= ) +| +$")
# Beyond so many bytes of rows, the content may pass 2 GiB, which takes a ZIP that older readers do not open.
_LARGE = 80_000_000


def write(out: IO[bytes], tables: Book) -> str:
    """Write the workbook; return the end of the file's name."""
    every, taken, names = [*tables.all(), tables.legend()], set[str](), list[str]()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        # First and as it is: a file says by its first bytes what it is.
        archive.writestr("mimetype", _MIME, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", _MANIFEST)
        large = sum(table.weight() for table in every) > _LARGE
        with archive.open("content.xml", "w", force_zip64=large) as raw:
            content = TextIOWrapper(raw, "utf-8", newline="")
            content.write(_HEAD + _BODY)
            for table in every:
                for rows in parts(table):
                    names.append(sheet_name(table.name, taken))
                    _write_sheet(content, names[-1], table, rows)
            content.write(_END + "</office:document-content>")
            content.detach()
        archive.writestr("settings.xml", _settings(names))
    return "ods"


def _write_sheet(content: TextIO, name: str, table: Table, rows: Iterable[list[Cell]]) -> None:
    content.write(f"<table:table table:name={quoteattr(name)}>")
    for column in table.columns:
        kind = column.kind if column.kind in _WIDTHS else "text"
        content.write(f'<table:table-column table:style-name="wide-{kind}"/>')
    headings = (_typed("string", cut(heading, TEXT), style="heading") for heading in table.headings())
    content.write(f"<table:table-header-rows><table:table-row>{''.join(headings)}</table:table-row>")
    content.write("</table:table-header-rows>\n")
    for row in rows:
        content.write(f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>\n")
    content.write("</table:table>\n")


def _cell(cell: Cell) -> str:
    match held(cell):
        case None:
            return "<table:table-cell/>"
        case str(text):
            return _typed("string", text)
        case datetime() as moment:
            said = f"{moment:%d/%m/%Y %H:%M}"
            return _typed("date", said, f' office:date-value="{moment.isoformat()}"', style="datetime")
        case date() as day:
            return _typed("date", f"{day:%d/%m/%Y}", f' office:date-value="{day.isoformat()}"', style="date")
        case number:
            return _typed("float", str(number).replace(".", ","), f' office:value="{number}"')


def _typed(kind: str, said: str, value: str = "", *, style: str = "") -> str:
    look = f' table:style-name="{style}"' if style else ""
    lines = "".join(f"<text:p>{_line(line)}</text:p>" for line in said.splitlines())
    return f'<table:table-cell office:value-type="{kind}"{value}{look}>{lines}</table:table-cell>'


def _line(line: str) -> str:
    kept = escape(_FORBIDDEN.sub("\ufffd", line))
    kept = _SPACES.sub(lambda found: f'<text:s text:c="{len(found[0])}"/>', kept)
    return kept.replace("\t", "<text:tab/>")


def _settings(names: list[str]) -> str:
    """Return the settings that keep the headings and the first column in sight."""
    kept = [("SplitMode", "short", 2), ("SplitPosition", "int", 1)]
    items = [(f"{way}{name}", kind, value) for way in ("Horizontal", "Vertical") for name, kind, value in kept]
    items += [("PositionRight", "int", 1), ("PositionBottom", "int", 1)]
    said = "".join(
        f'<config:config-item config:name="{name}" config:type="{kind}">{value}</config:config-item>'
        for name, kind, value in items
    )
    sheets = "".join(
        f"<config:config-item-map-entry config:name={quoteattr(name)}>{said}</config:config-item-map-entry>"
        for name in names
    )
    return (
        f'{_XML}<office:document-settings {_NAMES} office:version="1.2"><office:settings>'
        '<config:config-item-set config:name="ooo:view-settings"><config:config-item-map-indexed config:name="Views">'
        '<config:config-item-map-entry><config:config-item-map-named config:name="Tables">'
        f"{sheets}</config:config-item-map-named></config:config-item-map-entry></config:config-item-map-indexed>"
        "</config:config-item-set></office:settings></office:document-settings>"
    )
