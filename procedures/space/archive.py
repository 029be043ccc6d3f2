"""All that the town holds on a person, in one ZIP: donnees.json and the files (GDPR articles 15 and 20).

Nothing is held in memory whole: the JSON is written entry by entry, the files by pieces, to whatever the caller opened.
"""

import json
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import TextIOWrapper
from typing import IO, Any, TextIO

from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import Person, User

from ..lifecycle import scanning
from ..models import StoredFile
from . import described

_READ_ME = """Ce que la mairie détient sur vous, au {day}.

donnees.json : toutes vos données, lisibles par une personne et par un logiciel.
demandes, brouillons, papiers : vos fichiers et vos accusés de réception, rangés comme donnees.json le dit.
Un fichier qui n'a pas pu être joint y est nommé, avec la raison.
"""
_REASONS = {
    StoredFile.Scan.INFECTED: "bloqué : quelque chose de suspect y a été trouvé",
    StoredFile.Scan.PENDING: "en cours de contrôle",
    StoredFile.Scan.UNSCANNABLE: "n’a pas pu être contrôlé",
    StoredFile.Scan.SKIPPED: "pas encore contrôlé",
}


@dataclass
class Files:
    """The files to put in the archive, each described where it is named; those that cannot be, with the reason."""

    openable: frozenset[str] = field(default_factory=scanning.openable)
    chosen: list[tuple[str, str]] = field(default_factory=list)

    def describe(self, stored: StoredFile, folder: str) -> dict[str, Any]:
        """Say what a file is, and where it stands in the archive or why it is not there."""
        known: dict[str, Any] = {
            "nom": stored.name,
            "taille": stored.size,
            "type": stored.content_type,
            "sha256": stored.sha256,
            "recu_le": stored.created_at,
        }
        missing = self._missing(stored)
        if missing:
            return {**known, "non_joint": missing}
        # Two files may bear the same name.
        path = f"{folder}/{len(self.chosen) + 1:03d}-{stored.name}"
        self.chosen.append((path, stored.key))
        return {**known, "fichier": path}

    def _missing(self, stored: StoredFile) -> str:
        if stored.scan == StoredFile.Scan.INFECTED:
            return _REASONS[StoredFile.Scan.INFECTED]
        if stored.destroyed_at is not None:
            return f"détruit le {timezone.localtime(stored.destroyed_at):%d/%m/%Y} : il a servi"
        if stored.scan not in self.openable:
            return _REASONS[StoredFile.Scan(stored.scan)]
        return "" if default_storage.exists(stored.key) else "introuvable"


def write(out: IO[bytes], person: Person, user: User) -> None:
    """Write the archive of a person to ``out``."""
    files = Files()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("lisez-moi.txt", _READ_ME.format(day=f"{timezone.localdate():%d/%m/%Y}"))
        with archive.open("donnees.json", "w", force_zip64=True) as raw, TextIOWrapper(raw, "utf-8") as text:
            write_json(text, described.everything(person, user, files.describe))
        for path, key in files.chosen:
            _add(archive, path, key)


def _add(archive: zipfile.ZipFile, path: str, key: str) -> None:
    """Copy a file by pieces, as it is: PDFs and photos do not get lighter."""
    info = zipfile.ZipInfo(path, timezone.localtime().timetuple()[:6])
    try:
        content = default_storage.open(key)
    except FileNotFoundError:
        return  # destroyed since it was described
    with content, archive.open(info, "w", force_zip64=True) as target:
        shutil.copyfileobj(content, target, 65536)


def write_json(out: TextIO, parts: Iterable[tuple[str, Any]]) -> None:
    """Write an object whose long lists come one entry at a time."""
    out.write("{")
    for number, (name, value) in enumerate(parts):
        out.write(f"{',' if number else ''}\n {json.dumps(name)}: ")
        if isinstance(value, Iterator):
            _write_list(out, value)
        else:
            out.write(_dumped(value))
    out.write("\n}\n")


def _write_list(out: TextIO, entries: Iterator[Any]) -> None:
    out.write("[")
    for number, entry in enumerate(entries):
        out.write(f"{',' if number else ''}\n  {_dumped(entry)}")
    out.write("\n ]")


def _dumped(value: Any) -> str:
    # Dates are written with their offset, and anything else without a form of its own as its text.
    return json.dumps(value, ensure_ascii=False, indent=2, default=_plain).replace("\n", "\n  ")


def _plain(value: Any) -> str:
    return str(value.isoformat() if hasattr(value, "isoformat") else value)
