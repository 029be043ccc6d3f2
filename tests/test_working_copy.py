"""A definition in the making: kept readable, apart from what is published, blocked until all is said."""

from typing import Any

import pytest
from django import forms

from accounts.permissions import Actor
from portal.kit.fields import render_field
from procedures.definition import limits
from procedures.definition.checks import blocking_problems
from procedures.definition.completeness import asks_for_nir
from procedures.definition.fields import FIELD_TYPES
from procedures.definition.upgrade import DefinitionError, canonical, dump, parse
from procedures.interchange import library
from procedures.lifecycle import working_copy
from procedures.models import Procedure, WorkingCopy
from tests.support import samples

# The bytes that towns have published: no change of the code may move them.
DIGESTS = {
    "acte_deces": "42b94933bf592013aacadafed91d3044fac73748e5c5f88368a29c438c4b8fd0",
    "acte_mariage": "6b41126a0723bb27680061363dc21a30a97fc788bc5df66a88f4dba4fed3885d",
    "acte_naissance": "c3976e7d634687465db36987ced50f9124d3c00677de3297f0a8292f8cb8b786",
    "debit_boissons_temporaire": "9f926b2b1eb4d61a48a655763530cca901e66d857873887810c973bdcbc657de",
    "inscription_scolaire": "319a7976ddaf80f62ff158d64f178d35d03b7e50b3b6fecf10ae550d4c7ea7bf",
    "location_salle": "9939573d05a2762ef89ae1056847bc144500fe0c490bd0813e9e33e6e805c592",
    "occupation_domaine_public": "ba25303c709939ab5684bdd3c4ec1c5b51209c80003759b2deb04e78ae15300f",
    "permis_detention_chien": "cf8a03e411677fead4ed48d7747870d31a02fd93c8f69c008c8f08cc02e38280",
    "saisine_mairie": "0b8aa1cc09e85db14bb7dc24ad8e34081bf4fac62db117330a63285674d656da",
    "signalement_voirie": "c2c8964d4ff75c7b3ea29999ffca1301fd38953e42d6591092fe49f3bb63e27f",
    "subvention_association": "164929c87176819c4044a017ba50dbd4a5085acaa8e0ba37df6e5a9e09bbe023",
    "tranquillite_vacances": "581181fa3f4195d4a3a88141cbc9ba31fe905f6889f135775c3324a178ef5676",
}


@pytest.mark.parametrize("name", DIGESTS)
def test_a_ready_procedure_keeps_the_bytes_it_was_published_with(name: str) -> None:
    assert library.digest(library.read(library.FOLDER / f"{name}.yaml")) == DIGESTS[name]


@pytest.fixture
def procedure(db: None) -> Procedure:
    return Procedure.objects.create(slug="acte", title="x", department=samples.department())


def test_a_copy_is_saved_in_its_one_spelling_and_again_only_when_it_changed(procedure: Procedure) -> None:
    content = samples.content()
    first = working_copy.save(procedure, content, Actor())
    assert first.content == canonical(dump(parse(content)))
    assert working_copy.save(procedure, content, Actor()).revision == first.revision == 1
    user = samples.citizen()
    second = working_copy.save(procedure, samples.content(title="Autre titre"), Actor(user))
    assert (second.revision, second.updated_by, second.definition.title) == (2, user, "Autre titre")
    procedure.refresh_from_db()
    assert procedure.title == "Autre titre"


def test_an_unreadable_copy_is_refused_with_words_and_nothing_is_written(procedure: Procedure) -> None:
    with pytest.raises(DefinitionError, match="steps"):
        working_copy.save(procedure, samples.content(steps=[]), Actor())
    assert not WorkingCopy.objects.exists()


@pytest.mark.django_db
def test_saving_a_copy_leaves_what_is_published_as_it_is() -> None:
    published = samples.procedure()
    copy = working_copy.save(published, samples.content(title="À venir"), Actor())
    published.refresh_from_db()
    assert copy.based_on == published.current_version
    assert published.title == "Demander un acte"
    assert published.current_version is not None
    assert published.current_version.definition.title == "Demander un acte"


@pytest.mark.parametrize(
    ("part", "value", "words"),
    [
        ("summary", "", "à quoi sert"),
        ("theme", "", "thème"),
        ("who_may_ask", "", "qui peut"),
        ("documents", None, "pièces"),
        ("cost", "", "coûte"),
        ("usual_delay", "", "délai habituel"),
        ("other_ways", {"counter": "x", "post": "x"}, "téléphone"),
        ("letters", {}, "après"),
        ("legal", {**samples.content()["legal"], "nature": None}, "déclaration"),
    ],
)
def test_a_definition_in_the_making_may_miss_it_and_cannot_be_published_without(
    part: str, value: Any, words: str
) -> None:
    content = samples.content()
    content[part] = value
    problems = blocking_problems(parse(content))
    assert len(problems) == 1
    assert words in str(problems[0])
    if not isinstance(value, dict):
        del content[part]
        assert blocking_problems(parse(content)) == problems


def test_no_document_at_all_is_an_answer_and_blocks_nothing() -> None:
    assert blocking_problems(parse(samples.content(documents=[]))) == []


def with_field(**field: Any) -> dict[str, Any]:
    content = samples.content()
    content["steps"][0]["sections"][0]["fields"].append({"id": "added", "label": "Ajout", **field})
    return content


@pytest.mark.parametrize(
    "label",
    [
        "Numéro de sécurité sociale",
        "N° sécu",
        "n° de sécu du père",
        "NIR",
        "Votre NIR (13 chiffres)",
        "Numéro d’assuré social",
        "N° d’immatriculation à la Sécurité Sociale",
        "No de securite sociale",
    ],
)
def test_a_social_security_number_is_asked_only_where_a_text_allows_it(label: str) -> None:
    assert asks_for_nir(label)
    content = with_field(type="text", label=label)
    problems = blocking_problems(parse(content))
    assert len(problems) == 1
    assert "2019-341" in str(problems[0])
    assert label in problems[0].place
    content["steps"][0]["sections"][0]["fields"][-1]["legal_reference"] = "Décret n° 2019-341, article 2"
    assert blocking_problems(parse(content)) == []


@pytest.mark.parametrize(
    "label",
    [
        "Nom de l’organisme",
        "Attestation de sécurité sociale",
        "Numéro de téléphone de la sécurité sociale",
        "Venir à la mairie",
        "Numéro SIRET",
        "Sécurité du site",
    ],
)
def test_other_labels_are_no_social_security_number(label: str) -> None:
    assert not asks_for_nir(label)


def test_a_file_whose_name_holds_the_words_is_no_such_question() -> None:
    assert (
        blocking_problems(parse(with_field(type="file", label="Carte vitale, avec le numéro de sécurité sociale")))
        == []
    )


def test_a_question_that_cannot_be_asked_blocks_publication_with_its_place() -> None:
    problems = blocking_problems(parse(with_field(type="placeholder", label="Votre école", source_type="Annuaire")))
    assert [("Votre école" in p.place, "remplacez-la" in p.message) for p in problems] == [(True, True)]


def test_a_question_that_cannot_be_asked_draws_nothing_and_keeps_no_answer() -> None:
    question = FIELD_TYPES["placeholder"].sample()
    form = forms.Form({"q": "anything"}, auto_id="f-%s")
    form.fields["q"] = question.form_field()
    assert form.is_valid()
    assert question.to_json(form.cleaned_data["q"]) is None
    assert render_field(form["q"]) == ""
    assert (question.display(None), question.export_columns(), question.export(None)) == ("", [], [])


def test_an_id_that_a_button_of_the_page_has_blocks_publication() -> None:
    content = with_field(type="text")
    content["steps"][0]["sections"][0]["fields"][-1]["id"] = "action"
    assert any("action" in str(problem) for problem in blocking_problems(parse(content)))


def nested(depth: int) -> Any:
    condition: Any = {"field": "kind", "value": "full"}
    for _ in range(depth - 1):
        condition = {"not": condition}
    return condition


def test_the_bounds_are_said_in_words() -> None:
    step = samples.content()["steps"][0]
    field = {"type": "text", "label": "x"}
    options = [{"value": f"v{n}", "label": f"L {n}"} for n in range(limits.OPTIONS + 1)]
    for content, words in [
        (samples.content(steps=[{**step, "id": f"s{n}"} for n in range(limits.STEPS + 1)]), "61 steps"),
        (
            samples.content(
                steps=[{**step, "sections": [{"id": "s", "fields": [{**field, "id": f"f{n}"} for n in range(601)]}]}]
            ),
            "601 questions",
        ),
        (with_field(type="choice", options=options), "options"),
        (with_field(type="text", when=nested(limits.CONDITION_DEPTH + 1)), "21 deep"),
        (with_field(type="text", when=nested(5000)), "nested more than"),
        (with_field(type="text", help="x" * limits.BYTES), "8 MB"),
    ]:
        with pytest.raises(DefinitionError, match=words):
            parse(content)
    assert parse(with_field(type="text", when=nested(limits.CONDITION_DEPTH)))
