"""Files are checked by a real clamd: what each side sees meanwhile, what becomes of a suspicious file, a daemon away."""

import io
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import checks
from django.core.files.storage import default_storage
from django.utils import timezone

from journal import models as journal
from messaging.models import Delivery
from procedures import tasks
from procedures.lifecycle import scanning
from procedures.lifecycle.checks import files_are_scanned
from procedures.models import Draft, FileScan, StoredFile, Submission
from procedures.models.storage import store
from tests.support import people, samples
from tests.support.clamav import MARKER, STREAM_LIMIT
from tests.support.client import Portal, close_files
from tests.support.queue import drain
from tests.support.samples_of_files import EICAR, PDF, archive, photo
from tests.support.servers import ROOT
from tests.test_filing import IDENTITY, begin, pdf, step_url

SUSPICIOUS = PDF[:9] + MARKER + PDF[9:]
Scan = StoredFile.Scan


@pytest.fixture
def scanned(settings: Any, clamd: str) -> None:
    """Switch the scanner on."""
    settings.FILE_SCANNER = "procedures.lifecycle.scanning.ClamAvScanner"
    settings.CLAMAV_SOCKET = clamd
    settings.CLAMAV_TIMEOUT = 10


def verdict(data: bytes) -> scanning.Verdict:
    return scanning.ClamAvScanner().scan(io.BytesIO(data))


def sent(data: bytes = PDF, name: str = "livret.pdf") -> StoredFile:
    """Return a file that waits for its check."""
    stored = store(io.BytesIO(data), name=name, content_type="application/pdf", scan=scanning.first_state())
    scanning.owe(stored)
    return stored


# --- The daemon -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("scanned")
def test_clamd_tells_sound_files_from_suspicious_ones() -> None:
    assert verdict(PDF) == (Scan.CLEAN, "")
    assert verdict(photo((2000, 100))).state == Scan.CLEAN
    assert verdict(EICAR).state == Scan.INFECTED
    assert verdict(archive({"a.txt": b"x" * 500 + MARKER})).state == Scan.INFECTED
    assert "Portail.Essai" in verdict(SUSPICIOUS).name


@pytest.mark.usefixtures("scanned")
def test_a_file_over_the_limit_of_clamd_is_said_to_be_unscannable() -> None:
    assert verdict(b"x" * (STREAM_LIMIT - 1000)).state == Scan.CLEAN
    assert verdict(b"x" * (STREAM_LIMIT * 8)).state == Scan.UNSCANNABLE


@contextmanager
def stub(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Listen in place of clamd, and answer one connection in one's own way."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            link, _ = server.accept()
            with link:
                answer(link)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
        thread.join(5)


def swallow(link: socket.socket) -> None:
    """Read all that comes until its end is told."""
    seen = b""
    while not seen.endswith(b"\0\0\0\0"):
        seen += link.recv(65536)


@pytest.mark.parametrize(
    "words",
    [b"", b"\0", b"stream: OK OK\0", b"\xff\xfe\0", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"stream: Can't read ERROR\0"],
)
def test_what_is_no_verdict_is_none(settings: Any, words: bytes) -> None:
    def answer(link: socket.socket) -> None:
        swallow(link)
        link.sendall(words)

    with stub(answer) as settings.CLAMAV_SOCKET, pytest.raises(scanning.ScannerDown):
        verdict(PDF)


def test_an_answer_in_two_parts_over_tcp_is_read_whole(settings: Any) -> None:
    def answer(link: socket.socket) -> None:
        swallow(link)
        link.sendall(b"stream: ")
        time.sleep(0.05)
        link.sendall(b"OK\0")

    with stub(answer) as settings.CLAMAV_SOCKET:
        assert verdict(PDF).state == Scan.CLEAN


def test_a_daemon_that_is_slow_or_drips_holds_no_one_up(settings: Any) -> None:
    settings.CLAMAV_TIMEOUT = 0.4

    def drip(link: socket.socket) -> None:
        swallow(link)
        for _ in range(20):
            time.sleep(0.1)
            try:
                link.sendall(b".")
            except OSError:
                return

    started = time.monotonic()
    with stub(drip) as settings.CLAMAV_SOCKET, pytest.raises(scanning.ScannerDown):
        verdict(PDF)
    assert time.monotonic() - started < 6


@pytest.mark.parametrize("address", ["/nowhere/clamd.sock", "tcp://127.0.0.1:1"])
def test_a_daemon_that_is_away_gives_no_verdict(settings: Any, address: str) -> None:
    settings.CLAMAV_SOCKET = address
    with pytest.raises(scanning.ScannerDown):
        verdict(PDF)


# --- What is owed ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.usefixtures("scanned")
def test_a_file_is_checked_by_the_worker_right_after_it_came() -> None:
    stored = sent()
    assert stored.scan == Scan.PENDING
    assert drain() == 1
    stored.refresh_from_db()
    assert stored.scan == Scan.CLEAN
    assert FileScan.objects.get().state == "done"
    tasks.scan_file(FileScan.objects.get().pk)  # run twice: nothing more
    assert FileScan.objects.get().attempts == 1


@pytest.mark.django_db
def test_while_the_daemon_is_away_the_check_is_tried_again_without_end(settings: Any, clamd: str) -> None:
    settings.FILE_SCANNER = "procedures.lifecycle.scanning.ClamAvScanner"
    settings.CLAMAV_SOCKET = "/nowhere/clamd.sock"
    stored = sent()
    drain()
    owed = FileScan.objects.get()
    for _ in range(40):
        assert owed.state == "queued"
        assert timezone.now() < owed.next_try_at <= timezone.now() + timedelta(hours=1)
        assert "ScannerDown" in owed.last_error
        FileScan.objects.update(next_try_at=timezone.now() - timedelta(minutes=1))
        tasks.sweep()
        assert drain() == 1
        owed.refresh_from_db()
    assert owed.attempts == 41
    settings.CLAMAV_SOCKET = clamd
    FileScan.objects.update(next_try_at=timezone.now() - timedelta(minutes=1))
    tasks.sweep()
    drain()
    stored.refresh_from_db()
    assert stored.scan == Scan.CLEAN


@pytest.mark.django_db
def test_files_that_came_before_the_scanner_are_checked_once_it_is_on(settings: Any, clamd: str) -> None:
    before = sent(SUSPICIOUS)
    drain()
    before.refresh_from_db()
    assert before.scan == Scan.SKIPPED
    Draft.objects.create(**_draft_of(before))
    settings.FILE_SCANNER = "procedures.lifecycle.scanning.ClamAvScanner"
    settings.CLAMAV_SOCKET = clamd
    tasks.sweep()
    drain()
    before.refresh_from_db()
    assert before.scan == Scan.INFECTED
    assert scanning.enrol() == 0


def _draft_of(stored: StoredFile) -> dict[str, Any]:
    procedure = samples.procedure()
    return {"procedure": procedure, "version": procedure.current_version}


@pytest.mark.django_db
def test_files_that_wait_for_a_scanner_that_was_switched_off_are_said_to_be_unchecked(settings: Any) -> None:
    settings.FILE_SCANNER = "procedures.lifecycle.scanning.ClamAvScanner"
    stored = sent()
    settings.FILE_SCANNER = "procedures.lifecycle.scanning.NullScanner"
    drain()
    stored.refresh_from_db()
    assert stored.scan == Scan.SKIPPED


# --- What each side sees ----------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(db: None) -> people.Desk:
    return people.desk()


def filled(portal: Portal, data: bytes = PDF) -> str:
    """Answer every step with a file; return the address of its first step."""
    first = begin(portal)
    portal.post(first, {"kind": "full", "copies": "2"})
    portal.post(step_url(first, "parents"), {"mother": "Anne", "proof": pdf("livret.pdf", data)})
    portal.post(step_url(first, "applicant"), IDENTITY)
    return first


@pytest.mark.usefixtures("scanned", "desk")
def test_the_person_sees_how_her_file_stands_and_may_send_before_it_is_checked(portal: Portal) -> None:
    first = filled(portal)
    assert "analyse en cours" in portal.get(step_url(first, "parents")).text
    assert "analyse en cours" in portal.get(step_url(first, "recapitulatif")).text
    portal.post(step_url(first, "recapitulatif"), {"ok": "on"})
    submission = Submission.objects.get()
    assert "analyse en cours" in portal.get(f"/demandes/{submission.reference}/").text
    drain()
    assert "analyse en cours" not in portal.get(f"/demandes/{submission.reference}/").text
    assert "scan" not in submission.answer_sets.get().content


@pytest.mark.usefixtures("scanned")
def test_a_suspicious_file_is_told_at_its_question_and_cannot_be_sent(portal: Portal, desk: people.Desk) -> None:
    first = filled(portal, SUSPICIOUS)
    drain()
    stored = StoredFile.objects.get()
    assert stored.scan == Scan.INFECTED
    assert stored.destroyed_at is not None
    assert stored.sha256
    assert not default_storage.exists(stored.key)
    draft = Draft.objects.get()
    assert journal.Event.objects.of(f"draft:{draft.public_id}").get().kind == "file_blocked"
    parents = step_url(first, "parents")
    assert "Nous avons bloqué" in portal.get(parents).text
    assert portal.get(step_url(first, "recapitulatif")).headers["Location"] == parents
    assert portal.post(step_url(first, "recapitulatif"), {"ok": "on"}).headers["Location"] == parents
    assert portal.post(parents, {"mother": "Anne"}).status_code == 422
    portal.post(parents, {"mother": "Anne", "remove": str(stored.public_id)})
    portal.post(parents, {"mother": "Anne", "proof": pdf()})
    portal.post(step_url(first, "recapitulatif"), {"ok": "on"})
    assert Submission.objects.get().files.count() == 1
    assert not Delivery.objects.filter(purpose="file_blocked").exists()


@pytest.mark.usefixtures("scanned")
def test_a_suspicious_file_of_a_request_is_destroyed_and_its_person_is_told(portal: Portal, desk: people.Desk) -> None:
    first = filled(portal, SUSPICIOUS)
    portal.post(step_url(first, "recapitulatif"), {"ok": "on"})
    submission = Submission.objects.get()
    drain()
    stored = StoredFile.objects.exclude(answer_link=None).get()
    assert stored.scan == Scan.INFECTED
    assert not default_storage.exists(stored.key)
    event = journal.Event.objects.of(submission.key).get(kind="file_blocked")
    assert event.data == {"file": str(stored.public_id), "sha256": stored.sha256}
    mail = Delivery.objects.get(purpose="file_blocked")
    assert mail.address == IDENTITY["applicant_email"]
    assert "bloqué" in mail.body
    assert "livret" not in mail.body
    page = portal.get(f"/demandes/{submission.reference}/").text
    assert "Bloqué : quelque chose" in page.replace("\u00a0", " ")
    assert portal.get(f"/demandes/{submission.reference}/fichiers/{stored.public_id}/").status_code == 404
    portal.force_login(desk.nadia)
    page = portal.get(f"/agent/demandes/{submission.reference}/").text
    assert f"fichiers/{stored.public_id}" not in page
    assert "Fichier bloqué" in page


@pytest.mark.usefixtures("scanned")
def test_a_suspicious_paper_that_an_agent_scanned_is_destroyed_and_nothing_is_asked_of_the_person(
    portal: Portal, desk: people.Desk
) -> None:
    portal.force_login(desk.nadia)
    draft = desk.begin_entry()
    origin = f"/agent/saisies/{draft.public_id}/"
    portal.fill(portal.get(origin), papers=pdf("demande.pdf", SUSPICIOUS))
    stored = draft.papers.get().stored
    assert stored.scan == Scan.PENDING
    submission = desk.enter(draft)
    drain()
    stored.refresh_from_db()
    assert stored.scan == Scan.INFECTED
    assert not default_storage.exists(stored.key)
    assert journal.Event.objects.of(submission.key).filter(kind="file_blocked").count() == 1
    assert not Delivery.objects.filter(purpose="file_blocked").exists()
    assert "Fichier bloqué" in portal.get(f"/agent/demandes/{submission.reference}/").text


@pytest.mark.parametrize(("state", "given"), [(state, state == "clean") for state in Scan.values])
@pytest.mark.usefixtures("scanned")
def test_an_agent_opens_only_what_was_checked(portal: Portal, desk: people.Desk, state: str, given: bool) -> None:
    case = desk.file()
    stored = people.attach(case, state)
    portal.force_login(desk.nadia)
    path = f"/agent/demandes/{case.reference}/fichiers/{stored.public_id}/"
    assert (path in portal.get(f"/agent/demandes/{case.reference}/").text) is given
    answer = portal.get(path)
    close_files(answer)
    assert answer.status_code == (200 if given else 404)


@pytest.mark.parametrize("when", ["before", "meanwhile"])
@pytest.mark.usefixtures("scanned")
def test_a_file_removed_by_its_person_ends_its_check_in_silence(
    portal: Portal, desk: people.Desk, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    first = filled(portal, SUSPICIOUS)
    stored = StoredFile.objects.get()
    row = FileScan.objects.get()

    def scan(scanner: Any, content: Any) -> scanning.Verdict:
        portal.post(step_url(first, "parents"), {"mother": "Anne", "remove": str(stored.public_id)})
        if when == "before":
            raise FileNotFoundError(stored.key)
        return scanning.Verdict(Scan.INFECTED)

    monkeypatch.setattr(scanning.ClamAvScanner, "scan", scan)
    tasks.scan_file(row.pk)
    assert not StoredFile.objects.exists()
    assert not FileScan.objects.exists()
    assert not journal.Event.objects.filter(kind="file_blocked").exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("scanned")
def test_two_verdicts_on_one_file_make_one_event_and_one_mail(desk: people.Desk) -> None:
    case = desk.file()
    stored = people.attach(case, "pending", SUSPICIOUS)
    row = FileScan.objects.create(stored=stored)
    tasks.scan_file(row.pk)
    FileScan.objects.update(state="queued", next_try_at=timezone.now() - timedelta(seconds=1))
    tasks.scan_file(row.pk)
    assert journal.Event.objects.of(case.key).filter(kind="file_blocked").count() == 1
    assert Delivery.objects.filter(purpose="file_blocked").count() == 1


def test_production_without_a_scanner_is_warned(settings: Any) -> None:
    settings.FILE_SCANNER = "procedures.lifecycle.scanning.NullScanner"
    assert files_are_scanned() == []
    settings.PRODUCTION = True
    assert [found.id for found in files_are_scanned()] == ["procedures.W001"]
    assert files_are_scanned()[0].level == checks.WARNING
    settings.FILE_SCANNER = "procedures.lifecycle.scanning.ClamAvScanner"
    assert files_are_scanned() == []


def test_the_check_is_registered(tmp_path: Path) -> None:
    environment = {
        "PATH": "/usr/bin:/bin",
        "PORTAL_MODE": "production",
        "SECRET_KEY": "k7Qm4Tz8-" * 8,
        "ALLOWED_HOSTS": "demarches.example.org",
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert "procedures.W001" in done.stderr
