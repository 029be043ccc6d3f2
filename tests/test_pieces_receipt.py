"""Each sending of pieces has a receipt of its own, sealed and verified like any other, that says what was sent then."""

import json
from io import BytesIO
from typing import Any

import page as validator
import pikepdf
import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction

from journal.models import Event
from procedures.documents import verify
from procedures.models import Document, PiecesSending, Submission
from tests.support import people, tag_tree
from tests.support.client import Portal, close_files
from tests.support.people import Desk
from tests.support.queue import drain
from tests.test_desk import text_of, url
from tests.test_filing import pdf
from tests.test_pieces_asked import answer_page, ask, piece_of, send, with_effect


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


def asked(desk: Desk, **values: Any) -> Submission:
    case = with_effect(desk, "rejection")
    nadia = Portal()
    nadia.force_login(desk.nadia)
    ask(nadia, case, **values)
    return case


def receipt_of(case: Submission, number: int = 1) -> Document:
    found: Document = Document.objects.select_related("stored", "pieces").get(submission=case, pieces__number=number)
    return found


def bytes_of(document: Document) -> bytes:
    assert document.stored is not None
    with default_storage.open(document.stored.key) as kept:
        return bytes(kept.read())


def test_what_was_sent_is_frozen_in_a_receipt_that_is_valid_and_carries_its_data(desk: Desk) -> None:
    case = asked(desk)
    send(desk, case)
    drain()
    document = receipt_of(case)
    data = bytes_of(document)
    for profile in ("ua1", "3a"):
        verdict = validator.validate_pdf_bytes(data, profile=profile)
        assert verdict.is_compliant, [str(failure.message) for failure in verdict.failures]
    sent = PiecesSending.objects.get()
    stored = piece_of(case).files.get().stored
    assert sent.pieces == [
        {
            "label": "Livret de famille",
            "files": [{"name": stored.name, "size": stored.size, "sha256": stored.sha256}],
            "words": "",
        }
    ]
    with pikepdf.open(BytesIO(data)) as opened:
        carried = opened.attachments["pieces.json"].get_file().read_bytes()
    assert json.loads(carried) == sent.pieces
    event = Event.objects.of(case.key).get(kind="send_pieces")
    assert (document.anchor_number, document.anchor_digest) == (event.number, event.digest)
    assert event.data["sending"] == 1


def test_a_screen_reader_meets_the_receipt_in_the_order_of_its_sense(desk: Desk) -> None:
    case = asked(desk)
    send(desk, case)
    drain()
    told = tag_tree.read(bytes_of(receipt_of(case)))
    titles = [text for tag, text in told if tag in {"H1", "H2"}]
    assert titles == ["Récépissé de pièces", "Ce que vous avez envoyé", "Vérifier ce récépissé"]
    heads = [text for tag, text in told if tag == "TH"]
    assert heads[:2] == ["Numéro", "Démarche"]
    assert heads[heads.index("Pièce") :][:4] == ["Pièce", "Fichier", "Taille", "Empreinte SHA-256"]
    assert "Livret de famille" in heads


def test_the_person_and_the_department_download_it_and_the_page_verifies_it(portal: Portal, desk: Desk) -> None:
    case = asked(desk)
    zoe = Portal()
    zoe.force_login(desk.zoe)
    send(desk, case, zoe)
    drain()
    document = receipt_of(case)
    answer = zoe.get(f"/demandes/{case.reference}/pieces/recepisse/1/")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    close_files(answer)
    assert content == bytes_of(document)
    assert verify.by_bytes(content).issued
    assert verify.by_code(case.reference, document.verification_code).kind == "récépissé de pièces"
    assert "recepisse/1/" in zoe.get(answer_page(case)).text
    portal.force_login(desk.nadia)
    assert "pieces/recepisse/1/" in portal.get(url(case)).text
    shown = portal.get(url(case, "pieces/recepisse/1/"))
    assert shown.status_code == 200
    close_files(shown)
    assert portal.get(url(case, "pieces/recepisse/2/")).status_code == 404
    assert Portal().get(f"/demandes/{case.reference}/pieces/recepisse/1/").status_code != 200


def test_two_sendings_have_two_receipts_each_with_its_own(desk: Desk) -> None:
    case = asked(desk, piece_1="~other", other_1="Attestation", reason_1="Elle est indispensable.", text_1="")
    first, second = list(piece_of(case).request.items.order_by("pk"))
    browser = Portal()
    browser.force_login(desk.zoe)
    words = f"words_{second.public_id.hex}"
    browser.fill(
        browser.get(answer_page(case)),
        button="send",
        values={first.path: pdf(), words: "Je l’aurai lundi."},
        follow=True,
    )
    browser.fill(browser.get(answer_page(case)), button="send", values={second.path: pdf(), words: ""}, follow=True)
    drain()
    one, two = (sent.pieces for sent in PiecesSending.objects.order_by("number"))
    assert [piece["label"] for piece in one] == ["Livret de famille", "Attestation"]
    assert one[1] == {"label": "Attestation", "files": [], "words": "Je l’aurai lundi."}
    assert [piece["label"] for piece in two] == ["Attestation"]
    assert len(two[0]["files"]) == 1
    assert bytes_of(receipt_of(case, 1)) != bytes_of(receipt_of(case, 2))
    assert text_of(browser.get(answer_page(case))).count("PDF, ") == 2


def test_what_was_sent_is_never_changed(desk: Desk) -> None:
    case = asked(desk)
    send(desk, case)
    for change in ({"content": "[]"}, {"number": 9}):
        with pytest.raises(DatabaseError), transaction.atomic():
            PiecesSending.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        PiecesSending.objects.all().delete()
