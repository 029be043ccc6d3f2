"""Procedures that come from elsewhere: drafts, whole, whatever the file holds."""

import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.permissions import Actor
from procedures.definition.checks import blocking_problems
from procedures.definition.fields import FIELD_TYPES
from procedures.definition.upgrade import parse
from procedures.interchange import demarches_simplifiees as ds
from procedures.interchange import reading, writing
from procedures.lifecycle import working_copy
from procedures.models import Procedure, ProcedureVersion, WorkingCopy
from tests.support import samples

ROOT = Path(__file__).resolve().parent
FIXTURES = ROOT / "fixtures" / "demarches-simplifiees"
CASES = Path(os.environ.get("PORTAL_CASES", ROOT.parent.parent / "shared" / "cases")) / "demarches-simplifiees"
FILES = [*sorted(FIXTURES.glob("*.json")), *sorted(CASES.glob("*.json"))]
every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def read(path: Path) -> ds.Parsed:
    return ds.read(reading.read(path), name=path.stem)


def preau() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FIXTURES / "preau.json").read_text())
    return content


def one(**descriptor: Any) -> dict[str, Any]:
    """Return the first question that a descriptor becomes."""
    return questions(descriptor)[0]


def questions(*descriptors: Any) -> list[dict[str, Any]]:
    content = ds.read({"number": 1, "title": "t", "revision": {"champDescriptors": list(descriptors)}}).content
    parse(content)
    return [field for step in content["steps"] for section in step["sections"] for field in section["fields"]]


def known(kind: str) -> str:
    """Return the type that a question has here today: its own, once it is registered."""
    return kind if kind in FIELD_TYPES else "placeholder"


def places(content: dict[str, Any]) -> Iterator[str]:
    """Yield the ids of pages, sections and questions, in the order of the document."""
    for step in content["steps"]:
        yield step["id"]
        for section in step["sections"]:
            yield section["id"]
            yield from (field["id"] for field in section["fields"])


def held(fields: list[dict[str, Any]]) -> int:
    return sum(1 + held(field.get("held", [])) for field in fields)


def source_count(descriptors: list[dict[str, Any]]) -> int:
    return sum(1 + source_count(item.get("champDescriptors") or []) for item in descriptors)


@every_file
def test_no_question_of_a_file_is_lost_and_their_order_is_kept(path: Path) -> None:
    root = reading.read(path)
    root = root.get("data", {}).get("demarche") or root
    descriptors = root["revision"]["champDescriptors"]
    parsed = read(path)
    definition = parse(parsed.content)
    assert parsed.report.fields_total == source_count(descriptors)
    assert len(parsed.order) == len(descriptors)
    order = {name: place for place, name in enumerate(places(parsed.content))}
    positions = [order[name] for name in parsed.order]
    assert positions == sorted(positions)
    for descriptor, name in zip(descriptors, parsed.order, strict=True):
        field = definition.fields.get(name)
        if field is not None and descriptor.get("champDescriptors"):
            inside = getattr(field, "held", None) or [inner.model_dump() for inner in getattr(field, "fields", [])]
            assert held(inside) >= source_count(descriptor["champDescriptors"])


@every_file
def test_reading_a_file_again_gives_the_same_document(path: Path) -> None:
    assert read(path).content == read(path).content


@every_file
def test_an_imported_definition_cannot_be_published_before_the_town_says_what_it_owes(path: Path) -> None:
    problems = [str(problem) for problem in blocking_problems(parse(read(path).content))]
    assert any("silence" in problem for problem in problems)
    assert any("coûte" in problem for problem in problems)


def test_headers_make_pages_and_what_stands_before_them_has_its_own() -> None:
    steps = ds.read(preau()).content["steps"]
    assert [step["title"] for step in steps] == ["Informations", "Vous", "La fête", "Action"]
    assert [section["title"] for section in steps[1]["sections"]] == ["Identité"]
    assert steps[1]["sections"][0]["intro"] == "Comme sur la carte."
    assert steps[3]["sections"][0]["fields"][-1]["label"] == "Merci"


def test_levels_make_sections_and_two_titles_in_a_row_are_said_together() -> None:
    parsed = read(FIXTURES / "herissons.json")
    first, second = parsed.content["steps"]
    assert (first["title"], second["title"]) == ("Le jardin", "Les pièces")
    assert [section["title"] for section in first["sections"]] == ["Son adresse", "Ses habitants – Les hérissons"]
    assert first["sections"][1]["fields"][-1]["label"] == "Sans question"
    assert parsed.report.number == "990042"


def test_ids_of_the_source_name_ours_and_follow_a_question_whose_label_changes() -> None:
    content = reading.read(FIXTURES / "herissons.json")
    parsed = ds.read(content)
    assert parsed.ids["Q2hhbXAtMTAz"] == "champ_103"
    content["data"]["demarche"]["revision"]["champDescriptors"][2]["label"] = "Où est-il ?"
    assert ds.read(content).order == parsed.order


def test_the_annotations_and_models_that_are_not_taken_over_are_said() -> None:
    report = read(FIXTURES / "herissons.json").report
    assert any("Avis de l’agent" in line for line in report.warnings)
    assert any("plan-type.pdf" in line for line in report.degraded)


def test_doubled_labels_have_ids_of_their_own() -> None:
    fields = questions(*[{"__typename": "TextChampDescriptor", "label": "Nom"}] * 3)
    assert [field["id"] for field in fields] == ["nom", "nom_2", "nom_3"]


@pytest.mark.parametrize("label", ["Action", "Remove", "applicant email", "12 enfants", "…", "Ёлка", "q" * 400])
def test_any_label_gives_an_id_that_a_page_can_bear(label: str) -> None:
    fields = questions({"__typename": "TextChampDescriptor", "label": label})
    assert fields[0]["id"] not in {"action", "remove"}


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("Text", "text"),
        ("Textarea", "long_text"),
        ("Checkbox", "consent"),
        ("YesNo", "yes_no"),
        ("IntegerNumber", "number"),
        ("Number", "decimal"),
        ("DecimalNumber", "decimal"),
        ("Date", "date"),
        ("Datetime", "datetime"),
        ("Civilite", "civility"),
        ("Email", "email"),
        ("Phone", "phone"),
        ("Address", "address"),
        ("Commune", "commune"),
        ("Departement", "departement"),
        ("Region", "region"),
        ("Pays", "country"),
        ("Siret", "siret"),
        ("RNA", "rna"),
        ("Iban", "iban"),
        ("DossierLink", "request_link"),
        ("Carte", "map"),
        ("Explication", "explanation"),
        ("PieceJustificative", "file"),
        ("TitreIdentite", "file"),
        ("ExpressionReguliere", "text"),
        ("COJO", "placeholder"),
        ("Nouveau", "placeholder"),
    ],
)
def test_each_type_has_its_own_here_or_waits_to_be_replaced(source: str, kind: str) -> None:
    assert one(__typename=f"{source}ChampDescriptor", label="x", required=True)["type"] == known(kind)


def test_the_older_spelling_of_types_is_read_too() -> None:
    assert one(type="drop_down_list", label="x", options=["a"])["type"] == "choice"


def test_what_cannot_be_asked_keeps_its_type_options_and_children_and_is_not_required() -> None:
    child = {"__typename": "TextChampDescriptor", "label": "Dedans", "required": True}
    field = one(__typename="XChampDescriptor", label="x", required=True, options=["a", "b"], champDescriptors=[child])
    assert (field["source_type"], field["options"], field["required"]) == ("X", ["a", "b"], False)
    assert [inner["label"] for inner in field["held"]] == ["Dedans"]


def test_an_other_answer_is_an_option_and_a_text_shown_when_it_is_chosen() -> None:
    choice, text = questions(
        {"__typename": "DropDownListChampDescriptor", "label": "Salle", "required": True, "otherOption": True}
        | {"options": ["Préau", "Autre", "Préau", "--Dehors--"]}
    )
    assert [option["label"] for option in choice["options"]] == ["Préau", "Autre", "Autre (à préciser)"]
    assert text["when"] == {"field": "salle", "op": "is", "value": choice["options"][2]["value"]}
    assert text["required"] is True


def test_a_list_without_option_waits_to_be_replaced() -> None:
    assert one(__typename="DropDownListChampDescriptor", label="x", options=[])["type"] == "placeholder"
    assert one(__typename="MultipleDropDownListChampDescriptor", label="x", options=None)["type"] == "placeholder"


def test_a_list_of_one_box_is_a_box() -> None:
    field = one(__typename="MultipleDropDownListChampDescriptor", label="Clé", options=["Je la veux"])
    assert field["type"] in {"consent", "choices"}


def test_options_are_told_apart_by_short_values() -> None:
    labels = ["Été", "Ete", "ete !", "É" * 290 + "a", "É" * 290 + "b", "L" * 400, "L" * 399 + "M"]
    field = one(__typename="DropDownListChampDescriptor", label="x", options=labels)
    values = [option["value"] for option in field["options"]]
    assert values[:3] == ["ete", "ete_2", "ete_3"]
    assert field["options"][5]["help"] == "L" * 400


def test_a_linked_list_keeps_both_levels_in_order() -> None:
    field = one(__typename="LinkedDropDownListChampDescriptor", label="x", options=["--A--", "1", "2", "--B--", "1"])
    if field["type"] == "linked_choice":
        assert [(o["label"], [c["label"] for c in o["children"]]) for o in field["options"]] == [
            ("A", ["1", "2"]),
            ("B", ["1"]),
        ]
    else:
        assert field["options"] == ["--A--", "1", "2", "--B--", "1"]


def test_a_repetition_is_a_group_of_rows_or_keeps_its_questions_to_be_rebuilt() -> None:
    rows = [
        {"__typename": "TextChampDescriptor", "label": "Nom", "required": True},
        {"__typename": "DropDownListChampDescriptor", "label": "Rôle", "options": ["Chef"], "otherOption": True},
    ]
    name = {"__typename": "TextChampDescriptor", "label": "Nom"}
    group = {"__typename": "RepetitionChampDescriptor", "label": "Équipe", "required": True, "champDescriptors": rows}
    first, field = questions(name, group)
    if field["type"] == "group":
        assert (field["required"], field["minimum"], field["row_label"]) == (True, 1, "Équipe")
        assert [inner["label"] for inner in field["fields"]] == ["Nom", "Rôle", "Précisez votre réponse"]
        assert first["id"] not in {inner["id"] for inner in field["fields"]}
    else:
        assert [inner["label"] for inner in field["held"]] == ["Nom", "Rôle"]
        assert field["held"][1]["options"] == ["Chef"]


def test_identity_papers_and_bank_details_say_what_they_are() -> None:
    kinds = {
        field["label"]: field.get("kind", "")
        for step in ds.read(preau()).content["steps"]
        for section in step["sections"]
        for field in section["fields"]
        if field["type"] == "file"
    }
    assert kinds == {"Titre d’identité": "identity", "RIB de l’association": "bank", "Assurance": ""}


def test_html_becomes_plain_paragraphs_and_what_is_no_html_stays() -> None:
    parsed = ds.read(preau())
    assert parsed.content["summary"] == (
        "Une demande par fête.\n\nVoir le règlement (https://val-de-brume.example/preau)."
    )
    fields = [f for step in parsed.content["steps"] for s in step["sections"] for f in s["fields"]]
    by_label = {field["label"]: field for field in fields}
    assert by_label["Précisions"]["help"] == "x < y & 3 > 2, écrire à <accueil@val-de-brume.example>"
    notice = by_label["Avant de commencer"]
    said = notice.get("text") or notice["help"]
    assert notice.get("title", "") in {"", "Avant de commencer"}
    assert (
        said.removeprefix("Avant de commencer\n\n") == "Comptez dix minutes.\n\nPréparez :\n\n- l’assurance\n- le devis"
    )


def test_comments_tables_images_and_scripts_leave_only_their_words() -> None:
    html = "<!-- caché --><table><tr><td>A</td><td>B</td></tr></table><IMG ALT='Plan'>&eacute;t&eacute; <style>p{}</style>fin"
    field = one(__typename="TextChampDescriptor", label="x", description=html)
    assert field["help"] == "A B\n\nPlanété fin"


def test_a_link_that_runs_a_script_is_not_kept() -> None:
    field = one(__typename="TextChampDescriptor", label="x", description='<a href="javascript:alert(1)">ici</a>')
    assert field["help"] == "ici"


@pytest.mark.parametrize(
    "mark", ["<", "<a ", "<!--", "&#", "</", '<a href="', "<b>", '<a href="http://x.example">', "<script>", "<p>"]
)
def test_html_that_never_ends_is_read(mark: str) -> None:
    # A reader that is not linear would be at it for minutes.
    field = one(__typename="TextChampDescriptor", label="x", description=mark * 50_000 + "&#" + "9" * 5000 + ";")
    assert field["label"] == "x"


def test_a_label_over_our_limit_is_whole_in_the_help() -> None:
    label = "J’atteste " + "que tout est exact " * 40
    field = one(__typename="CheckboxChampDescriptor", label=label, description="Merci.", required=True)
    assert len(field["label"]) <= 300
    assert field["help"] == f"{label.strip()}\n\nMerci."


def test_a_help_over_our_limit_is_cut_and_its_end_is_in_the_report() -> None:
    parsed = ds.read(
        {
            "revision": {
                "champDescriptors": [
                    {"__typename": "TextChampDescriptor", "label": "x"} | {"description": "mot " * 2000 + "dernier"}
                ]
            }
        }
    )
    parse(parsed.content)
    assert any("dernier" in line for line in parsed.report.degraded)


def test_a_social_security_number_is_kept_and_blocks_publication() -> None:
    parsed = ds.read(preau())
    assert any("sécurité sociale" in line for line in parsed.report.warnings)
    assert any("2019-341" in str(problem) for problem in blocking_problems(parse(parsed.content)))


def test_more_headers_than_pages_may_be_become_sections() -> None:
    items = [
        {"__typename": f"{kind}ChampDescriptor", "label": f"{kind} {n}"}
        for n in range(150)
        for kind in ("HeaderSection", "Text")
    ]
    parsed = ds.read({"revision": {"champDescriptors": items}})
    definition = parse(parsed.content)
    assert 2 <= len(definition.steps) <= 60
    said = json.dumps(parsed.content)
    assert all(f"HeaderSection {n}" in said for n in range(150))


def test_a_list_of_tens_of_thousands_of_options_is_read_whole() -> None:
    options = [f"--P {n}--" if n % 50 == 0 else f"Ville {n % 977}" for n in range(44_575)]
    field = one(__typename="LinkedDropDownListChampDescriptor", label="x", options=options)
    kept = field["options"]
    assert len(kept) + sum(len(o["children"]) for o in kept if isinstance(o, dict)) >= 44_000


@pytest.mark.parametrize("content", [None, [], "x", 3, {}, {"revision": None}, {"revision": {"champDescriptors": []}}])
def test_what_describes_no_procedure_is_refused_with_words(content: Any) -> None:
    with pytest.raises(reading.Unreadable, match=r"démarche|question"):
        ds.read(content)


@pytest.mark.parametrize(
    "item",
    [
        None,
        3,
        "texte",
        [],
        {},
        {"label": None},
        {"__typename": None, "label": 12},
        {"__typename": ["Text"], "label": {}},
        {"__typename": "RepetitionChampDescriptor", "champDescriptors": [None, {"champDescriptors": 3}]},
        {"__typename": "DropDownListChampDescriptor", "options": [None, 1, {}, "a"], "label": "x"},
    ],
)
def test_a_strange_question_is_kept(item: Any) -> None:
    assert questions(item)[0]["label"]


# What a file may hold.


def write(folder: Path, name: str, content: bytes | str | Any) -> Path:
    path = folder / name
    if not isinstance(content, bytes):
        content = (content if isinstance(content, str) else json.dumps(content)).encode()
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.json", b"", "vide"),
        ("a.json", b" \n", "vide"),
        ("a.json", "é".encode("latin-1"), "UTF-8"),
        ("a.json", b"{", "JSON"),
        ("a.json", b"NaN", "JSON"),
        ("a.json", b'{"a": ' + b"9" * 5000 + b"}", "JSON"),
        ("a.json", b"[" * 100 + b"]" * 100, "60 niveaux"),
        ("a.json", b"[" * 200_000, "60 niveaux"),
        ("a.yaml", b"a: [1, 2", "YAML"),
        ("a.yaml", b"[" * 100_000, "60 niveaux"),
        ("a.yaml", b"a: !!python/object/apply:os.system [echo]", "YAML"),
        ("a.yaml", b"a: !!binary aGVsbG8=", "texte"),
        ("a.yaml", b"&a [*a]", "60 niveaux"),
        ("a.yaml", b"a: 1\n--- \nb: 2", "YAML"),
        ("a.yaml", "a: &a [" + "1," * 500 + "]\nb: [" + "*a," * 500 + "]", "alias"),
        (
            "a.yaml",
            "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
            + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)),
            "valeurs",
        ),
        ("a.json", b'"' + b"x" * 5_000_001 + b'"', "5 Mo"),
    ],
)
def test_a_hostile_file_is_refused_with_words(tmp_path: Path, name: str, content: Any, words: str) -> None:
    with pytest.raises(reading.Unreadable, match=words):
        reading.read(write(tmp_path, name, content))


def test_the_limit_of_size_is_a_setting(tmp_path: Path, settings: Any) -> None:
    settings.IMPORT_MAX_BYTES = 10
    with pytest.raises(reading.Unreadable):
        reading.read(write(tmp_path, "a.json", '"12345678901"'))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(reading.Unreadable):
        reading.read(tmp_path / "absent.json")


def test_days_and_half_characters_come_out_as_texts(tmp_path: Path) -> None:
    assert reading.read(write(tmp_path, "a.yaml", "a: 2026-01-31\n1: x")) == {"a": "2026-01-31", "1": "x"}
    assert reading.read(write(tmp_path, "a.json", '"a\\ud800\\u0000b"')) == "a?b"


# The command.


def run(*arguments: Any, **options: Any) -> str:
    out = io.StringIO()
    call_command("procedure", *map(str, arguments), stdout=out, stderr=out, **options)
    return out.getvalue()


def importing(*arguments: Any) -> str:
    return run("import", "--from", "demarches-simplifiees", *arguments)


@pytest.fixture
def town(db: None) -> None:
    samples.department("vie-associative", "Vie associative")
    samples.department()


@pytest.mark.usefixtures("town")
def test_files_and_folders_become_drafts_and_nothing_is_published(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    said = importing(FIXTURES, "--report", report, "--department", "etat-civil")
    assert any(line.startswith("  - « Signature holographique »") for line in said.splitlines())
    assert Procedure.objects.count() == WorkingCopy.objects.count() == 2
    assert not ProcedureVersion.objects.exists()
    assert {procedure.department.slug for procedure in Procedure.objects.all()} == {"etat-civil"}
    written = json.loads(report.read_text())
    assert list(written) == ["procedures"]
    for entry in written["procedures"]:
        assert list(entry) == ["source", "number", "fields_total", "fields_expressed", "degraded", "warnings"]
        assert entry["source"] == "demarches-simplifiees"
        assert 0 < entry["fields_expressed"] <= entry["fields_total"]
        assert all(isinstance(line, str) for line in entry["degraded"] + entry["warnings"])
    assert {entry["number"]: entry["fields_total"] for entry in written["procedures"]} == {
        990001: source_count(preau()["revision"]["champDescriptors"]),
        990042: 12,
    }


@pytest.mark.usefixtures("town")
def test_the_department_is_the_one_of_the_file_when_nobody_names_another() -> None:
    importing(FIXTURES / "preau.json")
    assert Procedure.objects.get().department.slug == "vie-associative"


@pytest.mark.usefixtures("town")
def test_an_unknown_department_is_refused() -> None:
    with pytest.raises(CommandError):
        importing(FIXTURES, "--department", "nulle-part")
    assert not Procedure.objects.exists()


@pytest.mark.usefixtures("town")
def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    importing(FIXTURES, "--dry-run", "--report", tmp_path / "r.json")
    assert len(json.loads((tmp_path / "r.json").read_text())["procedures"]) == 2
    assert not Procedure.objects.exists()


@pytest.mark.usefixtures("town")
def test_a_second_import_changes_only_what_nobody_touched(tmp_path: Path) -> None:
    importing(FIXTURES / "preau.json")
    assert "à jour" in importing(FIXTURES / "preau.json")
    path = write(tmp_path, "preau.json", {**preau(), "title": "Réserver la halle", "number": "990001"})
    importing(path)
    procedure = Procedure.objects.get()
    copy = procedure.working_copy
    assert (copy.definition.title, copy.revision) == ("Réserver la halle", 2)
    working_copy.save(procedure, {**json.loads(copy.content), "title": "Notre titre"}, Actor())
    assert "laissée" in importing(path)
    copy.refresh_from_db()
    assert copy.definition.title == "Notre titre"


@pytest.mark.usefixtures("town")
def test_a_bad_file_never_stops_the_others(tmp_path: Path) -> None:
    write(tmp_path, "a.json", b"{")
    write(tmp_path, "b.json", [preau()])
    many = [{"__typename": "TextChampDescriptor", "label": f"x{n}"} for n in range(10_000)]
    write(tmp_path, "c.json", {"number": 7, "revision": {"champDescriptors": many}})
    write(tmp_path, "d.json", preau())
    out = io.StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("procedure", "import", "--from", "demarches-simplifiees", str(tmp_path), stdout=out, stderr=out)
    assert refusal.value.returncode == 1
    assert "10000 questions" in out.getvalue()
    assert Procedure.objects.get().source_number == "990001"


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("form", ["yaml", "json"])
def test_a_definition_that_leaves_and_comes_back_has_the_same_bytes(tmp_path: Path, form: str) -> None:
    samples.procedure(department=samples.department())
    first = tmp_path / f"first.{form}"
    run("export", "acte", "--format", form, "--output", first)
    Procedure.objects.update(slug="ailleurs")
    run("import", first)
    assert Procedure.objects.get(slug="acte").current_version is None
    run("export", "acte", "--format", form, "--output", tmp_path / "second")
    assert (tmp_path / "second").read_bytes() == first.read_bytes()
    assert "à jour" in run("import", first)


def test_a_line_end_that_only_unicode_knows_reads_back_from_yaml() -> None:
    definition = parse(samples.content(summary="un\x85deux\u2028trois"))
    assert parse(reading.loads(writing.write(definition), as_json=False)) == definition


@pytest.mark.usefixtures("town")
def test_the_published_version_is_exported_and_the_draft_where_it_is_asked_for() -> None:
    procedure = samples.procedure()
    working_copy.save(procedure, samples.content(title="À venir"), Actor())
    assert yaml.safe_load(run("export", "acte"))["title"] == "Demander un acte"
    assert yaml.safe_load(run("export", "acte", "--draft"))["title"] == "À venir"
    with pytest.raises(CommandError):
        run("export", "absent")


def test_validate_says_what_is_wrong_and_what_would_block(tmp_path: Path) -> None:
    draft = write(tmp_path, "draft.json", samples.content(cost=""))
    assert "coûte" in run("validate", draft)
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("procedure", "validate", str(write(tmp_path, "bad.json", {"a": 1})), stdout=out, stderr=out)
    assert "bad.json: steps" in out.getvalue()
