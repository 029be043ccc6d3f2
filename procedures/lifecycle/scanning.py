"""Whether a file is safe: the scanner that the settings name, what it owes, and what follows from its verdict."""

import logging
import re
from typing import BinaryIO, NamedTuple, Protocol

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from journal import models as journal

from ..models import Draft, FileScan, StoredFile, Submission
from ..models.file import PAPER
from ..models.storage import destroy
from . import notify
from .clamav import instream

log = logging.getLogger(__name__)
_FOUND = re.compile(r"^stream: (.+) FOUND$")


class ScannerDown(Exception):
    """The scanner gave no verdict: it is asked again later."""


class Verdict(NamedTuple):
    """What a scanner says of a file, and the name of what it found."""

    state: StoredFile.Scan
    name: str = ""


class Scanner(Protocol):
    """``active`` says whether files are really checked."""

    active: bool

    def scan(self, content: BinaryIO) -> Verdict:
        """Read the bytes and return a verdict. Raises ScannerDown when there is none."""
        ...


class NullScanner:
    """No scanner is set: files are kept, and shown as not checked."""

    active = False

    def scan(self, content: BinaryIO) -> Verdict:
        """Check nothing."""
        return Verdict(StoredFile.Scan.SKIPPED)


class ClamAvScanner:
    """clamd, over the socket that CLAMAV_SOCKET names."""

    active = True

    def scan(self, content: BinaryIO) -> Verdict:
        """Send the bytes to clamd and read its answer; what it does not understand is no verdict."""
        try:
            answer = instream(settings.CLAMAV_SOCKET, content, settings.CLAMAV_TIMEOUT)
        except OSError as error:
            raise ScannerDown(f"{type(error).__name__}: {error}") from error
        if answer == "stream: OK":
            return Verdict(StoredFile.Scan.CLEAN)
        if found := _FOUND.match(answer):
            return Verdict(StoredFile.Scan.INFECTED, found[1])
        if "size limit exceeded" in answer:
            return Verdict(StoredFile.Scan.UNSCANNABLE)
        raise ScannerDown(f"clamd answered {answer[:100]!r}")


def scanner() -> Scanner:
    """Return the scanner that the settings name."""
    found: Scanner = import_string(settings.FILE_SCANNER)()
    return found


def openable() -> frozenset[str]:
    """Return the states in which an agent may open a file: once it is checked, where files are checked at all."""
    states = {StoredFile.Scan.CLEAN.value}
    return frozenset(states if scanner().active else states | {StoredFile.Scan.SKIPPED.value})


def first_state() -> StoredFile.Scan:
    """Return the state of a file that has just come."""
    return StoredFile.Scan.PENDING if scanner().active else StoredFile.Scan.SKIPPED


def owe(stored: StoredFile) -> None:
    """Owe a file its check, in the caller's transaction; nothing where it waits for none."""
    if stored.scan == StoredFile.Scan.PENDING:
        FileScan.objects.create(stored=stored).wake()


def enrol(limit: int = 200) -> int:
    """Owe a check to the files that came before a scanner was switched on; return how many."""
    if not scanner().active:
        return 0
    count = 0
    for stored in StoredFile.objects.filter(scan=StoredFile.Scan.SKIPPED, destroyed_at=None).order_by("id")[:limit]:
        with transaction.atomic():
            if not StoredFile.objects.filter(pk=stored.pk, scan=stored.scan).update(scan=StoredFile.Scan.PENDING):
                continue
            FileScan.objects.filter(stored=stored).delete()
            FileScan.objects.create(stored=stored).wake()
        count += 1
    return count


def settle(row: FileScan) -> None:
    """Have a file checked and note the verdict. Raises ScannerDown or OSError when there is none."""
    stored = row.stored
    if stored.scan != StoredFile.Scan.PENDING or stored.destroyed_at is not None:
        row.succeed()
        return
    with default_storage.open(stored.key) as content:
        verdict = scanner().scan(content)  # type: ignore[arg-type]
    if verdict.state == StoredFile.Scan.INFECTED:
        log.warning("A file was blocked: %s found in %s", verdict.name, stored.public_id)
    with transaction.atomic():
        submission = _held_by(stored)
        if not StoredFile.objects.filter(pk=stored.pk).exists():
            return  # removed by its person meanwhile, and the check with it
        stored.scan = verdict.state
        stored.save(update_fields=["scan"])
        if verdict.state == StoredFile.Scan.INFECTED:
            _block(stored, submission)
        row.succeed()


def _held_by(stored: StoredFile) -> Draft | Submission | None:
    """Return what the file is joined to; a draft is held, so that it is not filed meanwhile."""
    Draft.objects.select_for_update(of=("self",)).filter(files__stored=stored).first()
    draft = Draft.objects.filter(files__stored=stored).first()
    if draft is not None:
        return draft
    cases = Submission.objects.select_related("procedure", "department", "applicant", "person")
    joined = ("files__stored", "messages__files__stored", "pieces_requests__items__waiting__stored")
    return next((case for path in joined if (case := cases.filter(**{path: stored}).first())), None)


def _block(stored: StoredFile, holder: Draft | Submission | None) -> None:
    destroy(stored)
    if holder is None:
        return
    case = holder if isinstance(holder, Submission) else None
    journal.append(
        holder.key,
        "file_blocked",
        data={"file": str(stored.public_id), "sha256": stored.original_sha256 or stored.sha256},
    )
    # What the department scanned is for the department to scan again.
    if case is not None and not case.files.filter(stored=stored, field_id=PAPER).exists():
        notify.citizen(
            case,
            "file_blocked",
            key=f"blocked:{stored.public_id}",
            subject=_("A file of your request was blocked"),
            sentence="L’un des fichiers joints à votre demande a été bloqué : notre contrôle y a trouvé quelque chose de "
            "suspect, et il n’a pas été gardé. Votre demande reste enregistrée. Écrivez au service depuis votre "
            "demande : il vous dira comment envoyer une autre copie.",
        )
