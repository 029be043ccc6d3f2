"""Blocks of fields shared by procedures: copied where they are used, so that what is published depends on none."""

import io
import json
import time
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.permissions import Actor
from procedures.definition import blocks, limits
from procedures.definition.blocks import Block
from procedures.definition.fields import FIELD_TYPES
from procedures.definition.language import Condition, Expression
from procedures.definition.upgrade import DefinitionError, canonical, dump, parse
from procedures.interchange import library
from procedures.interchange.blocks import expand, known, ready, save, write
from procedures.lifecycle import working_copy
from procedures.models import FieldBlock, Procedure, WorkingCopy
from tests.support import samples

STAY: dict[str, Any] = {
    "key": "stay",
    "name": "Un séjour",
    "fields": [
        {"type": "date", "id": "start", "label": "Arrivée", "latest": "today+1y"},
        {"type": "date", "id": "end", "label": "Départ", "short": "Fin", "earliest": "field:start+1d"},
        {"type": "yes_no", "id": "car", "label": "En voiture ?"},
        {"type": "plate", "id": "plate", "label": "Plaque", "when": {"field": "car", "value": True}},
        {
            "type": "computed",
            "id": "nights",
            "label": "Nuits",
            "expression": {"fn": "days_between", "args": [{"field": "start"}, {"field": "end"}]},
        },
        {
            "type": "group",
            "id": "guests",
            "label": "Invités",
            "row_label": "Invité",
            "required": False,
            "fields": [
                {"type": "text", "id": "guest", "label": "Nom"},
                {"type": "number", "id": "age", "label": "Âge"},
                {
                    "type": "text",
                    "id": "guardian",
                    "label": "Qui l’accompagne ?",
                    "when": {
                        "all": [{"field": "age", "op": "less_than", "value": 18}, {"field": "car", "value": True}]
                    },
                },
            ],
        },
        {
            "type": "long_text",
            "id": "why",
            "label": "Pourquoi tant ?",
            "required_when": {
                "left": {"count": "guests", "where": {"field": "guest", "value": "guest"}},
                "op": "more_than",
                "right": {"value": 3},
            },
        },
        {
            "type": "computed",
            "id": "total",
            "label": "Âges réunis",
            "expression": {"over": "guests", "fn": "sum", "of": {"field": "age"}},
        },
        {"type": "table_choice", "id": "quarter", "label": "Quartier", "table": "quarters"},
        {"type": "table_choice", "id": "street", "label": "Rue", "table": "streets", "parent": "quarter"},
    ],
}


def block(**parts: Any) -> Block:
    return Block.model_validate({"key": "stay", "name": "Un séjour", "fields": [text("start")], **parts})


def text(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "id": name, "label": f"Question {name}", **more}


def using(*uses: dict[str, Any]) -> dict[str, Any]:
    """Return the sample definition with some fields after those of its first step."""
    content = samples.content()
    content["steps"][0]["sections"][0]["fields"] += uses
    return content


def at(*blocks_: Block) -> dict[str, Block]:
    return {one.key: one for one in blocks_}


def test_a_use_is_replaced_by_copies_whose_names_follow_the_prefix() -> None:
    stay = at(Block.model_validate(STAY))
    fields = parse(
        expand(using({"use": "stay", "prefix": "first"}, {"use": "stay", "prefix": "then"}), stay)
    ).every_field
    assert [name for name in fields if name.startswith("then_")] == [
        f"then_{name}"
        for name in (
            "start", "end", "car", "plate", "nights", "guests", "guest", "age", "guardian", "why", "total",
            "quarter", "street",
        )
    ]  # fmt: skip
    reads = {name: set(fields[f"then_{name}"].reads) for name in ("end", "plate", "nights", "guardian", "why", "total")}
    assert reads == {
        "end": {"then_start"},
        "plate": {"then_car"},
        "nights": {"then_start", "then_end"},
        "guardian": {"then_age", "then_car"},
        "why": {"then_guests", "then_guest"},
        "total": {"then_guests", "then_age"},
    }
    assert getattr(fields["then_end"], "earliest", "") == "field:then_start+1d"
    assert getattr(fields["then_street"], "parent", "") == "then_quarter"
    # A constant that reads like an id stays the constant it is.
    assert '"value": "guest"' in json.dumps(fields["then_why"].model_dump(mode="json"))


def test_without_a_prefix_the_ids_are_those_of_the_block() -> None:
    fields = parse(expand(using({"use": "stay"}), at(block()))).fields
    assert "start" in fields


def test_the_condition_of_a_use_joins_the_condition_of_each_field_and_reads_the_procedure() -> None:
    stay = at(block(fields=[text("kind"), text("detail", when={"field": "kind", "value": "x"})]))
    definition = parse(expand(using({"use": "stay", "prefix": "s", "when": {"field": "kind", "value": "other"}}), stay))
    plain, both = definition.fields["s_kind"].when, definition.fields["s_detail"].when
    assert definition.say(plain) == "« Type d’acte » est Autre"
    assert definition.say(both) == "« Type d’acte » est Autre et « Question kind » est x"


def test_a_label_is_changed_and_its_short_form_with_it() -> None:
    stay = at(Block.model_validate(STAY))
    use = {"use": "stay", "prefix": "s", "labels": {"end": "Fin du séjour", "guest": "Nom de l’invité"}}
    fields = parse(expand(using(use), stay)).every_field
    assert (fields["s_end"].label, fields["s_end"].name) == ("Fin du séjour", "Fin du séjour")
    assert fields["s_guest"].label == "Nom de l’invité"
    assert fields["s_start"].label == "Arrivée"


def test_a_block_may_use_another_and_stand_in_a_row() -> None:
    couple = Block.model_validate(
        {"key": "couple", "name": "Deux", "fields": [{"use": "stay", "prefix": name} for name in ("one", "two")]}
    )
    content = using(
        {
            "type": "group",
            "id": "rows",
            "label": "Séjours",
            "row_label": "Séjour",
            "fields": [{"use": "couple", "prefix": "row", "labels": {"two_b": "Second"}}],
        }
    )
    stay = block(fields=[text("a"), text("b", when={"field": "a", "op": "answered"})])
    fields = parse(expand(content, at(stay, couple))).every_field
    assert [name for name in fields if name.startswith("row_")] == ["row_one_a", "row_one_b", "row_two_a", "row_two_b"]
    assert fields["row_two_b"].reads == {"row_two_a"}
    assert fields["row_two_b"].label == "Second"


@pytest.mark.parametrize(
    ("use", "words"),
    [
        ({"use": "absent"}, r"étape « acte », rubrique « acte_s », bloc « absent ».*« absent »"),
        ({"use": ["stay"]}, "use"),
        ({"use": "stay", "prefix": "Mère"}, "prefix"),
        ({"use": "stay", "label": "x"}, "label"),
        ({"use": "stay", "labels": {"away": "x"}}, "away"),
        ({"use": "stay", "when": {"field": "kind", "op": "near"}}, "when"),
        ({"use": "loop"}, "« loop » → « back » → « loop »"),
        ({"use": "stay", "prefix": "mother"}, None),
        ({"use": "stay", "prefix": "taken"}, "taken_start"),
    ],
)
def test_a_use_that_cannot_be_replaced_is_refused_in_words_with_its_place(use: Any, words: str | None) -> None:
    loop = block(key="loop", fields=[text("a"), {"use": "back", "prefix": "b"}])
    back = block(key="back", fields=[{"use": "loop", "prefix": "l"}])
    content = using(text("taken_start"), use)
    if words is None:
        assert parse(expand(content, at(block(), loop, back)))
        return
    with pytest.raises(DefinitionError, match=words) as caught:
        expand(content, at(block(), loop, back))
    assert all("acte_s" in fault for fault in caught.value.faults)


def test_every_fault_is_said_at_once_and_each_collision_once() -> None:
    with pytest.raises(DefinitionError) as caught:
        expand(using({"use": "stay"}, {"use": "stay"}, {"use": "stay"}, {"use": "no"}, {"use": "nor"}), at(block()))
    assert len(caught.value.faults) == 3


def test_blocks_that_multiply_one_another_are_stopped() -> None:
    every = [block(key="b0", fields=[text("a")])]
    every += [
        block(key=f"b{n}", fields=[{"use": f"b{n - 1}", "prefix": f"p{i}"} for i in range(10)]) for n in range(1, 8)
    ]
    with pytest.raises(DefinitionError, match=str(limits.FIELDS)):
        expand(using({"use": "b7"}), at(*every))


@pytest.mark.parametrize(
    "content",
    [None, [], "x", {}, {"steps": "x"}, {"steps": [None, {"sections": [3, {"fields": {"use": "x"}}]}]}],
)
def test_what_is_no_definition_comes_back_as_it_is(content: Any) -> None:
    assert expand(content, {}) is content


def test_a_definition_without_a_use_is_untouched_and_looks_for_no_block() -> None:
    def never() -> dict[str, Block]:
        raise AssertionError("no block is looked for")

    content = samples.content()
    assert expand(content, never) is content


def test_a_document_of_a_million_questions_is_not_read_for_long() -> None:
    content = using({"use": "stay"}, *[{}] * 1_000_000)
    started = time.monotonic()
    assert expand(content, {}) is content  # it is over the bounds: reading it says so
    assert time.monotonic() - started < 30


def test_published_bytes_hold_no_use() -> None:
    with pytest.raises(DefinitionError, match="recopiez ses champs"):
        parse(using({"use": "stay"}))


def test_every_option_of_a_type_that_names_other_questions_is_renamed() -> None:
    """A new option that holds a condition, an expression or a bound must be known to the copier."""
    language = set(get_args(Condition)) | set(get_args(Expression))
    for kind in FIELD_TYPES.values():
        for name, info in kind.model_fields.items():
            inside = {info.annotation, *get_args(info.annotation)}
            inside |= {deep for one in inside for deep in get_args(one)}
            if inside & language:
                assert name in blocks.CONDITIONS, (kind, name)
        sample = kind.sample()
        if kind.__name__ not in {"ComputedField", "GroupField"}:
            bounds = {name for name in ("earliest", "latest") if hasattr(sample, name)}
            assert bounds <= blocks.BOUNDS
            assert not sample.field_references() or bounds, kind


@pytest.mark.parametrize("key", sorted(ready()))
def test_a_ready_block_is_whole_and_can_be_used_twice_in_a_procedure(key: str) -> None:
    # Read alone: its fields depend on nothing outside it, and no other block is needed.
    definition = parse(expand(using({"use": key, "prefix": "one"}, {"use": key, "prefix": "two"}), ready))
    copies = [name for name in definition.every_field if name.startswith("two_")]
    assert len(copies) >= 3
    assert all(read.startswith("two_") for name in copies for read in definition.every_field[name].reads)
    names = [definition.every_field[name].name for name in copies]
    assert len(set(names)) == len(names)
    assert all(field.help or field.label for field in definition.every_field.values())


def test_the_ready_blocks_are_those_that_towns_ask_for() -> None:
    assert set(ready()) == {"birth", "child", "emergency_contact", "bank_details"}
    assert [field["type"] for field in ready()["bank_details"].fields] == ["text", "iban", "file"]


@pytest.mark.django_db
def test_a_working_copy_keeps_the_copies_and_does_not_change_when_the_block_does() -> None:
    procedure = Procedure.objects.create(slug="acte", title="x", department=samples.department())
    save(STAY, Actor())
    copy = working_copy.save(procedure, using({"use": "stay", "prefix": "s"}), Actor())
    assert '"use"' not in copy.content
    assert "s_start" in copy.definition.fields
    save({**STAY, "fields": [text("other")]}, Actor())
    assert "s_start" in WorkingCopy.objects.get().definition.fields
    again = working_copy.save(procedure, dump(copy.definition), Actor())
    assert again.revision == copy.revision


@pytest.mark.django_db
def test_a_block_of_the_town_is_saved_in_its_one_spelling_and_again_only_when_it_changed() -> None:
    user = samples.citizen()
    row = save(STAY, Actor(user))
    assert (row.content, row.updated_by) == (canonical(STAY["fields"]), user)
    assert save(STAY, Actor()).updated_by == user
    assert save({**STAY, "name": "Séjour"}, Actor()).updated_by is None
    assert FieldBlock.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([], "bloc"),
        ({"key": "Stay", "name": "x", "fields": [text("a")]}, "key"),
        ({"key": "stay", "fields": [text("a")]}, "name"),
        ({"key": "stay", "name": "x", "fields": []}, "fields"),
        ({"key": "stay", "name": "x", "fields": [{"type": "text", "id": "a"}]}, r"^fields “a” › .*label"),
        ({"key": "stay", "name": "x", "fields": [text("a"), text("a")]}, "deux fois"),
        ({"key": "stay", "name": "x", "fields": [text("a", when={"field": "out", "value": "x"})]}, "out"),
        ({"key": "stay", "name": "x", "fields": [{**STAY["fields"][5], "fields": [3]}]}, "guests"),
        ({"key": "stay", "name": "x", "fields": [{"use": "stay"}]}, "« stay » → « stay »"),
        ({"key": "stay", "name": "x", "fields": [{"use": "absent"}]}, "absent"),
        ({"key": "stay", "name": "x", "fields": [text(f"f{n}") for n in range(101)]}, "fields"),
    ],
)
def test_a_block_that_cannot_be_read_is_refused_in_words_and_nothing_is_written(content: Any, words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        save(content, Actor())
    assert not FieldBlock.objects.exists()


@pytest.mark.django_db
def test_a_block_that_another_uses_cannot_be_changed_into_a_circle() -> None:
    save({"key": "inner", "name": "Dedans", "fields": [text("a")]}, Actor())
    save({"key": "outer", "name": "Autour", "fields": [{"use": "inner", "labels": {"a": "A"}}]}, Actor())
    for fields in ([{"use": "outer"}], [text("b")]):
        with pytest.raises(DefinitionError, match="outer"):
            save({"key": "inner", "name": "Dedans", "fields": fields}, Actor())
    assert [field["id"] for field in known()["inner"].fields] == ["a"]


@pytest.mark.django_db
def test_a_block_of_the_town_replaces_the_ready_one_except_in_the_library(tmp_path: Path) -> None:
    save({"key": "child", "name": "Un enfant d’ici", "fields": [text("nickname")]}, Actor())
    path = tmp_path / "acte.yaml"
    path.write_text(yaml.safe_dump(using({"use": "child", "prefix": "c"}), allow_unicode=True), encoding="utf-8")
    assert "c_child_home" in library.read(path).fields
    assert known()["child"].name == "Un enfant d’ici"
    samples.department()
    call_command("procedure", "import", path, stdout=io.StringIO())
    assert "c_nickname" in WorkingCopy.objects.get().definition.fields


def run(*words: Any) -> str:
    out = io.StringIO()
    call_command("field_block", *words, stdout=out, stderr=out)
    return out.getvalue()


@pytest.mark.django_db
def test_the_command_brings_a_block_in_lists_it_shows_it_and_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "stay.yaml"
    path.write_text(yaml.safe_dump(STAY, allow_unicode=True), encoding="utf-8")
    assert "stay" in run("import", path)
    listed = run("list")
    assert "stay: Un séjour (de la commune, 10 questions)" in listed
    assert "child: Un enfant (prêt à l’emploi" in listed
    assert "    - guest (text): Nom" in run("show", "stay")
    assert yaml.safe_load(run("export", "stay")) == STAY
    run("export", "birth", "--output", tmp_path / "birth.yaml")
    assert (tmp_path / "birth.yaml").read_bytes() == write(ready()["birth"])
    for verb in ("show", "export"):
        with pytest.raises(CommandError, match="absent"):
            run(verb, "absent")


@pytest.mark.django_db
def test_the_command_refuses_a_file_and_keeps_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("key: [", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("key: b\nname: B\n", encoding="utf-8")
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(STAY), encoding="utf-8")
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("field_block", "import", tmp_path, stdout=out, stderr=out)
    assert "a.yaml" in out.getvalue()
    assert "b.yaml: fields" in out.getvalue()
    assert FieldBlock.objects.get().key == "stay"


@pytest.mark.django_db
def test_a_file_that_uses_a_block_is_checked_with_its_questions(tmp_path: Path) -> None:
    path = tmp_path / "acte.yaml"
    path.write_text(yaml.safe_dump(using({"use": "birth", "prefix": "x"}), allow_unicode=True), encoding="utf-8")
    out = io.StringIO()
    call_command("procedure", "validate", path, stdout=out)
    assert "acte.yaml" in out.getvalue()
    path.write_text(yaml.safe_dump(using({"use": "nothing"}), allow_unicode=True), encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("procedure", "validate", path, stdout=out, stderr=out)
    assert "« nothing »" in out.getvalue()
