"""A signed decision as a file (CRPA-30 to 32): what it says, that it is valid and sealed, who opens it, if it still holds."""

from typing import Any

import page as validator
import pytest
from django.core.files.storage import default_storage

from accounts.permissions import Actor
from journal.models import Event
from procedures.documents import decision as letter
from procedures.documents import verify
from procedures.lifecycle import transition as transitions
from procedures.lifecycle.transition import Grounds
from procedures.models import Decision, Document, Submission
from procedures.tasks import issue_document
from tests.support import people
from tests.support.client import Portal, close_files
from tests.support.people import Desk
from tests.support.queue import drain
from tests.test_desk import text_of, url
from tests.test_receipt import text_of as text_of_pdf

LAW = "L’article 30 du décret n° 2017-890 réserve cette copie à la personne et à ses proches."
FACT = "Vous avez écrit n’avoir aucun lien avec la personne que l’acte concerne."


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


def decided(desk: Desk, outcome: str, grounds: Grounds, **identity: Any) -> Submission:
    """File a request, have it decided by the signatory, and return it."""
    case = transitions.apply(desk.file(**identity), "take_charge", by=Actor(user=desk.nadia))
    for act, who in (("propose", desk.nadia), ("decide", desk.helene)):
        current = Submission.objects.get(pk=case.pk)
        leaving = current.version.definition.workflow.leaving(current.state)
        move = next(one for one in leaving if one.act == act and one.outcome == outcome)
        transitions.apply(current, move.id, by=Actor(user=who), grounds=grounds)
    return Submission.objects.get(pk=case.pk)


def letter_of(case: Submission) -> Document:
    found: Document = Document.objects.select_related("stored", "decision").get(submission=case, kind="decision")
    return found


def bytes_of(document: Document) -> bytes:
    assert document.stored is not None
    with default_storage.open(document.stored.key) as kept:
        return bytes(kept.read())


def test_crpa_31_crpa_32_a_refusal_becomes_a_letter_with_all_that_the_law_wants(desk: Desk) -> None:
    case = decided(desk, "refused", Grounds(law=LAW, fact=FACT, words="Nous regrettons de ne pouvoir vous aider."))
    drain()
    document = letter_of(case)
    data = bytes_of(document)
    for profile in ("ua1", "3a"):
        verdict = validator.validate_pdf_bytes(data, profile=profile)
        assert verdict.is_compliant, [str(failure.message) for failure in verdict.failures]
    text = text_of_pdf(data)
    taken = Decision.objects.get(submission=case)
    for mention in (
        "Décision de refus",
        case.reference,
        "Zoé Lefèvre",
        LAW,
        FACT,
        "Nous regrettons de ne pouvoir vous aider.",
        "Saisir le tribunal administratif de Hautebrume",
        taken.signer_name,
        taken.signer_title,
        taken.signer_service,
        taken.signer_authority,
        "L. 212-2",
        document.verification_code,
    ):
        assert " ".join(mention.split()) in text.replace("\u00a0", " "), mention


def test_a_grant_is_a_letter_without_remedies(desk: Desk) -> None:
    case = decided(desk, "granted", Grounds(words="L’acte part demain."))
    page = letter.html(letter_of(case))
    assert "Votre demande est acceptée." in page
    assert "L’acte part demain." in page
    assert "contestez" not in page
    assert "Règles appliquées" not in page


def test_the_person_downloads_the_decision_and_has_read_it_then(desk: Desk) -> None:
    case = decided(desk, "granted", Grounds())
    portal = Portal()
    portal.force_login(desk.zoe)
    assert "Télécharger la décision" not in text_of(portal.get(f"/demandes/{case.reference}/"))
    assert portal.get(f"/demandes/{case.reference}/decision/1/").status_code == 404
    drain()
    assert "Télécharger la décision" in text_of(portal.get(f"/demandes/{case.reference}/"))
    Decision.objects.update(first_read_at=None)
    answer = portal.get(f"/demandes/{case.reference}/decision/1/")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert f"decision-1-{case.reference}.pdf" in answer.headers["Content-Disposition"]
    close_files(answer)
    assert Decision.objects.get(submission=case).first_read_at is not None


def test_the_department_opens_the_very_letter_and_a_stranger_does_not(desk: Desk) -> None:
    case = decided(desk, "granted", Grounds())
    drain()
    portal = Portal()
    portal.force_login(desk.nadia)
    assert "La décision, telle que l’usager la reçoit" in text_of(portal.get(url(case)))
    answer = portal.get(url(case, "decision/1/"))
    assert answer.status_code == 200
    close_files(answer)
    portal.force_login(desk.roger)
    assert portal.get(url(case, "decision/1/")).status_code == 404
    assert portal.get(f"/demandes/{case.reference}/decision/1/").status_code == 404


def test_the_verification_page_knows_the_decision_and_whether_it_still_holds(desk: Desk) -> None:
    case = decided(desk, "granted", Grounds())
    drain()
    document = letter_of(case)
    portal = Portal()
    address = f"/verifier/?numero={case.reference}&code={document.verification_code}"
    page = text_of(portal.get(address))
    assert "Aucune décision plus récente ne l’a remplacée." in page
    assert "Zoé" not in page
    first = Decision.objects.get(submission=case)
    Decision.objects.create(
        submission=case,
        number=2,
        outcome="refused",
        signed_at=first.signed_at,
        signer_name=first.signer_name,
        signer_title=first.signer_title,
        signer_service=first.signer_service,
    )
    assert "celle-ci ne vaut plus" in text_of(portal.get(address))
    assert not verify.by_bytes(bytes_of(document)).is_sound


def test_the_letter_states_the_event_of_the_decision(desk: Desk) -> None:
    case = decided(desk, "granted", Grounds())
    document = letter_of(case)
    assert document.anchor_number is not None
    event = Event.objects.get(subject=case.key, number=document.anchor_number)
    assert event.digest == document.anchor_digest
    assert event.data["decision"] == 1
    assert document.anchor is not None
    assert document.anchor.holds


def test_the_worker_may_run_twice_and_makes_one_letter(desk: Desk) -> None:
    case = decided(desk, "granted", Grounds())
    drain()
    first = letter_of(case)
    issue_document(first.pk)
    again = letter_of(case)
    assert again.stored_id == first.stored_id


@pytest.mark.one_database
def test_reasons_of_sixty_pages_and_unknown_signs_still_make_a_valid_letter(desk: Desk) -> None:
    long = "\n\n".join(f"{number}. " + "La pièce ne montre pas ce lien. " * 60 for number in range(70)) + "🐙"
    case = decided(desk, "refused", Grounds(law=LAW, fact=long))
    data = letter.pdf(letter_of(case))
    assert validator.validate_pdf_bytes(data, profile="ua1").is_compliant
    assert "[U+1F419]" in text_of_pdf(data)


def test_signs_that_the_font_lacks_are_told_to_the_department(portal: Portal, desk: Desk) -> None:
    case = decided(desk, "granted", Grounds(words="Bravo \U0001f419 et \U0001f419."))
    drain()
    assert letter_of(case).lacking == "U+1F419"
    portal.force_login(desk.nadia)
    assert "U+1F419" in text_of(portal.get(url(case)))
    plain = decided(desk, "granted", Grounds(words="Bravo, c’est accordé."))
    drain()
    assert letter_of(plain).lacking == ""


def test_a_letter_that_goes_by_post_leaves_the_place_of_a_signature(desk: Desk) -> None:
    case = decided(desk, "granted", Grounds(), applicant_email="", applicant_contact="post")
    page = letter.html(letter_of(case))
    assert "Signature :" in page
    assert "sans signature manuscrite" not in page
