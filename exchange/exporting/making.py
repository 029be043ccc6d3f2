"""Making the file of an export: the rights of today, one reading in chunks, the bytes stored whole or not at all."""

from collections.abc import Callable
from typing import IO

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from messaging.outbox import deliver
from portal.kit.templatetags.kit import weight as weight_in_words
from procedures import permissions
from procedures.desk import found as desk
from procedures.lifecycle.content import temporary
from town import models as town

from ..models import Export, first_end
from ..permissions import actor_for
from . import csv_format, json_format, ods_format, xlsx_format, zip_format
from .layout import Layout
from .reading import Case, Reader
from .tables import Tables
from .traces import Traces

# Formats written from tables, once every request is read.
_TABULAR = {
    Export.Format.CSV: csv_format.write,
    Export.Format.ODS: ods_format.write,
    Export.Format.XLSX: xlsx_format.write,
}


class Impossible(Exception):
    """An export that no other try will make; the message says why to whoever asked for it."""


class Work:
    """An export being made: what there is to read, how it is laid out, and each request noted as it leaves."""

    def __init__(self, export: Export, traces: Traces) -> None:
        actor = actor_for(export)
        if actor is None:
            raise Impossible(_("You no longer have a role in this sector."))
        found = desk.selected(actor, export.wanted, permissions.exportable_submissions(actor))
        self.export, self.found, self._traces = export, found, traces
        self._reader = Reader(actor, found, export.sensitive)
        self._done = 0
        export.advance(0, self._reader.total())
        self.layout = Layout(
            export.sector,
            self._reader.known_versions(),
            identity=export.identity,
            answers=export.answers,
            sensitive=export.sensitive,
        )

    def beat(self) -> None:
        """Say that the work goes on. Raises Stopped where the export was cancelled meanwhile."""
        self.export.advance(self._done)

    def each(self, write: Callable[[Case], None], look: Callable[[list[Case]], None] | None = None) -> None:
        """Give every request to ``write``, after each chunk of them to ``look``.

        Raises Stopped where the export was cancelled meanwhile.
        """
        for chunk in self._reader.chunks():
            if look is not None:
                look(chunk)
            for case in chunk:
                write(case)
                self._traces.add(case)
            self._done += len(chunk)
            self.beat()


def make(export: Export) -> None:
    """Make the file of a claimed export and tell whoever asked for it.

    Raises Impossible where no other try would do better, and Stopped where the export is this worker's no more: what
    it wrote is then removed.
    """
    # The file is the town's, whatever the language of whoever asked for it.
    with translation.override(settings.LANGUAGE_CODE), temporary() as out, Traces() as traces:
        ending = _write(out, Work(export, traces))
        export.size, export.name = out.tell(), f"demandes-{timezone.localdate():%Y-%m-%d}.{ending}"
        out.seek(0)
        default_storage.save(export.place, File(out))
        try:
            _finish(export, traces)
        except BaseException:
            default_storage.delete(export.place)
            raise


def _write(out: IO[bytes], work: Work) -> str:
    """Write the format that was asked for; return the end of the file's name."""
    if work.export.format == Export.Format.JSON:
        writer = json_format.Writer(out, work.layout)
        work.each(writer.add)
        writer.end()
        return "json"
    with Tables(work.layout, work.beat) as tables:
        if work.export.format == Export.Format.ZIP:
            return _write_files(out, work, tables)
        work.each(tables.add)
        return _TABULAR[Export.Format(work.export.format)](out, tables)


def _write_files(out: IO[bytes], work: Work, tables: Tables) -> str:
    weight = zip_format.weight_of(work.found)
    if weight > settings.EXPORT_MAX_BYTES:
        said = {"weight": weight_in_words(weight), "limit": weight_in_words(settings.EXPORT_MAX_BYTES)}
        raise Impossible(_("These files weigh %(weight)s, over the limit of %(limit)s: narrow the view.") % said)
    with zip_format.Writer(out, tables, work.beat) as writer:
        work.each(writer.add, writer.look)
    return "zip"


@transaction.atomic
def _finish(export: Export, traces: Traces) -> None:
    """Write at once that the file is there, what left, and the mail that says so."""
    # Done by nobody else, cancelled by nobody: the row is held from here to the end.
    export.advance(export.done)
    export.scope, export.expires_at = traces.scope, first_end()
    export.save(update_fields=["scope", "expires_at", "size", "name"])
    traces.write(actor=export.by.key)
    export.succeed()
    if export.by.email:
        deliver(
            key=export.key,
            purpose="export",
            address=export.by.email,
            subject=_("Your export is ready"),
            body=_mail(export),
            person=getattr(export.by, "person", None),
        )


def _mail(export: Export) -> str:
    context = {
        "link": settings.PUBLIC_URL + reverse("exchange:exports"),
        "until": export.expires_at,
        "town": town.current(),
    }
    return render_to_string("mail/export.txt", context)
