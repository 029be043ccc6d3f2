"""What is done with an export: ask for it, hand it over, remove it, forget it in time."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import IO, Any

from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts.permissions import Actor
from journal.models import record_access
from procedures import permissions
from procedures.desk.view import View

from .models import FOLDER, Export

ACTION = "export"


@dataclass(frozen=True)
class Wanted:
    """What of the requests leaves, and in which format."""

    format: str
    identity: bool
    answers: bool
    sensitive: bool


@transaction.atomic
def ask(actor: Actor, view: View, wanted: Wanted) -> tuple[Export, bool]:
    """Owe ``actor`` a view as a file; return the row, and whether it is new: the same thing of the same day is one row.

    Raises PermissionDenied for who takes nothing out of this sector, or asks for sensitive answers and is no head.
    """
    if actor.user is None or actor.sector is None or not permissions.may_export(actor):
        raise PermissionDenied
    if wanted.sensitive and not permissions.may_export_sensitive(actor):
        raise PermissionDenied
    said: dict[str, Any] = {"view": asdict(view), **asdict(wanted)}
    asked = [actor.user.key, actor.sector.code, timezone.localdate().isoformat(), said]
    fingerprint = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    for failed in Export.objects.filter(fingerprint=fingerprint, state=Export.State.FAILED):
        remove(failed)
    export, created = Export.objects.get_or_create(
        fingerprint=fingerprint, defaults={"by": actor.user, "sector": actor.sector, **said}
    )
    if created:
        note(actor, export)
        export.wake()
    return export, created


def note(actor: Actor, export: Export) -> None:
    """Write down that ``actor`` asked for an export, or took its file, under which role and for which department."""
    held = [m for m in actor.memberships if m.department.sector == actor.sector and m.role in permissions.EXPORTERS]
    # Her own role before one that is lent to her, the highest first.
    held.sort(key=lambda one: (actor.is_lent(one), permissions.EXPORTERS.index(one.role), one.pk))
    role, service = (held[0].role, held[0].department.name) if held else ("", "")
    record_access(ACTION, export.key, actor=actor.key, role=role, service=service)


def take(actor: Actor, export: Export) -> IO[bytes]:
    """Open the file of an export for ``actor``, and write it down. Raises OSError where the bytes are not there."""
    content = default_storage.open(export.place)
    note(actor, export)
    return content


def remove(export: Export) -> None:
    """Cancel an export or delete it, row and bytes; a worker that is making it stops at its next chunk."""
    place = export.place
    Export.objects.filter(pk=export.pk).delete()
    transaction.on_commit(lambda: default_storage.delete(place))


def purge(limit: int = 200) -> int:
    """Forget the exports past their date, and the bytes that no row names; return how many were forgotten."""
    now = timezone.now()
    old = list(Export.objects.filter(expires_at__lte=now).order_by("expires_at")[:limit])
    for export in old:
        remove(export)
    _purge_bytes()
    return len(old)


def _purge_bytes() -> None:
    """Remove what a worker that died left, and what an account that was closed had asked for."""
    try:
        _folders, found = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return
    # Listed before the rows are read: what is stored meanwhile is not among them.
    kept = {export.place for export in Export.objects.only("public_id", "attempts")}
    for name in found:
        place = f"{FOLDER}/{name}"
        old = default_storage.get_modified_time(place) < timezone.now() - timedelta(minutes=10)
        if old and place not in kept:
            default_storage.delete(place)
