"""Letters from templates: named chips, blocks under a condition, checked before publication, frozen with the signature."""

from typing import Any

import pytest

from accounts.permissions import Actor
from procedures.definition.checks import blocking_problems
from procedures.definition.document import ProcedureDefinition
from procedures.definition.letter import EMPTY, Letter, compose, letter_for
from procedures.definition.upgrade import canonical, dump, parse
from procedures.documents import decision as documents
from procedures.lifecycle import transition as transitions
from procedures.lifecycle.grounds import Grounds
from procedures.models import Decision, Submission
from tests.support import people, samples
from tests.support.client import Portal
from tests.support.people import Desk
from tests.test_desk import FACT, LAW, said, text_of, url

GRANTED = {
    "id": "oui",
    "outcome": "granted",
    "blocks": [
        {"text": "Votre demande [[demande.numero]] du [[demande.recue_le]] est acceptée, [[ personne.nom ]]."},
        {
            "heading": "Votre acte",
            "text": "Vous recevrez [[reponse.copies]] exemplaire(s).\n\n- Par courrier.\n- Gratuit.",
        },
        {"text": "Vous seul verrez ceci.", "when": {"field": "kind", "value": "other"}},
        {"text": "La filiation y figure ([[reponse.mother]]).", "when": {"field": "kind", "value": "full"}},
    ],
}
REFUSED = {"id": "non", "outcome": "refused", "blocks": [{"text": "Nous ne pouvons pas, [[personne.nom]]."}]}


def content(*templates: dict[str, Any]) -> dict[str, Any]:
    whole = samples.content()
    whole["letters"] = {**whole.get("letters", {}), "templates": list(templates)}
    return whole


# --- The template -----------------------------------------------------------------------------------------------------


def test_a_letter_shows_the_blocks_that_apply_with_what_each_chip_stands_for() -> None:
    letter = Letter.model_validate(GRANTED)
    values = {
        "demande.numero": "2026-X",
        "demande.recue_le": "lundi 2 mars 2026",
        "personne.nom": "Zoé",
        "reponse.copies": "2",
    }
    parts = compose(letter, values | {"reponse.mother": "Anne"}, {"kind": "full"})
    assert [part["text"] for part in parts] == [
        "Votre demande 2026-X du lundi 2 mars 2026 est acceptée, Zoé.",
        "Vous recevrez 2 exemplaire(s).\n\n- Par courrier.\n- Gratuit.",
        "La filiation y figure (Anne).",
    ]
    assert parts[1]["heading"] == "Votre acte"


@pytest.mark.parametrize(
    "typed", ["Zoé\n\n- une liste", "Zoé\n\nUn titre", "<b>Zoé</b>", "{{ settings }}", "[[demande.numero]]"]
)
def test_what_a_person_typed_makes_no_structure_and_runs_nothing(typed: str) -> None:
    letter = Letter.model_validate(REFUSED)
    (part,) = compose(letter, {"personne.nom": typed}, {})
    assert part["text"] == f"Nous ne pouvons pas, {' '.join(typed.split())}."


def test_an_answer_that_was_not_given_is_said_so() -> None:
    letter = Letter.model_validate({**REFUSED, "blocks": [{"text": "Mère : [[reponse.mother]]."}]})
    assert compose(letter, {"reponse.mother": ""}, {})[0]["text"] == f"Mère : {EMPTY}."


def test_a_letter_kept_for_a_transition_goes_before_the_one_for_all() -> None:
    every = Letter.model_validate(REFUSED)
    kept = Letter.model_validate({**REFUSED, "id": "autre", "transitions": ["refuse"]})
    assert letter_for([every, kept], "refused", "refuse") == kept
    assert letter_for([every, kept], "refused", "other") == every
    assert letter_for([kept], "refused", "other") is None
    assert letter_for([every], "granted") is None


@pytest.mark.parametrize(
    ("changes", "words", "name"),
    [
        (
            {"blocks": [{"text": "Bonjour [[reponse.disparue]]"}]},
            "the chip “[[%(name)s]]” stands for nothing: no such question, or no such name",
            "reponse.disparue",
        ),
        (
            {"blocks": [{"text": "Bonjour [[settings.SECRET_KEY]]"}]},
            "the chip “[[%(name)s]]” stands for nothing: no such question, or no such name",
            "settings.SECRET_KEY",
        ),
        (
            {"blocks": [{"text": "x", "when": {"field": "disparue", "value": "a"}}]},
            "a condition reads the answer “%(name)s”, which does not exist",
            "disparue",
        ),
        (
            {"blocks": [{"text": "Bonjour [[personne.nom"}]},
            "a chip is not closed: “%(name)s”",
            "Bonjour [[personne.nom",
        ),
        (
            {"transitions": ["grant"]},
            "the transition “%(name)s” does not exist, or gives another answer",
            "grant",
        ),
    ],
)
def test_a_letter_that_names_what_does_not_exist_is_not_published(
    changes: dict[str, Any], words: str, name: str
) -> None:
    definition = ProcedureDefinition.model_validate(content({**REFUSED, **changes}))
    found = [" ".join(problem.message.split()) for problem in blocking_problems(definition)]
    assert said(words, name=name) in found, found


def test_two_letters_of_one_name_are_not_published() -> None:
    definition = ProcedureDefinition.model_validate(content(REFUSED, REFUSED))
    found = [" ".join(problem.message.split()) for problem in blocking_problems(definition)]
    assert said("two letters are called “%(name)s”", name="non") in found


def test_templates_go_out_and_come_back_the_same() -> None:
    definition = parse(content(GRANTED, REFUSED))
    assert parse(dump(definition)) == definition
    assert "templates" not in canonical(dump(parse(samples.content())))


# --- The letter -------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(db: None) -> Desk:
    town = people.desk()
    letters = content(GRANTED, REFUSED)["letters"]
    town.procedure = samples.procedure("lettre", department=town.civil, id="lettre", letters=letters)
    return town


def taken(desk: Desk) -> Submission:
    return transitions.apply(desk.file(), "take_charge", by=Actor(user=desk.nadia))


def test_the_signatory_sees_the_letter_as_it_will_be_and_the_person_reads_it(portal: Portal, desk: Desk) -> None:
    case = taken(desk)
    portal.force_login(desk.helene)
    page = portal.get(url(case, "actions/grant/"))
    line = "La filiation y figure (Anne Morvan)."
    for words in (f"Votre demande {case.reference} du", "Votre acte", "Vous recevrez 2 exemplaire(s).", line):
        assert words in text_of(page), words
    assert "Vous seul verrez ceci" not in text_of(page)
    portal.fill(page, law="", fact="", words="Bonne journée.")
    decision = Decision.objects.get()
    assert line in [part["text"] for part in decision.body]
    html = documents.html(decision.document)
    assert "<h2>Votre acte</h2>" in html
    assert "<li>Gratuit.</li>" in html.replace("\n", "")
    zoe = Portal()
    zoe.force_login(desk.zoe)
    hers = text_of(zoe.get(f"/demandes/{case.reference}/"))
    for words in (line, "Votre acte", "Bonne journée."):
        assert words in hers, words


def test_what_was_signed_does_not_follow_a_later_change(desk: Desk) -> None:
    case = transitions.apply(taken(desk), "grant", by=Actor(user=desk.helene), grounds=Grounds())
    before = documents.html(case.decisions.get().document)
    case.applicant.display_name = "Quelqu’un d’autre"
    case.applicant.save()
    case = Submission.objects.get(pk=case.pk)
    assert case.decisions.get().body[0]["text"] in before
    assert "Zoé Lefèvre" in case.decisions.get().body[0]["text"]


def test_whoever_countersigns_or_signs_from_the_list_reads_the_letter_first(portal: Portal, desk: Desk) -> None:
    letters = content(GRANTED, REFUSED)["letters"]
    desk.procedure = samples.procedure(
        "vise", department=desk.civil, id="vise", letters=letters, workflow="decision_with_visa"
    )
    grounds = Grounds(law=LAW, fact=FACT)
    case = transitions.apply(taken(desk), "propose_refusal", by=Actor(user=desk.nadia), grounds=grounds)
    portal.force_login(desk.claire)
    assert "Nous ne pouvons pas, Zoé Lefèvre." in text_of(portal.get(url(case, "actions/visa/")))
    transitions.apply(case, "visa", by=Actor(user=desk.claire))
    portal.force_login(desk.helene)
    assert "Nous ne pouvons pas, Zoé Lefèvre." in text_of(portal.get(url(case)))


def test_a_procedure_without_a_template_opens_its_letter_as_before(desk: Desk) -> None:
    desk.procedure = samples.procedure("sans", department=desk.civil, id="sans")
    case = transitions.apply(taken(desk), "grant", by=Actor(user=desk.helene), grounds=Grounds())
    opening = case.version.definition.letters.granted
    assert [part["text"] for part in case.decisions.get().says] == ([opening] if opening else [])
