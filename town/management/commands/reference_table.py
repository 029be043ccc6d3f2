"""Import or export one of the town's own lists as a CSV file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from ... import table_files
from ...tables import ReferenceTable


class Command(BaseCommand):
    help = (
        "Import or export a reference table (CSV): value, label, hint, parent, position, valid_from, valid_until, data."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the two actions and their options."""
        parser.add_argument("action", choices=["import", "export"])
        parser.add_argument("key", help="The key of the table, as procedures name it")
        parser.add_argument("file", type=Path, help="The CSV file to read or to write")
        parser.add_argument("--name", default="", help="The name of a table that does not exist yet")
        parser.add_argument("--dry-run", action="store_true", help="Say what would change, change nothing")
        parser.add_argument("--complete", action="store_true", help="Remove the rows that the file does not hold")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do one of the two, and say what became of each row; exit with 1 when the file was refused."""
        path: Path = options["file"]
        if options["action"] == "export":
            table = ReferenceTable.objects.filter(key=options["key"]).first()
            if table is None:
                raise CommandError(_("There is no table “%(key)s”.") % {"key": options["key"]})
            path.write_text(table_files.written(table), encoding="utf-8-sig")
            return
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(_("The file cannot be read: %(reason)s") % {"reason": error.strerror}) from error
        with transaction.atomic():
            table, made = ReferenceTable.objects.get_or_create(
                key=options["key"], defaults={"name": options["name"] or options["key"]}
            )
            try:
                table.full_clean()
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
            report = table_files.read(table, content, dry_run=options["dry_run"], complete=options["complete"])
            if made and (options["dry_run"] or report.faults):
                table.delete()
        for fault in report.faults:
            self.stderr.write(fault)
        if report.faults:
            raise CommandError(
                _("%(count)d line(s) were refused: nothing was changed.") % {"count": len(report.faults)}, returncode=1
            )
        if options["verbosity"] > 0:
            self.stdout.write(
                _("%(added)d added, %(changed)d changed, %(removed)d removed.")
                % {"added": report.added, "changed": report.changed, "removed": report.removed}
            )
