"""A ZIP of receipts and files, one folder a request, with the tables and the list of what is in and what is not."""

import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import IO

from django.core.files.storage import default_storage
from django.db.models import Sum
from django.utils import timezone

from procedures.lifecycle import scanning
from procedures.models import AnswerFile, Document, StoredFile
from procedures.models.case import MessageFile, SubmissionQuerySet
from procedures.models.file import PAPER

from .cells import Column
from .common import REFERENCE
from .csv_format import write_all
from .reading import Case
from .tables import Tables

_LISTED = [
    REFERENCE,
    Column("nature", "Nature"),
    Column("fichier", "Fichier"),
    Column("poids", "Poids en octets", "number"),
    Column("sha256", "Empreinte SHA-256"),
    Column("absent", "Pourquoi il n’est pas joint"),
]
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]')
_BEAT = 50  # files


@dataclass(frozen=True)
class Found:
    """One file of a request: what it is, and whether sensitive answers may be read in it."""

    kind: str
    stored: StoredFile
    sensitive: bool


def weight_of(found: SubmissionQuerySet) -> int:
    """Return how much the receipts and files of some requests weigh."""
    cases = found.order_by().values("pk")
    links = (
        AnswerFile.objects.filter(submission__in=cases, stored__destroyed_at=None),
        MessageFile.objects.filter(message__submission__in=cases, stored__destroyed_at=None),
        Document.objects.filter(submission__in=cases, stored__isnull=False),
    )
    return sum(some.aggregate(weight=Sum("stored__size"))["weight"] or 0 for some in links)


class Writer:
    """Writes the files of each request as it is read, then the tables; nothing is held but what is being copied."""

    def __init__(self, out: IO[bytes], tables: Tables, beat: Callable[[], None]) -> None:
        self._archive = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)
        self._tables, self._beat, self._copied = tables, beat, 0
        self._listed = tables.more("Fichiers", _LISTED)
        self._openable = scanning.openable()
        self._files: dict[int, list[Found]] = {}

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        with self._archive:
            if kind is None:
                write_all(self._archive, [*self._tables.all(), self._tables.legend(), self._listed])

    def look(self, cases: list[Case]) -> None:
        """Find the files of some requests, in three queries."""
        by_key = {case.submission.pk: case for case in cases}
        self._files = {}
        for receipt in Document.objects.filter(
            submission__in=by_key, kind=Document.Kind.RECEIPT, stored__isnull=False
        ).select_related("stored"):
            if receipt.stored is not None:
                sensitive = _holds_sensitive(by_key[receipt.submission_id])
                self._note(receipt.submission_id, Found("accusé de réception", receipt.stored, sensitive))
        for link in AnswerFile.objects.filter(submission__in=by_key).select_related("stored"):
            self._note(link.submission_id, _joined(by_key[link.submission_id], link))
        sent = MessageFile.objects.filter(message__submission__in=by_key).select_related("stored", "message")
        for one in sent:
            self._note(one.message.submission_id, Found("joint à un message", one.stored, sensitive=False))

    def _note(self, key: int, found: Found) -> None:
        self._files.setdefault(key, []).append(found)

    def add(self, case: Case) -> None:
        """Write a request: its rows in the tables, its files in its folder."""
        self._tables.add(case)
        reference = case.submission.reference
        for number, found in enumerate(self._files.get(case.submission.pk, []), 1):
            stored = found.stored
            path = f"{reference}/{number:02d}-{_safe(stored.name)}"
            missing = self._missing(case, found) or self._copy(path, stored)
            self._listed.add(
                [reference, found.kind, stored.name if missing else path, stored.size, stored.sha256, missing or None]
            )

    def _missing(self, case: Case, found: Found) -> str:
        """Say why a file stays behind; empty where it leaves."""
        if found.sensitive and not case.sensitive:
            return "contient des réponses sensibles"
        if found.stored.destroyed_at is not None:
            return f"détruit le {timezone.localtime(found.stored.destroyed_at):%d/%m/%Y} : il a servi"
        return "" if found.stored.scan in self._openable else str(found.stored.get_scan_display())

    def _copy(self, path: str, stored: StoredFile) -> str:
        """Copy a file by pieces, as it is: PDFs and photos do not get lighter; say so where it is not there."""
        try:
            content = default_storage.open(stored.key)
        except FileNotFoundError:
            return "introuvable"
        info = zipfile.ZipInfo(path, timezone.localtime().timetuple()[:6])
        with content, self._archive.open(info, "w", force_zip64=True) as target:
            shutil.copyfileobj(content, target, 65536)
        self._copied += 1
        if self._copied % _BEAT == 0:
            self._beat()
        return ""


def _joined(case: Case, link: AnswerFile) -> Found:
    """Say what a file joined to a request is: the paper it came on holds every answer, another those of its question."""
    if link.field_id == PAPER:
        return Found("papier numérisé", link.stored, _holds_sensitive(case))
    definition = case.submission.version.definition
    # A file of a row is named "group-2-field".
    names = link.field_id.split("-")
    asked = [definition.every_field[name] for name in (names[0], names[-1]) if name in definition.every_field]
    label = asked[-1].name if asked else "pièce jointe"
    return Found(label, link.stored, not asked or any(question.sensitive for question in asked))


def _holds_sensitive(case: Case) -> bool:
    """Say whether a request was asked a sensitive question: one of its receipts may print the answer."""
    asked = case.submission.version.definition.fields.values()
    return any(question.sensitive or any(inner.sensitive for inner in question.inner()) for question in asked)


def _safe(name: str) -> str:
    """Return a file name that every system takes, and that leads nowhere else."""
    return _UNSAFE.sub("_", name).strip(". ")[-100:] or "fichier"
