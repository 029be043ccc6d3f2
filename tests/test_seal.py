"""The seal: put on every document once, kept from everything unsealed where it is wanted, read again by anyone."""

import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import page as validator
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from messaging.models import Delivery
from procedures.documents import issuing, receipt, seal
from procedures.models import Document, SealCertificate
from procedures.tasks import issue_document
from tests.support import people, samples, seals
from tests.support.client import Portal
from tests.support.queue import drain
from tests.test_filing import file_one
from tests.test_receipt import text_of
from tests.test_tampering import guards_lifted


@pytest.fixture
def acte(db: None) -> Any:
    return samples.procedure()


def issued() -> bytes:
    """Return the bytes of the only receipt."""
    document = Document.objects.select_related("stored").get()
    assert document.stored is not None, document.last_error
    with default_storage.open(document.stored.key) as kept:
        return bytes(kept.read())


def try_now() -> Document:
    """Let the worker try what waits, as it would once its time has come."""
    Document.objects.exclude(state="done").update(next_try_at=timezone.now() - timedelta(minutes=1))
    for pk in Document.objects.exclude(state="done").values_list("pk", flat=True):
        issue_document(pk)
    found: Document = Document.objects.select_related("seal").get()
    return found


def shown(data: bytes) -> str:
    """Give a file to the page of verification; return what it says."""
    portal = Portal()
    page = portal.get("/verifier/")
    file = SimpleUploadedFile("recu.pdf", data, content_type="application/pdf")
    answer = portal.fill(page, pdf=file)
    return " ".join(answer.text.replace("\u00a0", " ").replace("\u202f", " ").split())


def pdfsig(data: bytes, folder: Path) -> str:
    """Ask a program that is not ours."""
    path = folder / "sealed.pdf"
    path.write_bytes(data)
    return subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False).stdout


@pytest.mark.usefixtures("acte")
def test_pdf_01_pdf_02_a_receipt_is_sealed_and_keeps_both_its_claims(
    portal: Portal, settings: Any, tmp_path: Path
) -> None:
    seals.use(settings, tmp_path)
    file_one(portal)
    drain()
    data = issued()
    for profile in ("ua1", "3a"):
        verdict = validator.validate_pdf_bytes(data, profile=profile)
        assert verdict.is_compliant, (profile, [str(failure.message) for failure in verdict.failures])
    said = pdfsig(data, tmp_path)
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    assert "délivré à : Cachet électronique, Mairie d’Exemple" in text_of(data)
    document = Document.objects.select_related("seal").get()
    assert document.seal is not None
    assert document.seal.name == "Cachet électronique, Mairie d’Exemple"
    assert "porte notre cachet électronique, intact" in shown(data)


@pytest.mark.usefixtures("acte")
def test_a_town_without_a_seal_issues_the_same_document_without_one(portal: Portal, tmp_path: Path) -> None:
    file_one(portal)
    drain()
    data = issued()
    for profile in ("ua1", "3a"):
        assert validator.validate_pdf_bytes(data, profile=profile).is_compliant, profile
    assert seal.read(data) == []
    assert "does not contain any signatures" in pdfsig(data, tmp_path)
    assert "cachet" not in shown(data).split("<main")[1].split("<form")[0]


@pytest.mark.usefixtures("acte")
def test_pdf_03_one_changed_byte_is_told_by_our_page_and_by_another_program(
    portal: Portal, settings: Any, tmp_path: Path
) -> None:
    seals.use(settings, tmp_path)
    file_one(portal)
    drain()
    data = bytearray(issued())
    data[data.find(b"stream") + 20] ^= 1
    page = shown(bytes(data))
    assert "a été modifié depuis" in page
    assert "Oui, la commune" not in page
    assert "Digest Mismatch" in pdfsig(bytes(data), tmp_path)
    # Something added at the end, which most readers do not even show, is a change too.
    assert "a été modifié depuis" in shown(issued() + b"\n% ajout\n")


@pytest.mark.usefixtures("acte")
def test_the_seal_of_somebody_else_is_not_ours(portal: Portal, settings: Any, tmp_path: Path) -> None:
    file_one(portal)
    seals.use(settings, tmp_path, seals.made("Mairie d’Ailleurs"))
    stranger = seal.sealer()
    assert stranger is not None
    seals.use(settings, tmp_path)
    drain()
    theirs = seal.put(receipt.pdf(Document.objects.get(), stranger.certificate.name), stranger)
    assert [found.is_intact for found in seal.read(theirs)] == [True]
    assert "Nous n’avons pas émis ce document" in shown(theirs)


@pytest.mark.usefixtures("acte")
def test_a_document_that_is_no_longer_kept_is_told_by_its_seal_alone(
    portal: Portal, settings: Any, tmp_path: Path
) -> None:
    seals.use(settings, tmp_path)
    file_one(portal)
    drain()
    data = issued()
    with guards_lifted("procedures_document") as execute:
        execute("DELETE FROM procedures_document", [])
    page = shown(data)
    assert "porte notre cachet électronique, intact" in page
    assert "Nous n’avons plus le document" in page


@pytest.mark.parametrize(
    ("data", "change", "words"),
    [
        (None, {"file": "/nulle/part.p12"}, "fichier de la clé est introuvable"),
        (None, {"passphrase": "une autre"}, "phrase secrète (SEAL_PASSPHRASE) est fausse"),
        (None, {"passphrase": ""}, "phrase secrète (SEAL_PASSPHRASE) est fausse"),
        (b"pas une clef", {}, "fichier de la clé est abîmé"),
        (b"", {}, "fichier de la clé est abîmé"),
        (seals.dated(timedelta(days=-9), timedelta(days=-1)), {"passphrase": ""}, "le certificat a expiré le"),
        (seals.dated(timedelta(days=1), timedelta(days=9)), {"passphrase": ""}, "n’est pas valable avant le"),
        (None, {"file": ""}, "un cachet est exigé"),
        (None, {"file": "", "module": "/nulle/part.so", "token": "x", "label": "x"}, "la carte ne répond pas"),
    ],
    ids=["missing", "wrong", "empty", "damaged", "nothing", "expired", "early", "none", "token"],
)
@pytest.mark.usefixtures("acte")
def test_without_its_key_nothing_leaves_unsealed_and_whoever_keeps_it_is_told_once_a_day(
    portal: Portal, settings: Any, tmp_path: Path, data: bytes | None, change: dict[str, Any], words: str
) -> None:
    admin = people.staff("ines@exemple.fr", "Inès", "Clef", samples.department(), "town_admin")
    seals.use(settings, tmp_path, data, **change)
    submission = file_one(portal)
    drain()
    for _ in range(3):
        document = try_now()
    assert (document.state, document.stored_id) == ("queued", None)
    assert document.next_try_at <= timezone.now() + timedelta(hours=1)
    mails = Delivery.objects.filter(purpose="seal_unavailable")
    assert [mail.address for mail in mails] == [admin.email]
    assert words in mails.get().body
    assert "1 document attend" in mails.get().body
    # The citizen has her acknowledgement on line all the same.
    assert submission.reference in portal.get(f"/demandes/{submission.reference}/").text
    # The key mended, it leaves by itself.
    seals.use(settings, tmp_path)
    document = try_now()
    assert (document.state, document.last_error) == ("done", "")
    assert [found.is_intact for found in seal.read(issued())] == [True]


@pytest.mark.usefixtures("acte")
def test_a_document_waits_for_its_key_for_as_long_as_it_takes(portal: Portal, settings: Any, tmp_path: Path) -> None:
    seals.use(settings, tmp_path, file="/nulle/part.p12")
    file_one(portal)
    for _ in range(20):
        document = try_now()
    assert document.state == "queued"
    assert document.attempts == 20


@pytest.mark.usefixtures("acte")
def test_a_key_renewed_in_place_seals_the_next_document_and_the_last_one_keeps_its_own(
    portal: Portal, settings: Any, tmp_path: Path
) -> None:
    seals.use(settings, tmp_path)
    file_one(portal)
    drain()
    first = issued()
    path = seals.use(settings, tmp_path, seals.made("Mairie d’Exemple, 2027"))
    path.touch()
    file_one(Portal())
    drain()
    names = list(SealCertificate.objects.order_by("pk").values_list("name", flat=True))
    assert names == ["Cachet électronique, Mairie d’Exemple", "Cachet électronique, Mairie d’Exemple, 2027"]
    assert "délivré à : Cachet électronique, Mairie d’Exemple." in shown(first)


@pytest.mark.usefixtures("acte")
def test_a_worker_killed_after_sealing_leaves_one_document(
    portal: Portal, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seals.use(settings, tmp_path)
    file_one(portal)

    def killed(*_what: Any, **_more: Any) -> Any:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(issuing, "store", killed)
        with pytest.raises(SystemExit):
            issue_document(Document.objects.get().pk)
    assert Document.objects.get().stored_id is None
    document = try_now()
    assert document.state == "done"
    assert SealCertificate.objects.count() == 1


@pytest.mark.usefixtures("acte")
def test_a_key_that_never_leaves_its_token_seals_too(
    portal: Portal, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seals.use_token(settings, tmp_path, monkeypatch)
    file_one(portal)
    drain()
    data = issued()
    assert [found.is_intact for found in seal.read(data)] == [True]
    assert validator.validate_pdf_bytes(data, profile="3a").is_compliant
    assert "Signature is Valid" in pdfsig(data, tmp_path)
    seal._token.cache_clear()


@pytest.mark.usefixtures("acte")
def test_what_a_certificate_says_is_never_changed(portal: Portal, settings: Any, tmp_path: Path) -> None:
    seals.use(settings, tmp_path)
    file_one(portal)
    drain()
    with pytest.raises(DatabaseError, match="settled rows never change"), transaction.atomic():
        SealCertificate.objects.update(name="Mairie d’Ailleurs")


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 /ETSI.CAdES.detached", b"/ETSI.CAdES.detached" * 50_000])
def test_a_file_that_only_pretends_is_read_without_harm(data: bytes) -> None:
    assert seal.read(data) == []


def test_a_town_makes_a_key_for_its_trials_and_never_writes_over_one(db: None, settings: Any, tmp_path: Path) -> None:
    samples.procedure()
    path = tmp_path / "cachet.p12"
    settings.SEAL = seals.NOBODY | {"file": str(path), "passphrase": seals.PASSPHRASE, "required": True}
    call_command("make_seal")
    assert path.stat().st_mode & 0o777 == 0o600
    sealer = seal.sealer()
    assert sealer is not None
    assert sealer.certificate.name.startswith("Cachet électronique, Mairie de")
    with pytest.raises(CommandError, match="existe déjà"):
        call_command("make_seal")
    settings.SEAL = seals.NOBODY
    with pytest.raises(CommandError, match="Dites où écrire"):
        call_command("make_seal")
