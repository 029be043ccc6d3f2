"""Verifying a document: for anyone, without an account, and without a word about the person."""

from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from portal.pages import verify_view
from procedures.documents import verify
from procedures.models import Document
from tests.support import samples
from tests.support.client import Portal
from tests.support.queue import drain
from tests.test_filing import file_one


@pytest.fixture
def receipt(db: None) -> Document:
    samples.procedure()
    file_one(Portal())
    found: Document = Document.objects.select_related("submission").get()
    return found


def test_a_receipt_is_known_before_its_pdf_is_made(receipt: Document) -> None:
    verdict = verify.by_code(receipt.submission.reference, receipt.verification_code)
    assert verdict.issued
    assert verdict.sha256 == ""


def test_a_number_and_a_code_are_understood_however_they_are_typed(receipt: Document) -> None:
    number, code = receipt.submission.reference, receipt.verification_code
    for typed in (number.lower(), number.replace("-", " "), number.replace("-", "").replace("0", "O")):
        assert verify.by_code(typed, f" {code.lower()} ").issued


def test_the_code_of_one_receipt_does_not_open_another(receipt: Document) -> None:
    file_one(Portal())
    other = Document.objects.exclude(pk=receipt.pk).get()
    assert not verify.by_code(receipt.submission.reference, other.verification_code).issued
    assert not verify.by_code(receipt.submission.reference, "").issued
    assert not verify.by_code("", receipt.verification_code).issued


def test_only_the_very_bytes_of_a_receipt_are_ours(receipt: Document) -> None:
    drain()
    # A file that a citizen joined is stored too, and was not issued by the town.
    stored = receipt.submission.files.get().stored
    with stored_bytes(stored.key) as joined:
        assert not verify.by_bytes(joined.read()).issued
    receipt.refresh_from_db()
    assert receipt.stored is not None
    with stored_bytes(receipt.stored.key) as issued:
        data = issued.read()
    assert verify.by_bytes(data).sha256 == receipt.stored.sha256
    assert not verify.by_bytes(data + b"\n").issued
    assert not verify.by_bytes(b"").issued


def stored_bytes(key: str) -> Any:
    return default_storage.open(key)


def test_the_answer_names_nobody_and_shows_nothing_of_the_request(receipt: Document) -> None:
    asked = {"numero": receipt.submission.reference, "code": receipt.verification_code}
    page = Portal().get("/verifier/", asked).text
    for private in ("Le Goff", "claire@exemple.fr", "rue des Tanneurs", "Anne Morvan", "Demander un acte"):
        assert private not in page


def test_without_a_file_or_with_one_too_large_the_page_says_what_is_wrong(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples.town()
    assert portal.post("/verifier/").status_code == 422
    monkeypatch.setattr(verify_view, "_LARGEST", 3)
    answer = portal.post("/verifier/", {"pdf": SimpleUploadedFile("x.pdf", b"%PDF-1.7")})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


def test_crpa_16_trying_codes_is_stopped_for_one_address_and_not_for_another(receipt: Document) -> None:
    asked = {"numero": receipt.submission.reference, "code": "0000-0000"}
    guesser, neighbour = Portal(REMOTE_ADDR="203.0.113.7"), Portal(REMOTE_ADDR="203.0.113.8")
    answers = [guesser.get("/verifier/", asked).status_code for _ in range(42)]
    assert 429 in answers
    assert neighbour.get("/verifier/", asked).status_code == 200


@pytest.mark.django_db
def test_behind_a_proxy_one_visitor_who_guesses_does_not_block_the_others(settings: Any) -> None:
    settings.BEHIND_PROXY = True
    browser = Portal()

    def tries(address: str) -> int:
        # What stands before the proxy's own word is forged, and counts for nothing.
        headers = {"x-forwarded-for": f"203.0.113.99, {address}"}
        return browser.get("/verifier/", {"numero": "2026", "code": "x"}, headers=headers).status_code

    assert [tries("203.0.113.1") for _ in range(21)][-1] == 429
    assert tries("203.0.113.2") == 200
