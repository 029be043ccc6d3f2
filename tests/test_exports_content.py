"""What the file of an export holds: the union of the versions, typed cells, groups, ids of persons, nothing that computes."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Person
from accounts.permissions import Actor
from exchange import tasks
from exchange.exporting import making, reading
from exchange.exporting.csv_format import neutral
from exchange.models import Export
from procedures.definition.upgrade import parse
from procedures.lifecycle.publish import publish
from procedures.models import AnswerSet, Procedure, Submission
from tests.support import people, samples
from tests.support.client import Portal
from tests.support.exports import QUESTIONS, ask, changed, data_of, fair, file, rows_of, tables_of, taken


@pytest.fixture
def town(db: None) -> people.Desk:
    return people.desk()


@pytest.fixture
def nadia(town: people.Desk) -> Portal:
    browser = Portal()
    people.sign_in(browser, town.nadia)
    return browser


def republish(procedure: Procedure, fields: list[dict[str, Any]]) -> None:
    publish(procedure, parse(changed(fields)), by=Actor(), reviewed_by="Test", reviewed_on=None)
    procedure.refresh_from_db()


def test_a_csv_is_what_french_spreadsheets_open(town: people.Desk, nadia: Portal) -> None:
    procedure = samples.procedure("fete", department=town.civil, steps=changed(QUESTIONS[:-1])["steps"])
    case = file(town, procedure)
    raw = taken(nadia)
    assert raw.startswith("\ufeffRéférence;".encode())
    assert b"\r\n" in raw
    (row,) = rows_of(raw)
    assert row["Référence"] == case.reference
    assert row["Remarque"] == "Près de l’église ; au n° 3"
    assert row["Jour souhaité"] == "2027-02-03"
    assert row["Surface"] == "12,5"
    assert row["Y aura-t-il du bruit ?"] == "oui"
    assert row["SIRET"] == "35600000000048"
    assert row["État"] == "Déposée"
    assert row["Canal"] == "en ligne"


@pytest.mark.parametrize("text", ["=1+1", "+33199001299", "-2", "@SOMME(A1)", "\tx", "\rx", "＝1+1", "=cmd|'/c'!A1"])
def test_a_text_that_begins_a_formula_is_neutralised(text: str) -> None:
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "12-3", "’tis", "Été"])
def test_another_text_is_left_as_it_is(text: str) -> None:
    assert neutral(text) == text


def test_no_cell_of_a_csv_computes_headings_included(town: people.Desk, nadia: Portal) -> None:
    fields: list[dict[str, Any]] = [
        {"type": "text", "id": "note", "label": "=2+3"},
        {"type": "number", "id": "cold", "label": "Degrés", "minimum": -50},
    ]
    procedure = samples.procedure("fete", department=town.civil, steps=changed(fields)["steps"])
    file(town, procedure, note='=HYPERLINK("http://x";"y")', cold=-4)
    (row,) = rows_of(taken(nadia))
    assert row["'=2+3"] == '\'=HYPERLINK("http://x";"y")'
    # A number is no text: it stays one.
    assert row["Degrés"] == "-4"


def test_columns_are_the_union_of_the_versions_in_the_order_of_the_newest(town: people.Desk, nadia: Portal) -> None:
    old: list[dict[str, Any]] = [
        {"type": "text", "id": "a", "label": "A"},
        {"type": "text", "id": "gone", "label": "Retirée"},
        {"type": "text", "id": "b", "label": "B"},
        {"type": "text", "id": "typed", "label": "Combien"},
    ]
    new: list[dict[str, Any]] = [
        {"type": "text", "id": "a", "label": "A, dit autrement"},
        {"type": "text", "id": "b", "label": "B"},
        {"type": "text", "id": "c", "label": "C"},
        {"type": "number", "id": "typed", "label": "Combien"},
    ]
    procedure = samples.procedure("fete", department=town.civil, steps=changed(old)["steps"])
    first = file(town, procedure, a="un", gone="parti", b="deux", typed="beaucoup")
    republish(procedure, new)
    second = file(town, procedure, a="trois", b="quatre", c="cinq", typed=6)
    rows = {row["Référence"]: row for row in rows_of(taken(nadia))}
    answers = list(rows[first.reference])[13:]
    assert answers == ["A, dit autrement", "Retirée", "B", "Combien [typed.text]", "C", "Combien [typed]"]
    assert [rows[first.reference][name] for name in answers] == ["un", "parti", "deux", "beaucoup", "", ""]
    assert [rows[second.reference][name] for name in answers] == ["trois", "", "quatre", "", "cinq", "6"]
    assert (rows[first.reference]["Version"], rows[second.reference]["Version"]) == ("1", "2")


def test_a_repeated_group_has_a_table_of_its_own(town: people.Desk, nadia: Portal) -> None:
    case = file(town, fair(town))
    tables = tables_of(taken(nadia))
    assert list(tables) == ["demandes.csv", "vos-enfants.csv", "colonnes.csv"]
    assert tables["demandes.csv"][0]["Vos enfants"] == "2"
    assert tables["vos-enfants.csv"] == [
        {"Référence": case.reference, "Rang": "1", "Prénom": "Zoé", "Né le": "2015-02-03"},
        {"Référence": case.reference, "Rang": "2", "Prénom": "Noël", "Né le": "2017-12-25"},
    ]
    keys = {(row["Table"], row["Colonne"]): row["Clé"] for row in tables["colonnes.csv"]}
    assert keys["Demandes", "Jour souhaité"] == "wish"
    assert keys["Vos enfants", "Né le"] == "children.child_birth"


def test_a_sensitive_question_of_a_group_stays_unless_a_head_asks(town: people.Desk, nadia: Portal) -> None:
    file(town, fair(town))
    assert b"arachide" not in taken(nadia, format="json")
    claire = Portal()
    people.sign_in(claire, town.claire)
    (case,) = data_of(taken(claire, format="json", sensitive="on"))["demandes"]
    assert case["groupes"]["children"][0]["children.child_illness"] == "arachide"


def test_several_procedures_have_a_table_each_beside_what_they_share(town: people.Desk, nadia: Portal) -> None:
    one, two = town.file(), file(town, fair(town))
    tables = tables_of(taken(nadia))
    assert list(tables) == [
        "demandes.csv",
        "demander-un-acte.csv",
        "organiser-une-fete.csv",
        "vos-enfants-organiser-une-fete.csv",
        "colonnes.csv",
    ]
    assert [row["Référence"] for row in tables["demandes.csv"]] == [one.reference, two.reference]
    assert "Remarque" not in tables["demandes.csv"][0]
    assert [row["Référence"] for row in tables["demander-un-acte.csv"]] == [one.reference]
    assert tables["organiser-une-fete.csv"][0]["Surface"] == "12,5"


def test_json_names_columns_by_their_questions(town: people.Desk, nadia: Portal) -> None:
    case = file(town, fair(town))
    data = data_of(taken(nadia, format="json", identity="on"))
    (found,) = data["demandes"]
    assert found["reference"] == case.reference
    received = datetime.fromisoformat(found["recue_le"])
    assert received.tzinfo is not None
    assert received == case.received_at.replace(microsecond=0)
    assert found["demandeur.telephone"].replace("\u00a0", " ") == "01 99 00 12 99"
    assert found["reponses"] == {
        "note": "Près de l’église ; au n° 3",
        "wish": "2027-02-03",
        "area": 12.5,
        "noise": True,
        "firm": "35600000000048",
        "children": 2,
    }
    assert [row["children.child_name"] for row in found["groupes"]["children"]] == ["Zoé", "Noël"]
    (asked,) = data["demarches"]
    assert {column["cle"]: column["titre"] for column in asked["colonnes"]}["noise"] == "Y aura-t-il du bruit ?"


def test_what_was_corrected_last_is_what_leaves(town: people.Desk, nadia: Portal) -> None:
    case = town.file()
    first = case.answer_sets.get()
    content = first.content.replace("Anne Morvan", "Anne Le Morvan")
    AnswerSet.objects.create(
        submission=case, number=2, origin="correction", by="x", content=content, digest="x", created_at=first.created_at
    )
    (row,) = rows_of(taken(nadia))
    assert row["Nom de la mère"] == "Anne Le Morvan"


def test_a_person_has_one_id_in_a_sector_and_another_elsewhere(town: people.Desk, nadia: Portal) -> None:
    town.file()
    town.file()
    town.file(by=samples.citizen("malo@exemple.fr", "Rivoal", "Malo"))
    one, same, other = (row["Personne"] for row in rows_of(taken(nadia)))
    assert one == same != other
    (again, *_rest) = (row["Personne"] for row in rows_of(taken(nadia, identity="on")))
    assert again == one
    town.procedure = samples.procedure("trou", department=town.roads)
    town.file()
    roger = Portal()
    people.sign_in(roger, town.roger)
    (elsewhere,) = rows_of(taken(roger))
    assert elsewhere["Personne"] not in {one, other, ""}
    assert str(Person.objects.get(user=town.zoe).public_id) not in str(elsewhere)


def test_a_request_of_nobody_has_no_id(town: people.Desk, nadia: Portal) -> None:
    town.enter()
    (row,) = rows_of(taken(nadia))
    assert row["Personne"] == ""
    assert row["Canal"] == "au guichet"


def test_chunks_cost_the_same_queries_whatever_they_hold(
    town: people.Desk, nadia: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cost(chunk: int, query: str) -> int:
        monkeypatch.setattr(reading, "CHUNK", chunk)
        ask(nadia, query)
        export = Export.objects.latest("pk")
        with CaptureQueriesContext(connection) as queries:
            tasks.make_export(export.pk)
        export.refresh_from_db()
        assert export.state == "done"
        return len(queries)

    town.file()
    one = cost(100, "etat=toutes")
    for _ in range(11):
        town.file()
    assert cost(100, "etat=deposees") == one
    # Two chunks more, and for each: its rows, their answers, the progress.
    assert cost(4, "etat=toutes&agent=a-attribuer") - one == 2 * 3


def test_the_same_request_leaves_once_though_others_come_and_go_meanwhile(
    town: people.Desk, nadia: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [town.file() for _ in range(5)]
    monkeypatch.setattr(reading, "CHUNK", 2)
    beat = making.Work.beat

    def meanwhile(work: making.Work) -> None:
        town.file()
        Submission.objects.filter(pk__in=[cases[0].pk, cases[4].pk]).update(received_at=timezone.now())
        Submission.objects.filter(pk=cases[3].pk).update(status="closed")
        monkeypatch.setattr(making.Work, "beat", beat)
        beat(work)

    monkeypatch.setattr(making.Work, "beat", meanwhile)
    found = [row["Référence"] for row in rows_of(taken(nadia, "etat=en-cours"))]
    assert found[:4] == [case.reference for case in (*cases[:3], cases[4])]
    assert len(found) == 5
