"""The files to prepare, said on the procedure's page before anything is begun."""

from typing import Any

import pytest

from procedures.definition.pieces import asked, first_sentence
from procedures.definition.upgrade import parse
from tests.support import samples
from tests.support.client import Portal, page_of

LIMITS = "PDF, photos (JPEG, PNG, HEIC, WebP). 2 fichiers au plus, 10,5 Mo chacun."


def file(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "file", "id": name, "label": f"Pièce {name}", "max_files": 2, **more}


def holding(*fields: dict[str, Any], step: dict[str, Any] | None = None, **parts: Any) -> dict[str, Any]:
    """Return the sample definition, its files replaced by these."""
    content = samples.content(**parts)
    first, second = content["steps"]
    second["sections"][0]["fields"] = [*second["sections"][0]["fields"][:2], *fields]
    return {**content, "steps": [first, {**second, "when": None, **(step or {})}]}


def test_a_file_is_said_with_its_first_sentence_its_formats_and_its_number() -> None:
    found = asked(parse(holding(file("a", help="Les deux faces. En couleurs si possible."), file("b", required=False))))
    assert [(piece.name, piece.words, piece.optional) for piece in found] == [
        ("Pièce a", f"Les deux faces. {LIMITS}", False),
        ("Pièce b", LIMITS, True),
    ]


def test_one_file_is_said_in_the_singular() -> None:
    assert (
        asked(parse(holding(file("a", max_files=1, formats=["pdf"]))))[0].words
        == "PDF. Un seul fichier, de 10,5 Mo au plus."
    )


def test_a_condition_is_said_in_words_whether_on_the_question_its_section_its_page_or_its_group() -> None:
    other = {"field": "kind", "value": "other"}
    answered = {"field": "which", "op": "answered"}
    on_the_page = holding(file("a", when=answered), step={"when": other})
    assert asked(parse(on_the_page))[0].words == (
        f"Dans ce cas : « Type d’acte » est Autre et « Lequel ? » a une réponse. {LIMITS}"
    )
    twice = asked(parse(holding(file("a", when=other), step={"when": other})))[0].words
    assert twice == f"Dans ce cas : « Type d’acte » est Autre. {LIMITS}"


def test_a_file_of_a_row_is_said_for_each_row() -> None:
    group = {
        "type": "group",
        "id": "children",
        "label": "Enfants",
        "row_label": "Enfant",
        "when": {"field": "kind", "value": "full"},
        "fields": [
            {"type": "yes_no", "id": "ill", "label": "A-t-il une allergie ?"},
            file("plan", when={"field": "ill", "value": True}),
        ],
    }
    (piece,) = asked(parse(holding(group)))
    assert piece.words == (
        f"Dans ce cas : « Type d’acte » est Copie intégrale et « A-t-il une allergie ? » est oui. "
        f"Pour chaque « Enfant ». {LIMITS}"
    )


def test_a_file_required_in_some_cases_only_says_which() -> None:
    (piece,) = asked(parse(holding(file("a", required_when={"field": "kind", "value": "other"}))))
    assert piece.optional
    assert piece.words == f"Obligatoire dans ce cas : « Type d’acte » est Autre. {LIMITS}"


def test_what_the_author_lists_word_for_word_is_not_said_twice() -> None:
    fields = [file("a", label="Le livret de famille"), file("b", label="Justificatif", short="Une facture"), file("c")]
    definition = parse(holding(*fields, documents=["le livret de famille.", "Une facture"]))
    assert [piece.name for piece in asked(definition)] == ["Pièce c"]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("", ""),
        ("Une copie lisible", "Une copie lisible"),
        ("Une copie. Puis l’original.", "Une copie."),
        ("Où le trouver ? Sur le site.", "Où le trouver ?"),
        ("Signé de M. le maire ou de Mme. Truc. Sans rature.", "Signé de M. le maire ou de Mme. Truc."),
        ("Selon l’art. 12 du code. Gratuit.", "Selon l’art. 12 du code."),
        ("Le plan\n\nÀ l’échelle.", "Le plan"),
        ("- la carte ;\n- le bail.", "la carte ;"),
        ("Moins de 1.5 Mo", "Moins de 1.5 Mo"),
    ],
)
def test_the_first_sentence_ends_where_a_reader_would_stop(text: str, first: str) -> None:
    assert first_sentence(text) == first


TITLE = "Fichiers que nous vous demanderons"


def shown(portal: Portal, content: dict[str, Any]) -> Any:
    samples.procedure(**{name: value for name, value in content.items() if name in {"steps", "documents"}})
    return page_of(portal.get("/demarches/acte/"))


def test_the_page_lists_the_files_under_the_documents_of_the_author(portal: Portal) -> None:
    root = shown(portal, holding(file("a"), file("b", required=False)))
    titles = [title.text for title in root.find_all("h2", "h3")]
    assert titles.index(TITLE) == titles.index("Ce qu’il faut préparer") + 1
    rows = [row.text for row in root.find_all("li")]
    assert f"Pièce a{' '.join(LIMITS.split())}" in rows
    assert any(row.startswith("Pièce b (facultatif)") for row in rows)
    assert "Le livret de famille" in rows
    assert not [fold for fold in root.find_all("details") if TITLE in fold.text]


def test_a_long_list_is_folded_and_the_page_stays_light(portal: Portal) -> None:
    root = shown(portal, holding(*(file(f"f{number}", help="Une copie.") for number in range(40))))
    (fold,) = [fold for fold in root.find_all("details") if TITLE in fold.text]
    assert fold.find_all("summary")[0].text == f"{TITLE} (40)"
    assert len(fold.find_all("li")) == 40
    assert TITLE not in [title.text for title in root.find_all("h3")]
    # EcoIndex's budget for a public page (RGESN 6.1).
    inside = {node for svg in root.find_all("svg") for node in map(id, list(svg.walk())[1:])}
    assert len([node for node in root.walk() if id(node) not in inside]) <= 350


@pytest.mark.parametrize("count", [5, 6])
def test_six_files_are_folded_and_five_are_not(portal: Portal, count: int) -> None:
    root = shown(portal, holding(*(file(f"f{number}") for number in range(count))))
    assert bool([fold for fold in root.find_all("details") if TITLE in fold.text]) == (count > 5)


@pytest.mark.parametrize(("files", "documents", "nothing"), [(0, [], True), (1, [], False), (0, ["Un plan"], False)])
def test_a_page_says_that_nothing_is_asked_only_where_it_is_so(
    portal: Portal, files: int, documents: list[str], nothing: bool
) -> None:
    root = shown(portal, holding(*(file(f"f{number}") for number in range(files)), documents=documents))
    assert (TITLE in root.text) == bool(files)
    assert ("aucun document n’est demandé" in root.text) == nothing
