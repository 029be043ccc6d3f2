"""Making what a transfer hands over: one file, stored whole or not at all, with a trace of each request that is in it."""

import hashlib
from datetime import timedelta
from typing import IO

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from journal import models as journal
from journal.models import AccessLog, record_access
from procedures.lifecycle import archives
from procedures.lifecycle.content import temporary
from procedures.models import ArchiveList, ArchivePackage

from . import seda

ACTION = "transfer"
_CHUNK = 1 << 20


class Stopped(Exception):
    """The list was answered or given up meanwhile, or another worker has taken its package over."""


def make(package: ArchivePackage) -> None:
    """Make the file of a claimed package. Raises Stopped, and seda.Impossible where no other try would do better."""
    package.begun_at = timezone.now()
    package.save(update_fields=["begun_at"])
    with translation.override(settings.LANGUAGE_CODE), temporary() as out:
        seda.write(out, package.list, lambda: _beat(package))
        package.size = out.tell()
        out.seek(0)
        digest = hashlib.sha256()
        while chunk := out.read(_CHUNK):
            digest.update(chunk)
        package.sha256 = digest.hexdigest()
        out.seek(0)
        # What an earlier try of the same number left, if its worker died there.
        default_storage.delete(package.place)
        default_storage.save(package.place, File(out))
        try:
            _finish(package)
        except BaseException:
            default_storage.delete(package.place)
            raise


def _beat(package: ArchivePackage) -> None:
    if not package.keep():
        raise Stopped


@transaction.atomic
def _finish(package: ArchivePackage) -> None:
    made = ArchiveList.objects.select_for_update().get(pk=package.list_id)
    if made.state != ArchiveList.State.MADE:
        raise Stopped
    _beat(package)
    package.save(update_fields=["size", "sha256"])
    package.succeed()
    data = {"sha256": package.sha256, "size": package.size}
    journal.append(f"archive:{made.public_id}", archives.PACKED, role="system", data=data)


def take(made: ArchiveList, *, by: Actor) -> IO[bytes] | None:
    """Open the package of a list and note that it leaves, on the list and on each request; None where there is none.

    Bytes that are not there any more are made again when she asks for it. Raises PermissionDenied.
    """
    found = ArchivePackage.objects.filter(
        list=made, state=ArchivePackage.State.DONE, list__state=ArchiveList.State.MADE
    )
    package = found.select_related("list").first()
    if package is None:
        return None
    try:
        content = default_storage.open(package.place)
    except OSError:
        package.give_up(_("The file is no longer there: have it made again."))
        return None
    if not _noted(made, by):
        content.close()
        return None
    return content


@transaction.atomic
def _noted(made: ArchiveList, by: Actor) -> bool:
    if archives.take(made, by=by) is None:
        return False
    said = {"actor": by.key, "role": "town_admin", "service": made.department.name}
    record_access(ACTION, f"archive:{made.public_id}", **said)
    AccessLog.objects.bulk_create(
        AccessLog(action=ACTION, subject=item.submission.key, **said) for item in archives.rows(made)
    )
    return True


def purge() -> None:
    """Remove the bytes that no list waits with any more: what a worker that died left, what was answered meanwhile."""
    try:
        _folders, found = default_storage.listdir(ArchivePackage.FOLDER)
    except FileNotFoundError:
        return
    # Listed before the rows are read: what is stored meanwhile is not among them.
    waiting = ArchivePackage.objects.filter(list__state=ArchiveList.State.MADE).select_related("list")
    kept = {package.place for package in waiting}
    for name in found:
        place = f"{ArchivePackage.FOLDER}/{name}"
        if place not in kept and default_storage.get_modified_time(place) < timezone.now() - timedelta(minutes=10):
            default_storage.delete(place)
