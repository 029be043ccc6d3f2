"""The ready procedures: each one parses, publishes, asks plainly, and branches as the law does."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from procedures.definition.base import Answers
from procedures.definition.checks import blocking_problems
from procedures.definition.conditions import Condition, Test
from procedures.definition.document import ProcedureDefinition
from procedures.definition.fields import ChoiceField, Field
from procedures.definition.fields.choices import ChoicesField
from procedures.definition.language import leaves

FILES = sorted((Path(__file__).resolve().parent.parent / "procedures" / "catalogue").glob("*.yaml"))
THEMES = {
    "Papiers et état civil",
    "Famille et école",
    "Rue et cadre de vie",
    "Vie associative et fêtes",
    "Sécurité et tranquillité",
    "Contacter la mairie",
}
SERVICES = {"etat_civil", "education", "voirie", "police_municipale", "vie_associative", "accueil"}
# What the built-in last step asks already.
IDENTITY = re.compile(
    r"\b(votre|vos|mon|ma) (nom|prénoms?|adresse|téléphone|numéro de téléphone|courriel|e-mail|date de naissance|siret)\b",
    re.IGNORECASE,
)
PLACEHOLDERS = {"remedies": {"{court}", "{mayor}"}, "other_ways": {"{address}", "{phone}"}}

every_procedure = pytest.mark.parametrize("name", [path.stem for path in FILES])


@cache
def read(name: str) -> ProcedureDefinition:
    """Parse a ready procedure as the library does."""
    path = next(path for path in FILES if path.stem == name)
    return ProcedureDefinition.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def own_fields(definition: ProcedureDefinition) -> list[Field]:
    """Return the fields that the file writes, without the built-in step."""
    return [field for step in definition.steps for field in step.fields]


def asked(name: str, **answers: Any) -> set[str]:
    """Return the ids of the questions that apply for ``answers``."""
    given: Answers = answers
    return {field.id for _, _, field in read(name).walk(given)}


def conditions(definition: ProcedureDefinition) -> Iterator[Condition | None]:
    """Yield the condition of every step, section and field."""
    for step in definition.steps:
        yield step.when
        for section in step.sections:
            yield section.when
            yield from (field.when for field in section.fields)


def texts(value: Any) -> Iterator[str]:
    """Yield every text of a parsed file, whatever its depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)


def test_twelve_procedures_are_ready() -> None:
    assert [path.stem for path in FILES] == [
        "acte_deces",
        "acte_mariage",
        "acte_naissance",
        "debit_boissons_temporaire",
        "inscription_scolaire",
        "location_salle",
        "occupation_domaine_public",
        "permis_detention_chien",
        "saisine_mairie",
        "signalement_voirie",
        "subvention_association",
        "tranquillite_vacances",
    ]


@every_procedure
def test_nothing_blocks_its_publication(name: str) -> None:
    definition = read(name)
    assert definition.id == name
    assert [str(problem) for problem in blocking_problems(definition)] == []


@every_procedure
def test_it_has_a_place_in_the_catalogue_and_words_to_find_it(name: str) -> None:
    definition = read(name)
    assert definition.theme in THEMES
    assert definition.service in SERVICES
    assert len(definition.keywords) >= 6
    assert len(set(definition.keywords)) == len(definition.keywords)


@every_procedure
def test_every_question_explains_itself(name: str) -> None:
    unclear = [f.id for f in own_fields(read(name)) if not f.help and len(f.label) >= 90]
    assert unclear == []
    assert [f.id for f in own_fields(read(name)) if len(f.name) > 90] == []


@every_procedure
def test_it_never_asks_who_the_applicant_is(name: str) -> None:
    fields = own_fields(read(name))
    assert [f.id for f in fields if f.type == "email"] == []
    assert [f.id for f in fields if f.type != "consent" and IDENTITY.search(f.label)] == []
    # Browsers must not fill in the applicant's own details for another person or another place.
    assert [f.id for f in fields if f.type in {"phone", "text"} and getattr(f, "autocomplete", "off") != "off"] == []
    assert [f.id for f in fields if f.type == "address" and getattr(f, "own", True)] == []


@every_procedure
def test_its_pages_are_short(name: str) -> None:
    definition = read(name)
    assert all(len(step.fields) <= 7 for step in definition.steps)
    always = [step for step in definition.steps if step.when is None]
    assert 2 <= len(always) <= 4


@every_procedure
def test_every_condition_tests_an_answer_that_can_be_given(name: str) -> None:
    definition = read(name)
    fields = definition.fields
    for condition in conditions(definition):
        for test in leaves(condition):
            assert isinstance(test, Test)
            field = fields[test.field]
            values = test.value if isinstance(test.value, list) else [test.value]
            if isinstance(field, (ChoiceField, ChoicesField)):
                assert set(values) <= {option.value for option in field.options}, (test.field, values)
            elif field.type == "yes_no":
                assert all(isinstance(value, bool) for value in values), (test.field, values)


@every_procedure
def test_a_question_that_opens_on_a_page_follows_the_option_that_opens_it(name: str) -> None:
    for step in read(name).steps:
        for section in step.sections:
            here: dict[str, int] = {field.id: place for place, field in enumerate(section.fields)}
            for place, field in enumerate(section.fields):
                if isinstance(field.when, Test) and field.when.field not in here:
                    assert field.when.field not in {other.id for other in step.fields}, field.id
                if not isinstance(field.when, Test) or field.when.field not in here:
                    continue
                asker = section.fields[here[field.when.field]]
                assert asker.type in {"choice", "yes_no"}, field.id
                assert field.when.op == "is", field.id
                assert asker.type == "choice" or field.when.value is True, field.id
                between = section.fields[here[asker.id] + 1 : place]
                assert all(isinstance(b.when, Test) and b.when.field == asker.id for b in between), field.id


@every_procedure
def test_what_is_sensitive_is_neither_searched_nor_listed(name: str) -> None:
    assert [f.id for f in own_fields(read(name)) if f.sensitive and (f.searchable or f.filterable)] == []


@every_procedure
def test_its_law_is_said_and_every_doubt_is_a_question(name: str) -> None:
    legal = read(name).legal
    assert legal.basis
    assert legal.silence_legal_basis
    assert "confirmer" not in legal.silence_legal_basis
    assert legal.review == "done" or legal.review_questions
    assert all(question.endswith("?") for question in legal.review_questions)
    if legal.silence_effect == "rejection":
        assert any("{court}" in remedy for remedy in legal.remedies)
        assert any("{mayor}" in remedy for remedy in legal.remedies)


@every_procedure
def test_placeholders_are_the_ones_that_pages_fill(name: str) -> None:
    definition = read(name)
    ways = definition.other_ways
    for kind, words in {
        "remedies": definition.legal.remedies,
        "other_ways": [ways.counter, ways.post, ways.phone],
    }.items():
        assert set(re.findall(r"\{[^}]*\}", " ".join(words))) <= PLACEHOLDERS[kind]
    assert "{address}" in ways.counter
    assert "{address}" in ways.post
    assert "{phone}" in ways.phone


@every_procedure
def test_letters_open_when_a_decision_is_possible(name: str) -> None:
    definition = read(name)
    assert 2 <= len(definition.letters.next_steps) <= 3
    if any(state.outcome == "refused" for state in definition.workflow.states):
        assert definition.letters.granted
        assert definition.letters.refused


@every_procedure
def test_its_french_is_typeset_and_kind(name: str) -> None:
    raw = next(path for path in FILES if path.stem == name).read_text(encoding="utf-8")
    for text in texts(yaml.safe_load(raw)):
        assert "'" not in text, text
        assert not re.search(r"(?<!\u202f)[;?!](?:\s|$)", text), text
        assert not re.search(r"[^\u00a0\s]:(?:\s|$)| :", text), text
        assert not re.search(r"«(?!\u00a0)|(?<!\u00a0)»", text), text
        assert "Veuillez" not in text
        assert "usager" not in text.lower() or "aux usagers" in text
        assert "!" not in text


@pytest.mark.parametrize("name", ["acte_naissance", "acte_mariage"])
def test_an_act_without_filiation_asks_no_parent_and_no_kinship(name: str) -> None:
    questions = asked(name, act_type="extract_without")
    assert not [question for question in questions if "parent" in question or "kinship" in question]
    assert not {"spouse1_birth_date", "spouse2_birth_date"} & questions
    assert "statement" not in questions


@pytest.mark.parametrize("act_type", ["full", "extract_with", "multilingual"])
def test_an_act_with_filiation_asks_the_parents_and_the_kinship(act_type: str) -> None:
    questions = asked("acte_naissance", act_type=act_type)
    assert {"parent1_family_name", "parent2_family_name", "kinship", "statement"} <= questions
    assert "spouse2_parents" in asked("acte_mariage", act_type=act_type)


def test_only_who_represents_someone_proves_it() -> None:
    assert "representation_proof" not in asked("acte_naissance", act_type="full", kinship="self")
    assert "representation_proof" in asked("acte_naissance", act_type="full", kinship="represented")
    assert "profession" in asked("acte_naissance", act_type="full", kinship="professional")
    # Kinship left over from another kind of act opens nothing.
    assert "representation_proof" not in asked("acte_naissance", act_type="extract_without", kinship="represented")


def test_anyone_gets_an_act_of_death_without_saying_why() -> None:
    assert not {"kinship", "statement"} & asked("acte_deces", date_known="exact")
    assert "death_period" in asked("acte_deces", date_known="about")
    assert "death_date" not in asked("acte_deces", date_known="about")


def test_a_family_that_takes_the_school_of_its_sector_gives_no_reason() -> None:
    questions = asked("inscription_scolaire", school_wish="sector")
    assert not {"derogation_reasons", "wished_school", "sibling", "home_town"} & questions
    assert {"derogation_reasons", "wished_school"} <= asked("inscription_scolaire", school_wish="derogation")
    assert "home_town" in asked("inscription_scolaire", school_wish="outside")


def test_a_school_enrolment_asks_no_more_papers_than_the_law_lists() -> None:
    files = {field.id for field in own_fields(read("inscription_scolaire")) if field.type == "file" and field.required}
    assert files == {"identity_files", "home_files"}
    sworn = asked("inscription_scolaire", identity_proof="sworn", home_proof="sworn")
    assert not files & sworn
    assert not {"identity_files", "identity_statement"} & asked("inscription_scolaire", identity_proof="town_holds")


def test_a_street_report_may_be_anonymous_and_asks_only_what_its_kind_needs() -> None:
    definition = read("signalement_voirie")
    assert definition.applicant.identification == "optional"
    assert definition.legal.nature == "report"
    assert "lamp_number" in asked("signalement_voirie", category="light")
    assert not {"lamp_number", "waste_kind", "danger_detail"} & asked(
        "signalement_voirie", category="road", danger=False
    )


def test_an_installation_in_the_street_is_asked_its_own_measures() -> None:
    assert {"skip_volume", "works_permit"} <= asked("occupation_domaine_public", occupation="skip")
    assert {"terrace_seats"} <= asked("occupation_domaine_public", occupation="terrace")
    assert "works_permit" not in asked("occupation_domaine_public", occupation="terrace")
    stand = [step.id for step in read("occupation_domaine_public").steps_for({"occupation": "stand"})]
    assert "details" not in stand


def test_only_a_sports_club_tells_its_approval() -> None:
    assert "approval_number" in asked("debit_boissons_temporaire", organiser="sports_club")
    assert "approval_number" not in asked("debit_boissons_temporaire", organiser="association")


def test_every_answer_about_an_empty_home_is_sensitive() -> None:
    assert all(field.sensitive for field in own_fields(read("tranquillite_vacances")))
    assert "keyholder_phone" not in asked("tranquillite_vacances", keyholder=False)
    assert "keyholder_phone" in asked("tranquillite_vacances", keyholder=True)


def test_a_grant_for_running_costs_asks_no_project() -> None:
    assert "project_title" not in asked("subvention_association", purpose="operating")
    assert {"project_title", "project_budget"} <= asked("subvention_association", purpose="project")
    assert not {"bank_details", "requested_amount"} & asked("subvention_association", aid_kind="in_kind")
    assert "report_file" not in asked("subvention_association", renewal=False)
    assert "statutes" not in asked("subvention_association", statutes_changed=False)


def test_a_grant_is_financial_and_silence_refuses_it() -> None:
    legal = read("subvention_association").legal
    assert legal.financial
    assert legal.silence_effect == "rejection"
    assert read("subvention_association").applicant.kinds == ["association"]


def test_a_dog_is_asked_what_its_category_and_age_want() -> None:
    puppy = asked("permis_detention_chien", permit_kind="provisional", category="second", keeper="owner")
    assert not {"evaluation", "sterilisation", "owner_name"} & puppy
    grown = asked("permis_detention_chien", permit_kind="definitive", category="first", keeper="keeper")
    assert {"evaluation", "sterilisation", "owner_name", "owner_address"} <= grown
    assert "pedigree" not in grown


def test_a_letter_to_the_town_needs_a_name_and_no_paper() -> None:
    definition = read("saisine_mairie")
    assert definition.applicant.identification == "full"
    assert set(definition.applicant.kinds) == {"person", "association", "company"}
    assert not definition.fields["attachments"].required
    assert "case_reference" not in asked("saisine_mairie", follows_case=False)
