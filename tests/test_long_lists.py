"""Long lists without a script: type, send, choose among the closest; the same question asks the server with one."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from procedures.definition.fields import ChoiceField, ChoicesField, LinkedChoiceField
from procedures.definition.lookups import Context
from procedures.definition.places import EmbeddedLookups
from procedures.models import Draft
from tests.support import samples
from tests.support.client import Portal, page_of
from town.models import ReferenceRow, ReferenceTable

TODAY = Context(today=date(2026, 11, 24))


def many(count: int) -> list[dict[str, Any]]:
    return [{"value": f"v{number}", "label": f"Métier n° {number}"} for number in range(count)]


def asking(*questions: dict[str, Any]) -> dict[str, Any]:
    """Return a definition whose one step asks these questions."""
    step = {
        "id": "acte",
        "title": "Questions",
        "question": "Que voulez-vous ?",
        "sections": [{"id": "acte_s", "fields": list(questions)}],
    }
    return {"steps": [step], "applicant": {"identification": "none"}}


def begin(portal: Portal, *questions: dict[str, Any]) -> str:
    samples.procedure(**asking(*questions))
    return str(portal.post("/demarches/acte/commencer/").headers["Location"])


def answers() -> dict[str, Any]:
    found: dict[str, Any] = Draft.objects.get().answers
    return found


BIRTH = {"type": "commune", "id": "birth", "label": "Commune de naissance", "historic": True}


def test_a_name_that_is_one_commune_is_taken_without_choosing(portal: Portal) -> None:
    page = portal.get(begin(portal, BIRTH))
    assert portal.fill(page, button=("action", "next"), values={"birth-text": "VILLEURBANNE"}).status_code == 302
    assert answers()["birth"]["code"] == "69266"


def test_namesakes_come_back_as_a_choice_and_the_one_chosen_is_kept(portal: Portal) -> None:
    first = begin(portal, BIRTH, {"type": "text", "id": "other", "label": "Autre"})
    page = portal.get(first)
    refused = portal.fill(page, button=("action", "next"), values={"birth-text": "saint denis", "other": "gardé"})
    assert refused.status_code == 422
    assert 'value="saint denis"' in refused.text
    assert 'value="gardé"' in refused.text
    assert portal.fill(refused, button=("action", "next"), birth="93066").status_code == 302
    assert answers()["birth"]["code"] == "93066"
    again = portal.get(first)
    assert 'value="93066" checked' in again.text


def test_none_of_these_asks_to_type_again_and_a_new_text_wins_over_an_old_choice(portal: Portal) -> None:
    page = portal.get(begin(portal, BIRTH))
    refused = portal.fill(page, button=("action", "next"), values={"birth-text": "saint denis"})
    none = portal.fill(refused, button=("action", "next"), birth="!saint denis")
    assert none.status_code == 422
    assert "93066" not in none.text
    taken = portal.fill(refused, button=("action", "next"), values={"birth": "93066", "birth-text": "Lyon 69001"})
    assert taken.status_code == 302
    assert answers()["birth"]["name"] == "Lyon"


def test_one_of_many_namesakes_stays_chosen_when_its_page_comes_back(portal: Portal) -> None:
    first = begin(portal, {**BIRTH, "historic": False})
    last = [
        item
        for item in EmbeddedLookups().search("commune", "Saint-Denis", on=TODAY.today)
        if item.label == "Saint-Denis"
    ][-1]
    assert portal.post(first, {"birth": last.value, "birth-text": " saint-denis ", "action": "next"}).status_code == 302
    page = portal.get(first)
    assert f'value="{last.value}" checked' in page.text
    assert portal.fill(page, button=("action", "next")).status_code == 302
    assert answers()["birth"]["code"] == last.value


def test_a_mistake_of_typing_offers_the_nearest_names(portal: Portal) -> None:
    page = portal.get(begin(portal, BIRTH))
    refused = portal.fill(page, button=("action", "next"), values={"birth-text": "vileurbane"})
    assert 'value="69266"' in refused.text


def test_a_list_of_thousands_is_searched_and_never_sent(portal: Portal) -> None:
    page = portal.get(begin(portal, {"type": "choice", "id": "job", "label": "Métier", "options": many(3000)}))
    assert len(page.content) < 30_000
    assert "js/combobox" in page.text
    refused = portal.fill(page, button=("action", "next"), values={"job-text": "metier 12"})
    assert refused.status_code == 422
    assert (
        portal.fill(refused, button=("action", "next"), job="v12").status_code == 302
        if 'value="v12"' in refused.text
        else True
    )
    page = portal.get(page.request["PATH_INFO"])
    assert portal.fill(page, button=("action", "next"), values={"job-text": "métier n 2999"}).status_code == 302
    assert answers()["job"] == "v2999"


@pytest.mark.parametrize("count", [7, 30])
def test_a_list_read_at_a_glance_stays_radio_buttons_without_a_script(portal: Portal, count: int) -> None:
    page = portal.get(begin(portal, {"type": "choice", "id": "job", "label": "Métier", "options": many(count)}))
    assert page.text.count('type="radio"') == count
    assert "combobox" not in page.text


def test_44575_options_are_searched_and_found() -> None:
    question = ChoiceField.model_validate({"type": "choice", "id": "q", "label": "x", "options": many(44_575)})
    assert question.suggest("metier n 44574", TODAY)[0].value == "v44574"
    assert len(question.suggest("m", TODAY)) == 20
    assert question.suggest("zzz", TODAY) == []


def test_several_answers_of_a_long_list_are_added_one_at_a_time(portal: Portal) -> None:
    first = begin(portal, {"type": "choices", "id": "jobs", "label": "Métiers", "options": many(40), "maximum": 2})
    page = portal.get(first)
    page = portal.fill(page, button="add", follow=True, values={"jobs-text": "métier n° 3"})
    assert 'value="v3" checked' in page.text
    page = portal.fill(page, button="add", follow=True, values={"jobs-text": "métier n° 39"})
    assert portal.fill(page, button=("action", "next")).status_code == 302
    assert answers()["jobs"] == ["v3", "v39"]
    page = portal.get(first)
    refused = portal.fill(page, button=("action", "next"), values={"jobs-text": "métier n° 5"})
    assert refused.status_code == 422
    assert (
        portal.fill(portal.get(first), button=("action", "next"), values={"jobs": ["v39"], "jobs-text": ""}).status_code
        == 302
    )
    assert answers()["jobs"] == ["v39"]


@pytest.mark.parametrize(
    "raw",
    [
        {"birth": ["69266", "zz"], "birth-text": ["x", "\u202e\x00\U0001f600"]},
        {"birth-text": "a" * 10_000},
        {"birth": "\x00"},
        {"birth": "69266:2020:"},
        {"birth": "::::"},
        {"birth-text": "\uff16\uff19\uff11\uff10\uff10 zzz"},
    ],
)
def test_what_cannot_be_an_entry_is_refused_with_words(portal: Portal, raw: dict[str, Any]) -> None:
    answer = portal.post(begin(portal, BIRTH), {**raw, "action": "next"})
    assert answer.status_code == 422
    assert 'class="error"' in answer.text


def test_suggestions_are_few_private_and_of_this_draft_only(portal: Portal) -> None:
    first = begin(portal, BIRTH)
    answer = portal.get(f"{first}suggestions/birth/?q=st-denis")
    assert len(answer.json()["results"]) == 20
    assert answer.json()["results"][0].keys() == {"value", "label", "hint"}
    assert "no-store" in answer.headers["Cache-Control"]
    assert portal.get(f"{first}suggestions/nothing/?q=a").status_code == 404
    assert Portal().get(f"{first}suggestions/birth/?q=a").status_code == 404
    for text in ("", "\x00", "x" * 5000, "\U0001f600"):
        assert portal.get(f"{first}suggestions/birth/", {"q": text}).json()["results"] == []


def tree(groups: int, leaves: int) -> list[dict[str, Any]]:
    return [
        {
            "value": f"g{group}",
            "label": f"Genre {group}",
            "children": [{"value": f"l{leaf}", "label": f"Activité {group}-{leaf}"} for leaf in range(leaves)],
        }
        for group in range(groups)
    ]


def linked(groups: int, leaves: int) -> dict[str, Any]:
    return {
        "type": "linked_choice",
        "id": "sport",
        "label": "Activité",
        "levels": ["Genre", "Activité"],
        "options": tree(groups, leaves),
    }


def test_a_small_tree_is_one_list_in_groups(portal: Portal) -> None:
    page = portal.get(begin(portal, linked(3, 4)))
    assert page.text.count("<optgroup") == 3
    assert portal.fill(page, button=("action", "next"), sport="g1/l2").status_code == 302
    assert answers()["sport"] == {
        "path": ["g1", "l2"],
        "labels": ["Genre 1", "Activité 1-2"],
        "level_1": "g1",
        "level_2": "l2",
    }


def test_a_large_tree_asks_the_second_list_once_the_first_is_sent_and_loses_nothing(portal: Portal) -> None:
    page = portal.get(begin(portal, linked(15, 15), {"type": "text", "id": "other", "label": "Autre"}))
    assert len(page_of(page).find_all("option")) == 16
    second = portal.fill(page, button=("action", "next"), values={"sport-1": "g3", "other": "gardé"})
    assert second.status_code == 422
    assert 'value="gardé"' in second.text
    changed = portal.fill(second, button=("action", "next"), values={"sport-1": "g4", "sport-2": "l2"})
    assert changed.status_code == 302
    assert answers()["sport"]["labels"] == ["Genre 4", "Activité 4-2"]


def test_a_tree_too_wide_to_open_is_searched(portal: Portal) -> None:
    page = portal.get(begin(portal, linked(2, 400)))
    assert not page_of(page).find_all("option")
    assert portal.fill(page, button=("action", "next"), values={"sport-text": "Activité 1-399"}).status_code == 302
    assert answers()["sport"]["path"] == ["g1", "l399"]


def test_a_tree_deeper_than_its_levels_or_with_twins_is_refused() -> None:
    deep = linked(1, 1)
    deep["options"][0]["children"][0]["children"] = [{"value": "x", "label": "X"}]
    twins = linked(1, 1)
    twins["options"] *= 2
    for wrong in (deep, twins):
        with pytest.raises(ValueError, match=r"deeper|same"):
            LinkedChoiceField.model_validate(wrong)


def test_options_beyond_the_limit_are_refused() -> None:
    kinds: dict[str, Any] = {"choice": ChoiceField, "choices": ChoicesField}
    for name, kind in kinds.items():
        with pytest.raises(ValueError, match="60000"):
            kind.model_validate({"type": name, "id": "q", "label": "x", "options": many(60_001)})


def table(key: str, rows: list[tuple[str, str, str]], **dates: Any) -> ReferenceTable:
    made = ReferenceTable.objects.create(key=key, name=key)
    for place, (value, label, parent) in enumerate(rows):
        ReferenceRow.objects.create(table=made, value=value, label=label, parent=parent, position=place, **dates)
    return made


SCHOOL = {"type": "table_choice", "id": "school", "label": "École", "table": "schools"}
STREET = {"type": "table_choice", "id": "street", "label": "Voie", "table": "streets", "parent": "school"}


@pytest.mark.parametrize(("count", "tag"), [(3, 'type="radio"'), (12, "<option"), (40, "data-combobox")])
def test_a_table_is_drawn_as_it_is_long_and_its_words_are_kept(portal: Portal, count: int, tag: str) -> None:
    table("schools", [(f"s{number}", f"École {number}", "") for number in range(count)])
    page = portal.get(begin(portal, SCHOOL))
    assert tag in page.text
    values = {"school-text": "ecole 2"} if count == 40 else {"school": "s2"}
    assert portal.fill(page, button=("action", "next"), values=values).status_code == 302
    assert answers()["school"] == {"value": "s2", "label": "École 2"}
    assert "École 2" in portal.get(page.request["PATH_INFO"]).text


def test_a_list_under_another_offers_what_is_under_the_entry_chosen(portal: Portal) -> None:
    table("schools", [("a", "École A", ""), ("b", "École B", "")])
    table("streets", [("r1", "Rue Haute", "a"), ("r2", "Rue Haute", "b"), ("r3", "Rue Basse", "b")])
    first = begin(portal, SCHOOL, STREET)
    page = portal.get(first)
    assert (
        portal.fill(page, button=("action", "next"), values={"school": "b", "street-text": "rue haute"}).status_code
        == 302
    )
    assert answers()["street"]["value"] == "r2"
    found = portal.get(f"{first}suggestions/street/?q=rue&parent=a").json()["results"]
    assert [entry["value"] for entry in found] == ["r1"]
    refused = portal.fill(portal.get(first), button=("action", "next"), school="a", values={"street-text": "Rue Basse"})
    assert refused.status_code == 422


def test_marks_that_a_database_refuses_are_no_entry(portal: Portal) -> None:
    table("schools", [(f"s{number}", f"École {number}", "") for number in range(40)])
    table("streets", [("r1", "Rue Haute", "s1")])
    first = begin(portal, SCHOOL, STREET)
    answer = portal.post(first, {"school": "s1\x00", "school-text": "\x00\u202eécole", "action": "next"})
    assert answer.status_code == 422
    assert portal.get(first).status_code == 200
    assert portal.get(f"{first}suggestions/street/", {"q": "rue", "parent": "\x00"}).json()["results"] == []


def test_an_entry_withdrawn_meanwhile_is_told_at_the_recap_and_at_its_question(portal: Portal) -> None:
    table("schools", [("a", "École A", ""), ("b", "École B", "")])
    first = begin(portal, SCHOOL)
    recap = portal.fill(portal.get(first), button=("action", "next"), school="a").headers["Location"]
    ReferenceRow.objects.filter(value="a").update(valid_until=date(2020, 1, 1))
    page = portal.get(recap)
    assert "École A" in page.text
    assert f'href="{first}"' in page.text
    assert portal.post(recap, {"ok": "on"}).status_code == 422
    assert not Draft.objects.get().submission_id
    assert portal.post(first, {"school": "a", "action": "next"}).status_code == 422
    assert portal.post(first, {"school": "b", "action": "next"}).status_code == 302
    assert portal.post(recap, {"ok": "on"}).status_code == 302


def test_lists_that_are_not_tables_cost_no_query(portal: Portal) -> None:
    costs = []
    lists = [BIRTH, linked(2, 2), {"type": "choice", "id": "job", "label": "Métier", "options": many(40)}]
    for slug, questions in (("plain", [{"type": "text", "id": "word", "label": "Mot"}]), ("lists", lists)):
        samples.procedure(slug, **asking(*questions))
        first = portal.post(f"/demarches/{slug}/commencer/").headers["Location"]
        portal.get(first)
        with CaptureQueriesContext(connection) as asked:
            portal.get(first)
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_a_place_is_said_in_words_with_or_without_its_coordinates(portal: Portal) -> None:
    place = {"type": "map", "id": "place", "label": "Lieu", "geometry": "area"}
    page = portal.get(begin(portal, place, {"type": "file", "id": "proof", "label": "Photo", "required": False}))
    corner = "48.1 2.1\n48.2 2.1\n48.2 2.2"
    wrong = portal.fill(page, button=("action", "next"), values={"place-text": "Le pré", "place-points": "48.1 2.1"})
    assert wrong.status_code == 422
    assert 'href="#f-place-points"' in wrong.text
    sent = portal.fill(
        wrong,
        button=("action", "next"),
        values={"place-points": corner, "proof": SimpleUploadedFile("a.pdf", b"%PDF-1.4\n%%EOF")},
    )
    assert sent.status_code == 302
    ring = answers()["place"]["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1] == [2.1, 48.1]
    assert len(ring) == 4
