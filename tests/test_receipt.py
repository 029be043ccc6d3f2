"""The receipt: a tagged PDF with every mention, made once, that the town can recognise."""

import subprocess
import sys
from datetime import time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import page as validator
import pikepdf
import pydyf
import pytest
from django.core.cache import caches
from django.core.files.storage import default_storage
from django.utils import timezone, translation

from procedures.documents import receipt, render, seal
from procedures.models import Document
from procedures.tasks import issue_document
from tests.support import samples, seals
from tests.support.client import Portal, close_files
from tests.support.queue import drain
from tests.test_filing import NASTY, file_one
from town.models import Town


@pytest.fixture
def acte(db: None) -> Any:
    return samples.procedure()


def text_of(data: bytes) -> str:
    """Read a PDF as a screen reader's user would: by another program than the one that made it."""
    read = subprocess.run(["pdftotext", "-layout", "-", "-"], input=data, capture_output=True, check=True)
    return " ".join(read.stdout.decode().split())


@pytest.mark.usefixtures("acte")
def test_crpa_11_the_worker_makes_a_receipt_with_every_mention(portal: Portal) -> None:
    submission = file_one(portal)
    drain()
    document = Document.objects.select_related("stored").get()
    assert document.state == "done"
    assert document.stored is not None
    with default_storage.open(document.stored.key) as kept:
        data = kept.read()
    verdict = validator.validate_pdf_bytes(data, profile="ua1")
    assert verdict.is_compliant, [str(failure.message) for failure in verdict.failures]
    text = text_of(data)
    for mention in (
        "Accusé de réception électronique",
        "SIRET 21990001500012",
        submission.reference,
        submission.acknowledgement["received_words"],
        "Claire Le Goff",
        "14 rue des Tanneurs",
        "claire@exemple.fr",
        "Service État civil",
        "01 99 00 12 52".replace(" ", "\u00a0"),
        "sera considérée comme refusée",
        "Article L. 231-4 du CRPA",
        "tribunal administratif de Hautebrume",
        "Aucune pièce ne manque à ce jour",
        "Anne Morvan",
        "livret.pdf",
        document.verification_code,
        "Mission d’intérêt public",
        "version 1",
        "Page 1 sur",
        "ne vaut pas acceptation",
    ):
        assert " ".join(mention.split()) in text, mention
    answer = portal.get(f"/demandes/{submission.reference}/accuse/")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.getvalue() == data
    close_files(answer)


@pytest.mark.usefixtures("acte")
def test_a_task_that_runs_twice_makes_one_receipt(portal: Portal) -> None:
    file_one(portal)
    drain()
    document = Document.objects.get()
    issue_document(document.pk)
    Document.objects.filter(pk=document.pk).update(state="queued", next_try_at=timezone.now() - timedelta(minutes=1))
    issue_document(document.pk)
    again = Document.objects.get()
    assert (again.stored_id, again.state) == (document.stored_id, "done")


@pytest.mark.usefixtures("acte")
def test_a_receipt_that_fails_is_tried_again(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    file_one(portal)
    monkeypatch.setattr(receipt, "pdf", lambda *_what: 1 / 0)
    drain()
    document = Document.objects.get()
    assert document.state == "queued"
    assert "ZeroDivisionError" in document.last_error


@pytest.mark.usefixtures("acte")
def test_hostile_text_is_printed_as_it_was_typed(portal: Portal) -> None:
    file_one(portal, applicant_family_name=NASTY)
    drain()
    data = receipt.pdf(Document.objects.get())
    assert "<script>alert(1)</script>" in text_of(data)
    assert "{{ 7*7 }}" in text_of(data)
    assert "[U+1F419]" in text_of(data)
    assert validator.validate_pdf_bytes(data, profile="ua1").is_compliant


@pytest.mark.usefixtures("acte")
def test_without_an_address_the_receipt_prints_the_follow_up_code(portal: Portal) -> None:
    submission = file_one(portal, applicant_contact="post", applicant_email="")
    drain()
    assert submission.follow_code in text_of(receipt.pdf(Document.objects.get()))


@pytest.mark.usefixtures("acte")
@pytest.mark.parametrize(
    ("part", "times"),
    [("mot ", 1250), ("x", 5000), ("repère مرحبا שלום 你好 \U0001f600 \u202a", 150)],
    ids=["words", "one endless word", "many scripts"],
)
def test_an_answer_of_5000_characters_in_any_script_is_printed_whole(portal: Portal, part: str, times: int) -> None:
    file_one(portal)
    document = Document.objects.get()
    sent = document.answer_set
    sent.content = sent.content.replace("Anne Morvan", part * times)
    document.answer_set = sent
    data = receipt.pdf(document)
    assert validator.validate_pdf_bytes(data, profile="ua1").is_compliant
    printed = "".join(text_of(data).split())
    assert printed.count(part.split()[0]) >= times


@pytest.mark.usefixtures("acte")
@pytest.mark.one_database
def test_an_answer_of_sixty_pages_is_printed_whole_and_keeps_both_claims_under_its_seal(
    portal: Portal, settings: Any, tmp_path: Path
) -> None:
    seals.use(settings, tmp_path)
    file_one(portal)
    document = Document.objects.get()
    sent = document.answer_set
    sent.content = sent.content.replace(
        "Anne Morvan", "\\n".join(f"Ligne {number}, sans fin." for number in range(4000))
    )
    document.answer_set = sent
    sealer = seal.sealer()
    assert sealer is not None
    data = seal.put(receipt.pdf(document, sealer.certificate.name), sealer)
    for profile in ("ua1", "3a"):
        assert validator.validate_pdf_bytes(data, profile=profile).is_compliant, profile
    with pikepdf.open(BytesIO(data)) as pdf:
        assert len(pdf.pages) > 60
    assert text_of(data).count("sans fin.") == 4000
    assert [found.is_intact for found in seal.read(data)] == [True]


@pytest.mark.usefixtures("acte")
def test_the_receipt_bears_the_colour_of_the_town_and_never_says_that_it_is_sealed(portal: Portal) -> None:
    file_one(portal)
    Town.objects.update(color="#7a1f4b")
    caches["local"].clear()
    document = Document.objects.get()
    assert "%237a1f4b" in receipt.html(document)
    assert "cachet" not in text_of(receipt.pdf(document)).lower()


@pytest.mark.usefixtures("acte")
def test_the_receipt_is_in_french_whatever_the_language_of_the_page(portal: Portal) -> None:
    portal.cookies["django_language"] = "en"
    file_one(portal)
    with translation.override("en"):
        page = receipt.html(Document.objects.get())
    assert "en ligne" in page
    assert "online" not in page


@pytest.mark.usefixtures("acte")
def test_opening_hours_put_days_alike_together(portal: Portal) -> None:
    file_one(portal)
    home = Document.objects.get().submission.department
    for weekday in range(1, 5):
        home.hours.create(weekday=weekday, opens=time(8, 30), closes=time(12, 30))
    home.hours.create(weekday=5, opens=time(9), closes=time(12))
    page = receipt.html(Document.objects.get())
    assert "du lundi au vendredi 8\u00a0h\u00a030–12\u00a0h\u00a030\u202f; samedi 9\u00a0h–12\u00a0h" in page


@pytest.mark.usefixtures("acte")
def test_a_compressed_part_that_ends_like_a_line_is_written_otherwise(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_one(portal)
    document = Document.objects.get()
    whole = receipt.pdf(document)
    # Whatever is in the file as it is first written is said to be ambiguous: it is then written in another way.
    tail, really = whole[-40:], render.ambiguous
    # Beside what really is: the other way of writing may meet it by chance, and is then left too.
    monkeypatch.setattr(render, "ambiguous", lambda data: tail in data or really(data))
    again = receipt.pdf(document)
    assert tail not in again
    assert validator.validate_pdf_bytes(again, profile="3a").is_compliant
    assert text_of(again) == text_of(whole)


def test_a_part_of_a_page_that_would_end_like_a_line_is_left_uncompressed() -> None:
    def page(text: str) -> pydyf.Stream:
        return pydyf.Stream([f"% {text}"], compress=True)

    wrong = next(part for number in range(5000) if render.AMBIGUOUS in (part := page(str(number))).data)
    well = page("a part that ends well")
    made = pydyf.PDF()
    for part in (wrong, well):
        made.add_object(part)
    render._end_plainly(made)
    assert (wrong.compress, well.compress) == (False, True)
    assert render.AMBIGUOUS not in wrong.data


_DRAWN_THRICE = """
import hashlib, django
django.setup()
from procedures.documents import render
page = "<html lang='fr'><title>Essai</title><body><h1>Reçu</h1><p>De <b>Zoé</b>, 12&nbsp;€</p></body></html>"
for _ in range(3):
    print(hashlib.sha256(render.pdf(page, color="#1f4b7a", carried=[], sealable=True)).hexdigest())
"""


def test_what_a_worker_draws_first_is_what_it_and_any_other_worker_draws_later() -> None:
    drawn = [
        subprocess.run([sys.executable, "-c", _DRAWN_THRICE], capture_output=True, check=True, text=True).stdout.split()
        for _process in range(2)
    ]
    assert len(drawn[0]) == 3
    assert len({*drawn[0], *drawn[1]}) == 1, drawn
