"""Export, import and check definitions from the command line."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from ...definition.advice import advice
from ...definition.checks import blocking_problems
from ...definition.upgrade import DefinitionError, parse
from ...interchange import blocks, importing, reading, writing
from ...interchange.demarches_simplifiees import Report
from ...models import Procedure


class Command(BaseCommand):
    help = "Export a procedure to a file, import files as drafts, or check files without keeping them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the three verbs and their options."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        export = verbs.add_parser("export", help="Write one procedure in a file, or on the standard output")
        export.add_argument("slug", help="The address of the procedure")
        export.add_argument("--format", choices=["yaml", "json"], default="yaml")
        export.add_argument("--draft", action="store_true", help="What is being written, not what is published")
        export.add_argument("--output", type=Path, help="The file to write")
        incoming = verbs.add_parser("import", help="Read files, or the files of a folder, as drafts")
        incoming.add_argument("files", nargs="+", type=Path, metavar="FILE")
        incoming.add_argument("--from", dest="source", choices=importing.SOURCES, default=importing.OURS)
        incoming.add_argument("--department", default="", metavar="SLUG", help="The department in charge of new ones")
        incoming.add_argument("--dry-run", action="store_true", help="Read and report; write nothing")
        incoming.add_argument("--report", type=Path, metavar="FILE", help="Where to write the account, in JSON")
        check = verbs.add_parser("validate", help="Say what is wrong in files, and what would block publication")
        check.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the verb."""
        {"export": self._export, "import": self._import, "validate": self._validate}[options["verb"]](options)

    def _export(self, options: dict[str, Any]) -> None:
        procedure = Procedure.objects.select_related("current_version").filter(slug=options["slug"]).first()
        definition = writing.definition_of(procedure, draft=options["draft"]) if procedure else None
        if definition is None:
            raise CommandError(_("There is no procedure “%(slug)s” to export.") % {"slug": options["slug"]})
        content = writing.write(definition, options["format"])
        if options["output"]:
            options["output"].write_bytes(content)
        else:
            self.stdout.write(content.decode(), ending="")

    def _import(self, options: dict[str, Any]) -> None:
        refused, accounts = 0, []
        for outcome in importing.load(
            options["files"],
            source=options["source"],
            department=options["department"],
            dry_run=options["dry_run"],
        ):
            for fault in outcome.faults:
                self.stderr.write(f"{outcome.name}: {fault}")
            refused += bool(outcome.faults)
            if outcome.report is not None:
                accounts.append(outcome.report.as_json())
            if outcome.report is not None and not outcome.faults:
                self._say(outcome, outcome.report, options["verbosity"])
        if options["report"]:
            text = json.dumps({"procedures": accounts}, ensure_ascii=False, indent=2)
            options["report"].write_text(text + "\n", encoding="utf-8")
        if refused:
            raise CommandError(_("%(count)d file(s) were refused.") % {"count": refused}, returncode=1)

    def _say(self, outcome: importing.Outcome, report: Report, verbosity: int) -> None:
        if verbosity == 0:
            return
        self.stdout.write(
            _("%(file)s: “%(title)s”, %(kept)d of %(total)d questions kept as they were; %(words)s.")
            % {
                "file": outcome.name,
                "title": outcome.title,
                "kept": report.fields_expressed,
                "total": report.fields_total,
                "words": outcome.words,
            }
        )
        for heading, lines in (
            (_("To be replaced or checked:"), report.degraded),
            (_("To be looked at:"), report.warnings),
        ):
            if lines:
                self.stdout.write("\n".join([f"  {heading}", *(f"  - {line}" for line in lines)]))

    def _validate(self, options: dict[str, Any]) -> None:
        refused = 0
        for path in importing.files(options["files"]):
            try:
                definition = parse(blocks.expand(reading.read(path), blocks.known))
            except reading.Unreadable as error:
                faults = [str(error)]
            except DefinitionError as error:
                faults = error.faults
            else:
                self.stdout.write(_("%(file)s: a definition that can be read.") % {"file": path.name})
                for problem in blocking_problems(definition):
                    self.stdout.write(_("  blocks publication: %(problem)s") % {"problem": problem})
                for problem in advice(definition):
                    self.stdout.write(_("  worth another look: %(problem)s") % {"problem": problem})
                continue
            refused += 1
            for fault in faults:
                self.stderr.write(f"{path.name}: {fault}")
        if refused:
            raise CommandError(_("%(count)d file(s) were refused.") % {"count": refused}, returncode=1)
