"""Each kind of document in the order in which a screen reader reads it: the tag tree, not what the eye sees."""

import pytest
from django.core.files.storage import default_storage

from accounts.permissions import Actor
from procedures.lifecycle import silence, silence_asks
from procedures.lifecycle import transition as transitions
from procedures.lifecycle.grounds import Grounds
from procedures.models import Document, Submission
from tests.support import people, tag_tree
from tests.support.people import Desk
from tests.support.queue import drain
from tests.test_desk import FACT, LAW
from tests.test_pieces_asked import with_effect


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


def told(case: Submission, kind: str) -> list[tuple[str, str]]:
    drain()
    document = Document.objects.select_related("stored").filter(submission=case, kind=kind).latest("pk")
    assert document.stored is not None
    with default_storage.open(document.stored.key) as kept:
        return tag_tree.read(bytes(kept.read()))


def in_order(read: list[tuple[str, str]], *wanted: str) -> None:
    """Hold that these texts are met one after the other."""
    texts, at = [text for _tag, text in read], 0
    for words in wanted:
        found = next((place for place in range(at, len(texts)) if words in texts[place]), None)
        assert found is not None, f"{words!r} is not read after {wanted[: wanted.index(words)]}: {texts[at:]}"
        at = found


def test_a_receipt_is_read_from_who_sends_it_to_what_is_kept(desk: Desk) -> None:
    read = told(desk.file(), "receipt")
    assert [text for tag, text in read if tag == "H1"] == ["Accusé de réception électronique"]
    assert [text for tag, text in read if tag == "H2"] == [
        "Délai de réponse et recours",
        "Vérifier cet accusé",
        "Ce que vous nous avez transmis",
        "Pièces jointes et empreintes",
        "La suite",
        "Vos données personnelles",
    ]
    in_order(
        read,
        "Mairie de",
        "Zoé Lefèvre",
        "Accusé de réception",
        "Nous avons reçu votre demande le",
        "Votre demande",
        "Numéro",
        "Délai de réponse",
        "Vérifier cet accusé",
        "Anne Morvan",
        "Empreinte SHA-256",
        "La suite",
    )
    # A question comes right before its answer.
    heads = [place for place, (tag, text) in enumerate(read) if tag == "TH" and text == "Numéro"]
    assert read[heads[0] + 1][0] == "TD"


def test_a_decision_is_read_as_a_letter_reasons_before_remedies(desk: Desk) -> None:
    case = transitions.apply(desk.file(), "take_charge", by=Actor(user=desk.nadia))
    grounds = Grounds(law=LAW, fact=FACT, words="Nous regrettons.")
    case = transitions.apply(case, "refuse", by=Actor(user=desk.helene), grounds=grounds)
    read = told(case, "decision")
    assert [text for tag, text in read if tag in {"H1", "H2"}] == [
        "Décision de refus",
        "Règles appliquées",
        "Situation constatée",
        "Si vous contestez cette décision",
        "Vérifier cette décision",
    ]
    in_order(read, "Décision de refus", "Objet", "Nous regrettons.", LAW[:40], FACT[:40], "tribunal", "Hélène Marchand")


def test_an_attestation_is_read_as_a_letter(desk: Desk) -> None:
    case = people.late(with_effect(desk, "acceptance"), 1)
    silence.confirm(case, by=Actor(user=desk.nadia))
    silence_asks.ask(case, "attestation", by=Actor(user=desk.zoe))
    read = told(case, "attestation")
    assert [text for tag, text in read if tag in {"H1", "H2"}] == [
        "Attestation d’acceptation",
        "Vérifier cette attestation",
    ]
    in_order(read, "Attestation d’acceptation", "Objet", "atteste que la demande de Zoé Lefèvre", "Vérifier")
