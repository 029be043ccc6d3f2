"""The answers between yes and no: granted in part, declared without object; both reasoned, with their remedies."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.permissions import Actor
from procedures.documents import decision as letters
from procedures.lifecycle import edition as editions
from procedures.lifecycle import transition as transitions
from procedures.lifecycle import withdraw
from procedures.lifecycle.grounds import Grounds, MissingWords
from procedures.models import Edition, Submission
from tests.support import people, samples
from tests.support.client import Portal
from tests.support.people import Desk
from tests.test_desk import FACT, LAW, said, text_of, url

GROUNDS = Grounds(law=LAW, fact=FACT, words="La salle vous est prêtée le matin, l’après-midi est déjà pris.")
BOTH = [("grant_in_part", "granted_in_part"), ("declare_no_object", "no_object")]


@pytest.fixture
def desk(db: None) -> Desk:
    """Return the town, whose procedure knows every answer."""
    town = people.desk()
    town.procedure = samples.procedure("entier", department=town.civil, id="entier", workflow="decision_in_full")
    return town


def taken(desk: Desk) -> Submission:
    return transitions.apply(desk.file(), "take_charge", by=Actor(user=desk.nadia))


def decided(desk: Desk, key: str, **parts: Any) -> Submission:
    return transitions.apply(
        taken(desk), key, by=Actor(user=desk.helene), grounds=Grounds(**parts) if parts else GROUNDS
    )


@pytest.mark.parametrize(("key", "outcome"), BOTH)
def test_crpa_31_what_is_not_wholly_granted_gives_its_reasons(desk: Desk, key: str, outcome: str) -> None:
    with pytest.raises(MissingWords) as refused:
        decided(desk, key, fact=FACT)
    assert refused.value.field == "law"
    assert not Submission.objects.filter(outcome=outcome).exists()


@pytest.mark.parametrize(
    ("key", "outcome", "label", "title"),
    [
        ("grant_in_part", "granted_in_part", "Acceptée en partie", "Décision d’acceptation partielle"),
        ("declare_no_object", "no_object", "Sans objet", "Décision de non-lieu"),
    ],
)
def test_crpa_32_an_answer_between_yes_and_no_is_signed_told_and_bears_its_remedies(
    portal: Portal, desk: Desk, key: str, outcome: str, label: str, title: str
) -> None:
    case = taken(desk)
    portal.force_login(desk.helene)
    page = portal.get(url(case, f"actions/{key}/"))
    assert case.acknowledgement["remedies"][0] in text_of(page)
    short = portal.fill(page, law="", fact="Trop court", words="")
    assert short.status_code == 422
    assert said("Name the rule that is applied, with its article (L211-5).") in text_of(short)
    portal.fill(portal.get(url(case, f"actions/{key}/")), law=LAW, fact=FACT, words=GROUNDS.words)
    case.refresh_from_db()
    assert (case.status, case.outcome, case.outcome_by) == ("decided", outcome, "decision")
    signed = case.decisions.get()
    assert signed.remedies == case.acknowledgement["remedies"]
    html = letters.html(signed.document)
    assert title in html
    for words in (LAW, FACT, signed.remedies[0]):
        assert words in html or words.replace("'", "&#x27;") in html
    zoe = Portal()
    zoe.force_login(desk.zoe)
    hers = text_of(zoe.get(f"/demandes/{case.reference}/"))
    assert label in hers
    assert FACT in hers
    assert signed.remedies[0] in hers


@pytest.mark.parametrize("key", ["propose_grant_in_part", "propose_no_object"])
def test_it_is_proposed_by_an_agent_and_signed_as_it_was_proposed(desk: Desk, key: str) -> None:
    case = transitions.apply(taken(desk), key, by=Actor(user=desk.nadia), grounds=GROUNDS)
    assert case.state == "to_sign"
    end = {"propose_grant_in_part": "grant_in_part", "propose_no_object": "declare_no_object"}[key]
    case = transitions.apply(case, end, by=Actor(user=desk.helene), grounds=GROUNDS)
    signed = case.decisions.get()
    assert (signed.prepared_by, signed.signed_by) == (desk.nadia, desk.helene)


@pytest.mark.parametrize(("key", "outcome"), BOTH)
def test_what_silence_has_accepted_is_not_cut_short_by_a_plain_decision(desk: Desk, key: str, outcome: str) -> None:
    desk.procedure = samples.procedure(
        "silence",
        department=desk.civil,
        id="silence",
        workflow="decision_in_full",
        legal={**samples.content()["legal"], "silence_effect": "acceptance"},
    )
    case = people.late(taken(desk), 1)
    with pytest.raises(transitions.SilenceHasSpoken):
        transitions.apply(case, key, by=Actor(user=desk.helene), grounds=GROUNDS)
    case.refresh_from_db()
    assert case.outcome == ""


def test_a_request_granted_in_part_is_closed_as_any_other(desk: Desk) -> None:
    case = transitions.apply(decided(desk, "grant_in_part"), "close", by=Actor(user=desk.nadia))
    assert (case.status, case.outcome) == ("closed", "granted_in_part")


def test_l242_1_what_was_granted_in_part_is_withdrawn_and_what_had_no_object_is_taken_up_again(desk: Desk) -> None:
    in_part = withdraw.target(decided(desk, "grant_in_part"))
    no_object = withdraw.target(decided(desk, "declare_no_object"))
    assert in_part is not None
    assert in_part.granted
    assert no_object is not None
    assert not no_object.granted


def test_a_place_is_given_on_when_its_request_has_no_object_any_more(desk: Desk) -> None:
    edition = Edition.objects.create(procedure=desk.procedure, name="2026-2027", quota=1, waiting_list=True)
    first, second = desk.file(), desk.file()
    Submission.objects.filter(pk=first.pk).update(edition=edition)
    Submission.objects.filter(pk=second.pk).update(edition=edition, waiting_rank=1)
    first.refresh_from_db()
    transitions.apply(first, "take_charge", by=Actor(user=desk.nadia))
    assert editions.holding(edition) == 1
    transitions.apply(first, "declare_no_object", by=Actor(user=desk.helene), grounds=GROUNDS)
    second.refresh_from_db()
    assert second.waiting_rank is None


def test_a_request_dealt_with_without_a_decision_keeps_its_place(desk: Desk) -> None:
    edition = Edition.objects.create(procedure=desk.procedure, name="2026-2027", quota=1)
    case = desk.file()
    Submission.objects.filter(pk=case.pk).update(
        edition=edition, status="closed", outcome="no_object", outcome_by="decision", closed_at=timezone.now()
    )
    assert editions.holding(edition) == 1
