"""Exports as an agent takes them: asked for on the list, made by the worker, downloaded from her page."""

import copy
import csv
import json
import re
import zipfile
from io import BytesIO, StringIO
from typing import Any
from xml.etree import ElementTree

from accounts.permissions import Actor
from exchange.models import Export
from procedures.lifecycle import draft as drafts
from procedures.lifecycle.submit import submit
from procedures.models import Procedure, Submission
from tests.support import people, samples
from tests.support.client import Portal, close_files
from tests.support.queue import drain

ASK, MINE = "/agent/exports/nouveau/", "/agent/exports/"
CHILDREN: dict[str, Any] = {
    "type": "group",
    "id": "children",
    "label": "Vos enfants",
    "row_label": "Enfant",
    "maximum": 5,
    "fields": [
        {"type": "text", "id": "child_name", "label": "Prénom"},
        {"type": "date", "id": "child_birth", "label": "Né le"},
        {"type": "text", "id": "child_illness", "label": "Allergies", "sensitive": True, "required": False},
    ],
}
QUESTIONS: list[dict[str, Any]] = [
    {"type": "text", "id": "note", "label": "Remarque"},
    {"type": "date", "id": "wish", "label": "Jour souhaité"},
    {"type": "decimal", "id": "area", "label": "Surface", "minimum": 0, "maximum": 99999},
    {"type": "yes_no", "id": "noise", "label": "Y aura-t-il du bruit ?"},
    {"type": "siret", "id": "firm", "label": "SIRET"},
    CHILDREN,
]
ANSWERS: dict[str, Any] = {
    "note": "Près de l’église ; au n° 3",
    "wish": "2027-02-03",
    "area": 12.5,
    "noise": True,
    "firm": "35600000000048",
    "children": [
        {"row": 1, "child_name": "Zoé", "child_birth": "2015-02-03", "child_illness": "arachide"},
        {"row": 3, "child_name": "Noël", "child_birth": "2017-12-25"},
    ],
}


def changed(fields: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Return a definition of one step that asks ``fields``."""
    step = {"id": "page", "title": "Page", "question": "Que voulez-vous ?"}
    steps = [{**step, "sections": [{"id": "part", "fields": copy.deepcopy(fields)}]}]
    return samples.content(steps=steps, **more)


def fair(town: people.Desk, slug: str = "fete", title: str = "Organiser une fête") -> Procedure:
    """Return a procedure with a question of each kind and a repeated group."""
    return samples.procedure(slug, department=town.civil, title=title, steps=changed(QUESTIONS)["steps"])


def file(town: people.Desk, procedure: Procedure, **answers: Any) -> Submission:
    """File a request of a procedure of one page."""
    draft = drafts.start(procedure, town.zoe.person)
    drafts.save_step(draft, "page", {**ANSWERS, **answers})
    drafts.save_step(draft, "applicant", dict(people.APPLICANT))
    draft.save()
    return submit(draft, by=Actor(user=town.zoe))


def ask(browser: Portal, query: str = "etat=toutes", **said: Any) -> Any:
    """Ask for an export of a view; return the page that follows."""
    page = browser.get(f"{ASK}?{query}")
    return browser.fill(page, form_id=None, follow=True, **{"format": "csv", **said})


def download(browser: Portal, export: Export | None = None) -> Any:
    """Ask for the file of an export, the latest by default; what it holds is the answer's ``taken``."""
    wanted = export or Export.objects.latest("pk")
    answer: Any = browser.post(f"{MINE}{wanted.public_id}/fichier/")
    answer.taken = b"".join(answer.streaming_content) if answer.streaming else b""
    close_files(answer)
    return answer


def taken(browser: Portal, query: str = "etat=toutes", **said: Any) -> bytes:
    """Ask for an export, let the worker make it, and return the bytes of its file."""
    ask(browser, query, **said)
    drain()
    answer = download(browser)
    assert answer.status_code == 200
    content: bytes = answer.taken
    return content


def rows_of(content: bytes) -> list[dict[str, str]]:
    """Read a CSV back, as a French spreadsheet does."""
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def tables_of(content: bytes) -> dict[str, list[dict[str, str]]]:
    """Read the CSVs of a ZIP back, by their names."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: rows_of(archive.read(name)) for name in archive.namelist()}


def data_of(content: bytes) -> Any:
    """Read a JSON back."""
    return json.loads(content)


def sheets_of(content: bytes) -> dict[str, list[list[Any]]]:
    """Read the sheets of an XLSX back by their names: texts as texts, numbers as floats; no cell computes anything."""
    main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(BytesIO(content)) as book:
        assert book.testzip() is None
        names = [
            sheet.get("name") for sheet in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{main}sheet")
        ]
        sheets: dict[str, list[list[Any]]] = {}
        for number, name in enumerate(names, 1):
            root = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
            assert root.find(f".//{main}f") is None
            rows = sheets[str(name)] = []
            for row in root.iter(f"{main}row"):
                cells: list[Any] = []
                for cell in row:
                    cells += [None] * (_column(str(cell.get("r"))) - len(cells))
                    text = "".join(cell.itertext())
                    cells.append(text if cell.get("t") == "inlineStr" else float(text))
                rows.append(cells)
    return sheets


def ods_of(content: bytes) -> dict[str, list[list[Any]]]:
    """Read the sheets of an ODS back by their names: texts, numbers and the ISO form of days and moments."""
    names = {
        prefix: f"{{urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0}}" for prefix in ("office", "table", "text")
    }
    with zipfile.ZipFile(BytesIO(content)) as book:
        assert book.testzip() is None
        root = ElementTree.fromstring(book.read("content.xml"))
    assert not [cell for cell in root.iter() if cell.get(f"{names['table']}formula")]

    def cell_of(cell: Any) -> Any:
        match cell.get(f"{names['office']}value-type"):
            case None:
                return None
            case "float":
                return float(cell.get(f"{names['office']}value"))
            case "date":
                return cell.get(f"{names['office']}date-value")
            case kind:
                assert kind == "string"
                return "\n".join(_said(line, names["text"]) for line in cell.iter(f"{names['text']}p"))

    return {
        str(sheet.get(f"{names['table']}name")): [
            [cell_of(cell) for cell in row] for row in sheet.iter(f"{names['table']}table-row")
        ]
        for sheet in root.iter(f"{names['table']}table")
    }


def _said(line: Any, text: str) -> str:
    """Read a line back as ODF 1.2 says it is read: spaces and tabs are elements, other white space collapses."""
    said = re.sub(" +", " ", line.text or "")
    for inner in line:
        said += "\t" if inner.tag == f"{text}tab" else " " * int(inner.get(f"{text}c"))
        said += re.sub(" +", " ", inner.tail or "")
    return said


def _column(place: str) -> int:
    number = 0
    for letter in place.rstrip("0123456789"):
        number = number * 26 + ord(letter) - 64
    return number - 1
