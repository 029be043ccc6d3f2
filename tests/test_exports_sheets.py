"""Exports as spreadsheets, XLSX and ODS: typed cells, a sheet a table, and what a sheet cannot hold."""

import zipfile
from datetime import date
from io import BytesIO
from itertools import zip_longest

import pytest
from django.utils import timezone

from exchange.exporting import sheets
from tests.support import people
from tests.support.client import Portal
from tests.support.exports import download, fair, file, ods_of, sheets_of, taken


@pytest.fixture
def town(db: None) -> people.Desk:
    return people.desk()


@pytest.fixture
def nadia(town: people.Desk) -> Portal:
    browser = Portal()
    people.sign_in(browser, town.nadia)
    return browser


def test_a_workbook_has_typed_cells_and_a_sheet_a_group(town: people.Desk, nadia: Portal) -> None:
    case = file(town, fair(town), note="=1+1")
    found = sheets_of(taken(nadia, format="xlsx", identity="on"))
    assert list(found) == ["Demandes", "Vos enfants", "Colonnes"]
    headings, cells = found["Demandes"]
    row = dict(zip_longest(headings, cells))
    assert row["Référence"] == case.reference
    assert row["Remarque"] == "=1+1"
    assert (row["Version"], row["Surface"], row["Vos enfants"]) == (1, 12.5, 2)
    # The days since the spreadsheets' own first one.
    assert row["Jour souhaité"] == (date(2027, 2, 3) - date(1899, 12, 30)).days
    assert int(row["Reçue le"]) == (timezone.localdate(case.received_at) - date(1899, 12, 30)).days
    assert row["Y aura-t-il du bruit ?"] == "oui"
    assert (row["SIRET"], row["Code postal"], row["Nom"]) == ("35600000000048", "99240", "Lefèvre")
    born = float((date(2015, 2, 3) - date(1899, 12, 30)).days)
    assert found["Vos enfants"][1] == [case.reference, 1, "Zoé", born]
    assert ["Vos enfants", "Né le", "children.child_birth", "children.child_birth"] in found["Colonnes"]


def test_what_a_sheet_cannot_hold_is_not_dropped_in_silence(
    town: people.Desk, nadia: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "ROWS", 2)
    monkeypatch.setattr(sheets, "TEXT", 30)
    one = file(town, fair(town), wish="1887-05-06", note="Une remarque plus longue que la cellule")
    two = town.file()
    found = sheets_of(taken(nadia, format="xlsx"))
    assert [found[name][1][0] for name in ("Demandes", "Demandes (2)")] == [one.reference, two.reference]
    row = dict(zip_longest(*found["Organiser une fête"]))
    assert row["Jour souhaité"] == "1887-05-06"
    assert row["Remarque"] == "Une remarque plus longue que …"


def test_sheets_bear_names_that_spreadsheets_accept() -> None:
    taken_names: set[str] = set()
    long = "Demande d’autorisation : occupation [voirie] 1/2"
    names = [sheets.sheet_name(name, taken_names) for name in (long, long, "'x'", "x", "?*", "DEMANDES", "Demandes")]
    assert names[2:] == ["x", "x (2)", "Feuille", "DEMANDES", "Demandes (2)"]
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert len(name) <= 31
        assert not set("[]:*?/\\") & set(name)


def test_an_ods_has_typed_cells_and_a_sheet_a_group(town: people.Desk, nadia: Portal) -> None:
    case = file(town, fair(town), note="=1+1")
    found = ods_of(taken(nadia, format="ods", identity="on"))
    assert list(found) == ["Demandes", "Vos enfants", "Colonnes"]
    row = dict(zip(*found["Demandes"], strict=True))
    assert row["Référence"] == case.reference
    assert row["Remarque"] == "=1+1"
    assert (row["Version"], row["Surface"], row["Vos enfants"]) == (1, 12.5, 2)
    assert row["Jour souhaité"] == "2027-02-03"
    assert row["Reçue le"].startswith(f"{timezone.localdate(case.received_at).isoformat()}T")
    assert row["Y aura-t-il du bruit ?"] == "oui"
    assert (row["SIRET"], row["Code postal"], row["Nom"]) == ("35600000000048", "99240", "Lefèvre")
    assert found["Vos enfants"][1] == [case.reference, 1, "Zoé", "2015-02-03"]
    assert ["Vos enfants", "Né le", "children.child_birth", "children.child_birth"] in found["Colonnes"]


@pytest.mark.parametrize(
    "text", ["Une ligne\n\nune autre", "  deux   espaces ", "a\tb", "<b>&amp;</b>", 'un "mot"', "+1", "Œuvre 🎈"]
)
def test_an_ods_keeps_texts_as_they_were_typed(town: people.Desk, nadia: Portal, text: str) -> None:
    file(town, fair(town), note=text)
    row = dict(zip(*ods_of(taken(nadia, format="ods"))["Demandes"], strict=True))
    assert row["Remarque"] == text


def test_an_ods_marks_the_characters_that_it_cannot_hold(town: people.Desk, nadia: Portal) -> None:
    file(town, fair(town), note="a\x01b\uffffc")
    row = dict(zip(*ods_of(taken(nadia, format="ods"))["Demandes"], strict=True))
    assert row["Remarque"] == "a\ufffdb\ufffdc"


def test_an_ods_goes_on_on_another_sheet(town: people.Desk, nadia: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "ROWS", 2)
    cases = [town.file() for _ in range(3)]
    found = ods_of(taken(nadia, format="ods"))
    names = ("Demandes", "Demandes (2)", "Demandes (3)")
    assert [[row[0] for row in found[name]] for name in names] == [["Référence", case.reference] for case in cases]


def test_an_ods_says_by_its_first_bytes_what_it_is(town: people.Desk, nadia: Portal) -> None:
    town.file()
    content = taken(nadia, format="ods")
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    # ODF 1.2 part 3, 3.3: first in the file, neither compressed nor with anything between its name and its bytes.
    assert content[30:].startswith(b"mimetype" + kind.encode())
    with zipfile.ZipFile(BytesIO(content)) as book:
        assert book.infolist()[0].compress_type == zipfile.ZIP_STORED
    answer = download(nadia)
    assert answer["Content-Type"] == kind
    assert answer["Content-Disposition"].endswith('.ods"')
