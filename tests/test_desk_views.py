"""Views of the list: columns and filters on answers, the order by legal date, searches ranked, views that are kept."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.permissions import Actor
from procedures.desk import inbox
from procedures.desk.view import View
from procedures.lifecycle import draft as drafts
from procedures.lifecycle import saved_view
from procedures.lifecycle.grounds import MissingWords
from procedures.lifecycle.submit import submit
from procedures.models import SavedView, Submission
from tests.support import people, samples
from tests.support.client import Portal, page_of
from tests.support.people import Desk
from tests.test_desk import text_of

LIST = "/agent/demandes/"


@pytest.fixture
def desk(db: None) -> Desk:
    """A procedure whose kind, number of copies and mother's name are filters, and whose secret is never shown."""
    made = people.desk()
    steps = samples.content()["steps"]
    for step in steps:
        for section in step["sections"]:
            for field in section["fields"]:
                field["filterable"] = field["id"] in {"kind", "copies", "mother"}
    made.procedure = samples.procedure("filtree", department=made.civil, id="filtree", steps=steps)
    return made


def file(desk: Desk, **answers: Any) -> Submission:
    draft = drafts.start(desk.procedure, desk.zoe.person)
    given = {name: dict(step) for name, step in people.ANSWERS.items()}
    given["acte"] |= {name: value for name, value in answers.items() if name in {"kind", "copies"}}
    given["parents"] |= {"proof": [people.PROOF]} | {n: v for n, v in answers.items() if n == "mother"}
    for step, said in {**given, "applicant": people.APPLICANT}.items():
        drafts.save_step(draft, step, dict(said))
    draft.save()
    return submit(draft, by=Actor(user=desk.zoe))


def listed(portal: Portal, query: str) -> set[str]:
    """Return the references that a view shows."""
    return set(shown_in(portal.get(LIST + query)))


def shown_in(page: Any) -> list[str]:
    """Return the references of a list, in its order."""
    links = page_of(page).find_all("a")
    return [link.text.removeprefix("Non lue, ") for link in links if link.get("class") == "code"]


def headings(portal: Portal, query: str) -> list[str]:
    page = page_of(portal.get(LIST + query))
    # After the boxes to tick.
    return [th.text for th in page.find_all("th") if th.get("scope") == "col"][1:]


# Filters on answers


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("champ.copies.min=3", {"many"}),
        ("champ.copies.max=2,5", {"few"}),
        ("champ.copies.min=1&champ.copies.max=2", {"few"}),
        ("champ.mother=anne", {"few"}),
        ("champ.mother=Bernadette%20L", {"many"}),
        ("champ.kind=full", {"few", "many"}),
        ("champ.kind=extract", set()),
    ],
)
def test_the_list_of_a_procedure_is_narrowed_by_its_answers(
    portal: Portal, desk: Desk, query: str, found: set[str]
) -> None:
    cases = {"few": file(desk), "many": file(desk, copies=5, mother="Bernadette Le Goff")}
    portal.force_login(desk.nadia)
    assert listed(portal, f"?demarche=filtree&{query}") == {cases[name].reference for name in found}


def test_each_filter_on_answers_has_its_control_and_keeps_what_was_asked(portal: Portal, desk: Desk) -> None:
    file(desk)
    portal.force_login(desk.nadia)
    page = portal.get(LIST, {"demarche": "filtree", "champ.copies.min": "2", "champ.kind": "full"})
    shown = (one for one in page_of(page).find_all("input", "select") if one.get("type") != "hidden")
    controls = {one.get("name"): one for one in shown}
    assert controls["champ.copies.min"].get("value") == "2"
    chosen = [one.get("value") for one in controls["champ.kind"].find_all("option") if one.has("selected")]
    assert chosen == ["full"]
    # A question that is not marked so is no filter, nor is one without its procedure.
    assert "champ.secret" not in page.content.decode()
    assert "champ." not in portal.get(LIST).content.decode()


@pytest.mark.parametrize(
    "query",
    ["champ.copies.min=beaucoup", "champ.copies.min=1e999", "champ.gone=x", "champ.copies=3", "champ.kind.min=1"],
)
def test_a_filter_that_cannot_be_read_is_said_and_filters_nothing(portal: Portal, desk: Desk, query: str) -> None:
    case = file(desk)
    portal.force_login(desk.nadia)
    page = portal.get(f"{LIST}?demarche=filtree&{query}")
    assert case.reference in text_of(page)
    assert "n’a pas été appliqué" in text_of(page) or "n’est plus un filtre" in text_of(page)


@pytest.mark.parametrize("text", ["'", '"', "%", "_", "\\", "' OR 1=1 --", "x" * 5000, "\x00", "𝕏", "!*&|()"])
def test_what_is_written_in_a_filter_or_a_search_is_only_text(portal: Portal, desk: Desk, text: str) -> None:
    file(desk)
    portal.force_login(desk.nadia)
    asked = {"demarche": "filtree", "champ.mother": text, "champ.kind": text, "champ.copies.min": text, "col": text}
    assert portal.get(LIST, asked).status_code == 200
    assert portal.get(LIST, {"q": text}).status_code == 200


def test_percent_is_not_a_joker(portal: Portal, desk: Desk) -> None:
    file(desk)
    portal.force_login(desk.nadia)
    assert listed(portal, "?demarche=filtree&champ.mother=%25") == set()


# Columns


def test_columns_are_chosen_on_their_page_and_stay_in_the_address(portal: Portal, desk: Desk) -> None:
    file(desk, copies=4)
    portal.force_login(desk.nadia)
    page = portal.get(LIST + "colonnes/?demarche=filtree&tri=echeance")
    assert "mot très sensible" not in text_of(page)
    shown = portal.fill(page, form_id="columns", values={"col": ["applicant", "received", "champ.copies"]})
    assert [th.text for th in page_of(shown).find_all("th") if th.get("scope") == "col"][1:] == [
        "Référence",
        "Demandeur",
        "Reçue le",
        "Nombre d’exemplaires",
    ]
    assert "4" in [td.text for td in page_of(shown).find_all("td")]
    # What was filtered and ordered stays.
    chosen = [one.get("value") for one in page_of(shown).find_all("option") if one.has("selected")]
    assert "echeance" in chosen


def test_a_sensitive_answer_is_no_column_even_by_hand(portal: Portal, desk: Desk) -> None:
    file(desk)
    portal.force_login(desk.nadia)
    query = "?demarche=filtree&col=champ.secret&col=champ.proof&col=nothing"
    assert "mot très sensible" not in text_of(portal.get(LIST + query))
    assert headings(portal, query)[1:] == ["Démarche", "Demandeur", "État", "Échéance légale", "Agent"]


def test_at_most_eight_columns_are_shown(portal: Portal, desk: Desk) -> None:
    file(desk)
    portal.force_login(desk.nadia)
    every = ["procedure", "applicant", "state", "due", "agent", "received", "expected", "department", "labels"]
    assert len(headings(portal, "?" + "&".join(f"col={one}" for one in every))) == 9


# The order by legal date


def test_the_nearest_legal_date_comes_first_page_after_page(portal: Portal, desk: Desk, monkeypatch: Any) -> None:
    monkeypatch.setattr(inbox, "SIZE", 2)
    days = [5, -1, 40, 5, 12]
    cases = [people.late(file(desk), -day) for day in days]
    over = desk.decide(file(desk))
    portal.force_login(desk.nadia)
    seen, page = [], portal.get(LIST, {"tri": "echeance"})
    for _page in range(3):
        seen += shown_in(page)
        after = [link for link in page_of(page).find_all("a") if link.get("rel") == "next"]
        if after:
            page = portal.get(LIST + after[0].get("href"))
    ordered = sorted(cases, key=lambda case: (case.due_on, case.pk))
    assert seen == [case.reference for case in ordered]
    assert over.reference not in seen
    back = [link for link in page_of(page).find_all("a") if link.get("rel") == "prev"]
    page = portal.get(LIST + back[0].get("href"))
    assert shown_in(page) == [case.reference for case in ordered[2:4]]


def test_the_order_by_date_says_what_it_leaves_out(portal: Portal, desk: Desk) -> None:
    people.late(file(desk), 3)
    portal.force_login(desk.nadia)
    page = text_of(portal.get(LIST, {"tri": "echeance"}))
    assert "seules les demandes dont l’échéance légale court encore" in page
    assert "En retard" in page


# Searches


def test_a_search_shows_names_before_what_else_holds_the_words(portal: Portal, desk: Desk) -> None:
    """Zoé's street is named after the Tanneurs; Mr Tanneur filed earlier, and comes first."""
    named = people.staff("t@exemple.fr", "Léon", "Tanneur", desk.roads, "agent")
    name = {"applicant_family_name": "Tanneur", "applicant_given_names": "Léon"}
    his = desk.file(by=named, at=timezone.now() - timedelta(days=9), **name)
    hers = desk.file()
    portal.force_login(desk.nadia)
    page = portal.get(LIST, {"q": "tanneur"})
    assert shown_in(page) == [his.reference, hers.reference]
    assert "Dans le nom ou la référence" in text_of(page)


def test_a_search_with_too_many_matches_says_that_it_shows_the_newest(
    portal: Portal, desk: Desk, monkeypatch: Any
) -> None:
    monkeypatch.setattr(inbox, "RANKED", 3)
    monkeypatch.setattr(inbox, "SIZE", 2)
    cases = [desk.file(at=timezone.now() - timedelta(days=day)) for day in range(5)]
    portal.force_login(desk.nadia)
    first = portal.get(LIST, {"q": "lefèvre"})
    assert "Plus de 3 demandes correspondent" in text_of(first)
    second = portal.get(LIST, {"q": "lefèvre", "apres": "2"})
    shown = text_of(first) + text_of(second)
    assert [case.reference in shown for case in cases] == [True, True, True, False, False]
    assert portal.get(LIST, {"q": "lefèvre", "apres": "x" * 300}).status_code == 200


# Views that are kept


def test_nadia_keeps_a_view_and_finds_it_beside_the_list(portal: Portal, desk: Desk) -> None:
    case, other = file(desk, copies=5), file(desk)
    portal.force_login(desk.nadia)
    page = portal.get(LIST + "?demarche=filtree&champ.copies.min=5")
    link = next(one for one in page_of(page).find_all("a") if one.text == "Garder cette vue")
    form = portal.get(link.get("href"))
    assert "au moins 5" in text_of(form)
    shown = portal.fill(form, values={"name": "Beaucoup d’exemplaires", "whom": "me"}, follow=True)
    main = text_of(shown)
    assert case.reference in main
    assert other.reference not in main
    views = {one.text: one for one in page_of(portal.get(LIST)).find_all("a")}
    assert views["Beaucoup d’exemplaires"].get("href") == "/agent/demandes/?demarche=filtree&champ.copies.min=5"
    assert [one.text for one in page_of(shown).find_all("h1")] == ["Beaucoup d’exemplaires"]
    claire = Portal()
    claire.force_login(desk.claire)
    assert "Beaucoup d’exemplaires" not in claire.get(LIST).content.decode()


def test_a_view_is_shared_with_a_department_and_with_no_other(portal: Portal, desk: Desk) -> None:
    portal.force_login(desk.nadia)
    portal.fill(portal.get("/agent/vues/garder/?etat=decidees"), values={"name": "Été", "whom": "etat_civil"})
    for user, sees in ((desk.claire, True), (desk.helene, True), (desk.roger, False)):
        browser = Portal()
        browser.force_login(user)
        assert ("Été" in browser.get(LIST).content.decode()) is sees
    kept = SavedView.objects.get()
    helene = Portal()
    helene.force_login(desk.helene)
    assert helene.post(f"/agent/vues/{kept.public_id}/retirer/").status_code == 403
    claire = Portal()
    claire.force_login(desk.claire)
    assert "Été" in text_of(claire.get("/agent/vues/"))
    claire.post(f"/agent/vues/{kept.public_id}/retirer/")
    assert not SavedView.objects.exists()


def test_who_prepares_nothing_shares_nothing(portal: Portal, desk: Desk) -> None:
    portal.force_login(desk.helene)
    shown = portal.post("/agent/vues/garder/", {"name": "Été", "whom": "etat_civil"})
    assert shown.status_code == 422
    assert not SavedView.objects.exists()


def test_the_same_name_takes_the_place_of_the_view_before(desk: Desk) -> None:
    for query in ("etat=decidees", "etat=toutes"):
        saved_view.keep("Été", query, by=Actor(user=desk.nadia))
    assert SavedView.objects.get().query == "etat=toutes"


def test_a_view_without_name_or_one_too_many_is_refused_beside_its_field(portal: Portal, desk: Desk) -> None:
    portal.force_login(desk.nadia)
    shown = portal.post("/agent/vues/garder/?etat=decidees", {"name": " ", "whom": "me"})
    assert shown.status_code == 422
    assert "Donnez un nom à cette vue" in text_of(shown)
    for number in range(saved_view.MOST):
        saved_view.keep(f"Vue {number}", "", by=Actor(user=desk.nadia))
    with pytest.raises(MissingWords):
        saved_view.keep("De trop", "", by=Actor(user=desk.nadia))


def test_a_kept_view_on_a_question_that_no_longer_exists_still_opens_and_says_so(portal: Portal, desk: Desk) -> None:
    case = file(desk)
    saved_view.keep("Ancienne", "demarche=filtree&champ.gone=x&col=champ.gone", by=Actor(user=desk.nadia))
    portal.force_login(desk.nadia)
    page = portal.get(LIST + "?" + SavedView.objects.get().query)
    assert case.reference in text_of(page)
    assert "n’est plus un filtre" in text_of(page)


def test_a_view_kept_as_json_is_read_as_it_was() -> None:
    view = View(state="open", procedure="x", facets=(("a.min", "1"),), columns=("due",))
    assert View.of(asdict(view)) == view
    assert View.of({"state": "all"}) == View(state="all")


def test_what_is_filtered_by_answers_is_what_an_export_takes(portal: Portal, desk: Desk) -> None:
    file(desk, copies=5)
    file(desk)
    portal.force_login(desk.nadia)
    page = text_of(portal.get("/agent/exports/nouveau/?demarche=filtree&champ.copies.min=5"))
    assert "au moins 5" in page
    assert "1 demande" in page
