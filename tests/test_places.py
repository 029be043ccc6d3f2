"""The lists shipped with the portal, the address service of a town, its tables as files."""

import json
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from procedures.definition.fields import AddressField
from procedures.definition.lookups import Context
from procedures.definition.places import Communes, EmbeddedLookups, communes, of_postcode
from procedures.definition.searching import Index
from procedures.models.lookups import TownLookups
from town import demo, table_files
from town.models import ReferenceRow, ReferenceTable

TODAY = date(2026, 11, 24)
LISTS = EmbeddedLookups()


def first(source: str, text: str) -> Any:
    return LISTS.search(source, text, on=TODAY)[0]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("st etienne", "Saint-Étienne"),
        ("SAINT-ÉTIENNE", "Saint-Étienne"),
        ("69100", "Villeurbanne"),
        ("l'hay", "L'Haÿ-les-Roses"),
        ("denis saint 93", "Saint-Denis"),
        ("paris", "Paris"),
        ("Eu", "Eu"),
    ],
)
def test_a_commune_is_found_however_it_is_written(text: str, name: str) -> None:
    assert name in [item.label for item in LISTS.search("commune", text, on=TODAY)]


def test_the_communes_take_under_15_megabytes() -> None:
    tracemalloc.start()
    try:
        kept = Communes()
        size, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(kept.index) > 37_000
    assert size < 15_000_000


def test_a_former_commune_is_offered_only_where_it_is_asked_with_its_date_and_its_heir() -> None:
    former = first("commune_historic", "Annoville")
    assert former.data["until"] == "2023"
    assert "Tourneville-sur-Mer" in former.hint
    assert LISTS.find("commune_historic", former.value, on=TODAY) == former
    assert LISTS.find("commune", former.value, on=TODAY) is None
    assert "Annoville" not in [item.label for item in LISTS.search("commune", "Annoville", on=TODAY)]


def test_every_commune_is_found_again_by_its_value() -> None:
    known = communes()
    for number in range(0, len(known.index), 97):
        item = known.item(known.row(number))
        assert known.of_code(item.value) == known.row(number)


def test_a_country_that_no_longer_exists_is_offered_only_where_it_is_asked() -> None:
    assert first("country_historic", "urss").data == {
        "code": "SUHH",
        "name": "URSS (Union soviétique)",
        "insee": "99123",
        "until": "1992",
    }
    assert LISTS.search("country", "urss", on=TODAY) == []
    assert len(LISTS.items("country", on=TODAY)) > 230


def test_each_list_answers_its_own_questions_and_an_unknown_one_is_empty() -> None:
    assert first("departement", "2a").label == "Corse-du-Sud"
    assert first("region", "bretagne").value == "53"
    assert LISTS.search("nothing", "a", on=TODAY) == LISTS.items("nothing", on=TODAY) == []
    assert LISTS.find("nothing", "a", on=TODAY) is None


def test_a_postcode_leads_to_its_communes() -> None:
    assert [item.label for item in of_postcode("69100")] == ["Villeurbanne"]
    assert of_postcode("99999") == of_postcode("\uff16\uff1910") == of_postcode("") == []


def test_the_index_finds_the_last_line_and_survives_an_empty_list() -> None:
    assert Index([]).search("a") == []
    assert Index(["Alpha", "Bêta"]).search("beta") == [1]
    assert Index(["Alpha", "Bêta"]).exactly("alpha") == [0]


# --- Address ---------------------------------------------------------------------------------------------------------


def question(**options: Any) -> AddressField:
    return AddressField.model_validate({"type": "address", "id": "q", "label": "Adresse", **options})


def context() -> Context:
    return Context(today=TODAY, lookups=TownLookups())


GOOD = {
    "features": [
        {
            "properties": {
                "id": "69266_1",
                "label": "1 Rue Haute 69100 Villeurbanne",
                "name": "1 Rue Haute",
                "postcode": "69100",
                "city": "Villeurbanne",
                "context": "69, Rhône",
            }
        }
    ]
}


@contextmanager
def service(status: int, body: bytes, *, drip: float = 0) -> Iterator[str]:
    """Serve one answer on loopback."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Location", "/elsewhere/")
            self.end_headers()
            try:
                for start in range(0, len(body), 100_000):
                    self.wfile.write(body[start : start + 100_000])
                    self.wfile.flush()
                    time.sleep(drip)
            except OSError:
                return

        def log_message(self, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_without_a_service_nothing_is_asked_outside(settings: Any) -> None:
    assert settings.ADDRESS_SERVICE_URL == ""
    assert question().suggest("1 rue haute", context()) == []


def test_the_service_of_the_town_suggests_whole_addresses(settings: Any) -> None:
    with service(200, json.dumps(GOOD).encode()) as url:
        settings.ADDRESS_SERVICE_URL = url
        (found,) = question().suggest("1 rue haute", context())
        assert question(autocomplete=False).suggest("1 rue haute", context()) == []
    assert found.data["parts"] == {"street": "1 Rue Haute", "postcode": "69100", "city": "Villeurbanne"}


@pytest.mark.parametrize(
    ("status", "body", "drip"),
    [
        (500, b"{}", 0),
        (302, b"", 0),
        (200, b"<html>", 0),
        (200, b'{"features": [1, {"properties": null}]}', 0),
        (200, b"[]", 0),
        (200, b"\xff\xfe\x00", 0),
        (200, b" " * 5_000_000, 0),
        (200, b" " * 400_000, 1),
        (200, b"[" * 100_000, 0),
    ],
)
def test_a_service_that_fails_is_no_suggestion(settings: Any, status: int, body: bytes, drip: float) -> None:
    with service(status, body, drip=drip) as url:
        settings.ADDRESS_SERVICE_URL = url
        assert question().suggest("1 rue haute", context()) == []


def test_a_service_that_is_not_there_is_no_suggestion(settings: Any) -> None:
    settings.ADDRESS_SERVICE_URL = "http://127.0.0.1:9"
    assert question().suggest("1 rue haute", context()) == []
    settings.ADDRESS_SERVICE_URL = "file:///etc"
    assert question().suggest("1 rue haute", context()) == []


def test_a_postcode_suggests_its_town_without_a_service() -> None:
    (found,) = question().suggest("69 100", context())
    assert found.data["parts"] == {"postcode": "69100", "city": "Villeurbanne"}


@pytest.mark.parametrize(
    ("postcode", "city", "country", "odd"),
    [
        ("69100", "Lyon", "France", True),
        ("69100", "VILLEURBANNE", "France", False),
        ("75012", "Paris 12e", "France", False),
        ("99240", "Val-de-Brume", "France", False),
        ("69100", "Gand", "Belgique", False),
    ],
)
def test_a_postcode_of_another_town_is_a_warning_and_never_an_error(
    postcode: str, city: str, country: str, odd: bool
) -> None:
    value = {"street": "1 rue Haute", "extra": "", "postcode": postcode, "city": city, "country": country}
    assert bool(question().warnings(value, context())) is odd


# --- Tables ----------------------------------------------------------------------------------------------------------


def run(action: str, path: Path, *options: str, key: str = "halls") -> str:
    out = StringIO()
    call_command("reference_table", action, key, str(path), *options, stdout=out, stderr=out)
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(("encoding", "mark"), [("utf-8", ";"), ("utf-8-sig", ","), ("cp1252", ";")])
def test_a_table_comes_from_a_spreadsheet_and_goes_back(tmp_path: Path, encoding: str, mark: str) -> None:
    path = tmp_path / "in.csv"
    lines = ["value;label;hint;valid_until", "fetes;Salle des fêtes;200 places;31/12/2030", "gym;Gymnase;;"]
    path.write_bytes("\r\n".join(lines).replace(";", mark).encode(encoding))
    assert "2" in run("import", path, "--dry-run")
    assert not ReferenceTable.objects.exists()
    run("import", path)
    assert ReferenceRow.objects.get(value="fetes").label == "Salle des fêtes"
    assert ReferenceRow.objects.get(value="fetes").valid_until == date(2030, 12, 31)
    run("export", tmp_path / "out.csv")
    table = ReferenceTable.objects.get()
    report = table_files.read(table, (tmp_path / "out.csv").read_bytes(), complete=True)
    assert (report.added, report.changed, report.removed, report.faults) == (0, 0, 0, [])


@pytest.mark.django_db
def test_each_fault_is_said_on_its_line_and_nothing_changes(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text(
        "value;label;valid_from;valid_until;position;data\n"
        "ok;Bien;;;;\nok;Deux fois;;;;\n;Sans valeur;;;;\nb;B;hier;;;\nc;C;2026-02-01;2026-01-01;;\nd;D;;;un;\ne;E;;;;[1]\n"
        "f;F;;;;;trop\n",
        encoding="utf-8",
    )
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("reference_table", "import", "halls", str(path), stderr=out)
    for line in range(3, 10):
        assert f"ligne {line}" in out.getvalue()
    assert not ReferenceRow.objects.exists()
    with pytest.raises(CommandError):
        run("export", tmp_path / "x.csv")
    with pytest.raises(CommandError):
        run("import", tmp_path / "absent.csv")


@pytest.mark.django_db
def test_the_demo_town_has_its_tables_and_they_are_searched_by_word_on_a_day() -> None:
    demo.load()
    lists = TownLookups()
    assert [item.value for item in lists.search("table:streets", "st eloi", on=TODAY)] == ["saint-eloi"]
    assert [item.value for item in lists.search("table:halls", "lavoir", on=TODAY)] == ["lavoir"]
    assert lists.search("table:halls", "", on=TODAY) == []
    assert len(lists.items("table:schools", on=TODAY)) == 3
    ReferenceRow.objects.filter(value="fetes").update(valid_from=date(2027, 1, 1))
    assert lists.find("table:halls", "fetes", on=TODAY) is None
    assert lists.find("table:halls", "fetes", on=date(2027, 1, 1)) is not None
