"""Repeated groups, computed values, stops and dependent questions, as a browser without JavaScript meets them."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from procedures.models import AnswerFile, Draft, StoredFile, Submission
from tests.support import samples
from tests.support.client import Portal, page_of
from tests.support.queue import drain
from tests.test_filing import IDENTITY, PDF

CHILDREN = {
    "type": "group",
    "id": "children",
    "label": "Vos enfants à inscrire",
    "row_label": "Enfant",
    "maximum": 3,
    "fields": [
        {"type": "text", "id": "first_name", "label": "Prénom", "searchable": True},
        {"type": "date", "id": "born", "label": "Né ou née le", "latest": "today"},
        {"type": "choice", "id": "meal", "label": "Repas", "options": [
            {"value": "standard", "label": "Habituel"}, {"value": "special", "label": "Particulier"}]},
        {"type": "text", "id": "diet", "label": "Lequel ?", "when": {"field": "meal", "value": "special"}},
        {"type": "file", "id": "proof", "label": "Certificat", "max_files": 1,
         "when": {"field": "meal", "value": "special"}},
    ],
}  # fmt: skip
PRICE = {
    "type": "computed",
    "id": "price",
    "label": "À payer",
    "form": "amount",
    "filterable": True,
    "expression": {
        "fn": "multiply",
        "args": [
            {"count": "children"},
            {"if": {"field": "lives_here", "value": True}, "then": {"value": 1050}, "else": {"value": 2000}},
        ],
    },
}
STEPS: list[dict[str, Any]] = [
    {
        "id": "home",
        "title": "Votre foyer",
        "question": "Où habitez-vous ?",
        "stops": [
            {
                "id": "too_far",
                "when": {"all": [{"field": "lives_here", "value": False}, {"field": "works_here", "value": False}]},
                "title": "Cette inscription se fait dans votre commune",
                "text": "Adressez-vous à votre mairie.",
                "link": "/contact/",
                "link_label": "Nous écrire",
            }
        ],
        "sections": [
            {
                "id": "home_s",
                "fields": [
                    {"type": "yes_no", "id": "lives_here", "label": "Habitez-vous la commune ?"},
                    {
                        "type": "yes_no",
                        "id": "works_here",
                        "label": "Y travaillez-vous ?",
                        "required": True,
                        "required_when": {"field": "lives_here", "value": False},
                    },
                ],
            }
        ],
    },
    {
        "id": "family",
        "title": "Vos enfants",
        "question": "Qui inscrivez-vous ?",
        "sections": [
            {"id": "family_s", "fields": [CHILDREN]},
            {
                "id": "many",
                "title": "Famille nombreuse",
                "when": {"left": {"count": "children"}, "op": "at_least", "right": {"value": 2}},
                "fields": [{"type": "text", "id": "card", "label": "Numéro de carte"}],
            },
        ],
    },
    {
        "id": "price_step",
        "title": "Le prix",
        "question": "Combien cela coûte-t-il ?",
        "sections": [{"id": "price_s", "fields": [PRICE, {"type": "consent", "id": "agreed", "label": "J’accepte"}]}],
    },
]


@pytest.fixture
def first(portal: Portal) -> Any:
    """Return the first page of a draft."""
    samples.procedure("cantine", steps=STEPS)
    return portal.post("/demarches/cantine/commencer/", follow=True)


def go(portal: Portal, page: Any, **values: Any) -> Any:
    """Fill a page, continue, and return the page that comes."""
    return portal.fill(page, button=("action", "next"), follow=True, values=values)


def texts(page: Any) -> str:
    return str(page.content.decode())


def summary_of(page: Any) -> list[Any]:
    """Return the links of the summary of errors."""
    (summary,) = [node for node in page_of(page).find_all("section") if node.get("class") == "errors"]
    return summary.find_all("a")


def test_a_stop_says_why_and_what_to_do_instead_and_keeps_the_answers(portal: Portal, first: Any) -> None:
    page = go(portal, first, lives_here="no", works_here="no")
    assert page.status_code == 422
    assert "Cette inscription se fait dans votre commune" in texts(page)
    assert 'href="/contact/"' in texts(page)
    draft = Draft.objects.get()
    assert draft.answers["lives_here"] is False
    # Neither the next step nor the recap opens while the stop stands.
    base = f"/brouillons/{draft.public_id}"
    assert portal.get(f"{base}/family/").headers["Location"] == f"{base}/home/"
    assert portal.get(f"{base}/recapitulatif/").headers["Location"] == f"{base}/home/"
    assert "Cette inscription se fait" in texts(portal.get(f"{base}/home/"))
    assert "Qui inscrivez-vous" in texts(go(portal, page, works_here="yes"))


def test_an_answer_is_required_only_where_another_says_so(portal: Portal, first: Any) -> None:
    page = portal.post(first.request["PATH_INFO"], {"lives_here": "no"})
    assert page.status_code == 422
    assert [link.get("href") for link in summary_of(page)] == ["#f-works_here"]
    page = portal.post(first.request["PATH_INFO"], {"lives_here": "yes"}, follow=True)
    assert "Qui inscrivez-vous" in texts(page)


def family(portal: Portal, first: Any) -> Any:
    return go(portal, first, lives_here="yes", works_here="no")


def add(portal: Portal, page: Any, **values: Any) -> Any:
    return portal.fill(page, button=("row", "children:add"), follow=True, values=values)


ZOE = {
    "children-1-first_name": "Zoé",
    "children-1-born-day": "2",
    "children-1-born-month": "3",
    "children-1-born-year": "2018",
    "children-1-meal": "standard",
}


def test_a_row_is_added_and_removed_and_nothing_typed_is_lost(portal: Portal, first: Any) -> None:
    page = family(portal, first)
    assert "Enfant 1" in texts(page)
    page = add(portal, page, **{"children-1-first_name": "Zoé", "children-1-born-day": "31"})
    assert "Enfant 2" in texts(page)
    assert page.redirect_chain[-1][0].endswith("#f-children-2")
    assert 'value="Zoé"' in texts(page)
    assert 'value="31"' in texts(page)
    # Not judged before "continue".
    assert 'class="error"' not in texts(page)
    page = add(portal, page, **{"children-2-first_name": "Noël"})
    assert "3 au maximum" in texts(page).replace("\u00a0", " ")
    page = portal.fill(page, button=("row", "children:remove:1"), follow=True)
    assert "Zoé" not in texts(page)
    assert 'value="Noël"' in texts(page)
    assert "Enfant 3" not in texts(page)


def test_a_mistake_in_a_row_is_told_beside_its_question_and_in_the_summary(portal: Portal, first: Any) -> None:
    page = add(portal, family(portal, first), **ZOE)
    page = go(portal, page, **{"children-2-first_name": "Noël", "children-2-meal": "special"})
    assert page.status_code == 422
    root = page_of(page)
    links = [link.get("href") for link in summary_of(page)]
    assert links == [
        "#f-children-2-born",
        "#f-children-2-diet",
        "#f-children-2-proof",
    ]
    assert all(link.text.startswith("Enfant 2 – ") for link in summary_of(page))
    ids = {node.get("id") for node in root.walk()}
    assert all(link.removeprefix("#") in ids for link in links)
    assert 'value="Zoé"' in texts(page)
    assert len(Draft.objects.get().answers["children"]) == 1, "what was valid before is not replaced by half a list"


def test_a_row_hides_its_own_questions_and_keeps_its_own_files(portal: Portal, first: Any) -> None:
    page = add(portal, family(portal, first), **ZOE)
    page = go(
        portal,
        page,
        **{
            "children-2-first_name": "Noël",
            "children-2-born-day": "1",
            "children-2-born-month": "1",
            "children-2-born-year": "2020",
            "children-2-meal": "special",
            "children-2-diet": "Sans arachide",
            "children-2-proof": SimpleUploadedFile("allergie.pdf", PDF, content_type="application/pdf"),
            "card": "FN-1",
        },
    )
    assert "Combien cela coûte" in texts(page)
    draft = Draft.objects.get()
    zoe, noel = draft.answers["children"]
    assert zoe == {"row": 1, "first_name": "Zoé", "born": "2018-03-02", "meal": "standard"}
    assert noel["diet"] == "Sans arachide"
    assert noel["proof"][0]["name"] == "allergie.pdf"
    assert "21\u00a0€" in texts(page)
    # Back: the file is shown in its own row, and goes with it.
    page = portal.get(f"/brouillons/{draft.public_id}/family/")
    assert "allergie.pdf" in texts(page)
    page = portal.fill(page, button=("row", "children:remove:2"), follow=True)
    assert "allergie.pdf" not in texts(page)
    assert not StoredFile.objects.exists()


def test_the_rows_and_the_computed_value_are_sent_printed_and_filtered(portal: Portal, first: Any) -> None:
    page = add(portal, family(portal, first), **ZOE)
    noel = {key.replace("-1-", "-2-"): value for key, value in ZOE.items()} | {"children-2-first_name": "Noël"}
    page = go(portal, page, **noel, card="FN-1")
    page = go(portal, page, agreed="on")
    page = go(portal, page, **IDENTITY)
    assert "Enfant 2 – Prénom" in texts(page)
    page = portal.fill(page, follow=True, ok="on", button=None)
    submission = Submission.objects.get()
    answers = json.loads(submission.answer_sets.get().content)
    assert answers["price"] == 2100
    assert [row["first_name"] for row in answers["children"]] == ["Zoé", "Noël"]
    assert submission.facets.get(field_id="price").number == 2100
    assert "noel" in submission.search_text
    drain()
    case = texts(portal.get(f"/demandes/{submission.reference}/"))
    assert "Enfant 1 – Né ou née le" in case
    assert "21\u00a0€" in case


def test_files_of_rows_follow_the_request(portal: Portal, first: Any) -> None:
    page = family(portal, first)
    proof = SimpleUploadedFile("allergie.pdf", PDF, content_type="application/pdf")
    special = {"children-1-meal": "special", "children-1-diet": "Sans arachide", "children-1-proof": proof}
    page = go(portal, page, **(ZOE | special))
    page = go(portal, page, agreed="on")
    page = go(portal, page, **IDENTITY)
    portal.fill(page, follow=True, ok="on", button=None)
    assert AnswerFile.objects.get().field_id == "children-1-proof"


@pytest.mark.parametrize(
    "value", ["children", "nobody:add", "children:remove:x", "children:remove:99999", ":", "a:b:c"]
)
def test_a_button_that_the_page_does_not_hold_changes_nothing(portal: Portal, first: Any, value: str) -> None:
    page = family(portal, first)
    answer = portal.post(page.request["PATH_INFO"], {"row": value, "children-row": ["1"]})
    assert answer.status_code == 302
    assert "Enfant 2" not in texts(portal.get(page.request["PATH_INFO"]))


def test_more_rows_than_allowed_are_not_read(portal: Portal, first: Any) -> None:
    page = family(portal, first)
    sent: dict[str, Any] = {"children-row": [str(number) for number in range(1, 60)], "card": "x"}
    for number in range(1, 60):
        sent |= {key.replace("-1-", f"-{number}-"): value for key, value in ZOE.items()}
    portal.post(page.request["PATH_INFO"], sent)
    assert len(Draft.objects.get().answers["children"]) == 3


def test_the_page_says_in_words_when_a_question_applies(portal: Portal, first: Any) -> None:
    page = texts(family(portal, first)).replace("\u00a0", " ")
    assert "Le nombre de lignes de « Vos enfants à inscrire » vaut au moins 2" in page


MENU: list[dict[str, Any]] = [
    {
        "id": "who",
        "title": "Qui",
        "question": "Qui êtes-vous ?",
        "sections": [{"id": "who_s", "fields": [{"type": "yes_no", "id": "member", "label": "Êtes-vous membre ?"}]}],
    },
    {
        "id": "what",
        "title": "Quoi",
        "question": "Que voulez-vous ?",
        "sections": [
            {
                "id": "what_s",
                "fields": [
                    {"type": "yes_no", "id": "evening", "label": "Le soir ?"},
                    {
                        "type": "choice",
                        "id": "room",
                        "label": "Salle",
                        "options": [
                            {"value": "small", "label": "Petite salle"},
                            {"value": "club", "label": "Salle du club", "when": {"field": "member", "value": True}},
                            {"value": "yard", "label": "Cour", "when": {"field": "evening", "value": False}},
                        ],
                    },
                ],
            }
        ],
    },
]


def test_an_option_is_offered_only_where_earlier_answers_allow_it(portal: Portal) -> None:
    samples.procedure("salles", steps=MENU)
    page = portal.post("/demarches/salles/commencer/", follow=True)
    page = go(portal, page, member="no")
    assert "Salle du club" not in texts(page)
    # One that depends on the same page is shown, and judged with the page.
    assert "Cour" in texts(page)
    address = page.request["PATH_INFO"]
    refused = portal.post(address, {"evening": "yes", "room": "yard"})
    assert refused.status_code == 422
    assert "« Cour » ne va pas avec" in texts(refused).replace("\u00a0", " ")
    assert portal.post(address, {"evening": "no", "room": "club"}).status_code == 422
    assert portal.post(address, {"evening": "no", "room": "yard"}).status_code == 302


def test_an_option_that_is_no_longer_offered_is_asked_again(portal: Portal) -> None:
    samples.procedure("salles", steps=MENU)
    page = portal.post("/demarches/salles/commencer/", follow=True)
    first = page.request["PATH_INFO"]
    page = go(portal, page, member="yes")
    page = go(portal, page, evening="no", room="club")
    portal.post(first, {"member": "no"})
    base = first.rsplit("/", 2)[0]
    assert portal.get(f"{base}/recapitulatif/").headers["Location"] == f"{base}/what/"
