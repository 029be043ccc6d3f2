"""Blocks of fields from the command line: list them, show one, bring one in, write one in a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.permissions import Actor

from ...definition.blocks import Block, expanded
from ...definition.upgrade import DefinitionError
from ...interchange import blocks, importing, reading


class Command(BaseCommand):
    help = "List, show, import or export the blocks of fields that procedures share."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the four verbs and their options."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="The blocks at hand: the ready ones and those of the town")
        show = verbs.add_parser("show", help="The questions that a block puts in a procedure")
        show.add_argument("key")
        incoming = verbs.add_parser("import", help="Read files, or the files of a folder, as blocks of the town")
        incoming.add_argument("files", nargs="+", type=Path, metavar="FILE")
        export = verbs.add_parser("export", help="Write one block in a file, or on the standard output")
        export.add_argument("key")
        export.add_argument("--output", type=Path, help="The file to write")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the verb."""
        {"list": self._list, "show": self._show, "import": self._import, "export": self._export}[options["verb"]](
            options
        )

    def _list(self, options: dict[str, Any]) -> None:
        ready, known = blocks.ready(), blocks.known()
        for key, block in sorted(known.items()):
            origin = _("ready") if ready.get(key) is block else _("of the town")
            self.stdout.write(f"{key}: {block.name} ({origin}, {_count(len(expanded(block, known)))})")

    def _show(self, options: dict[str, Any]) -> None:
        block = _find(options["key"])
        self.stdout.write(f"{block.key}: {block.name}")
        for field in expanded(block, blocks.known()):
            self._say(field, "  ")

    def _say(self, field: dict[str, Any], margin: str) -> None:
        self.stdout.write(f"{margin}- {field['id']} ({field['type']}): {field['label']}")
        for inner in field.get("fields", []):
            self._say(inner, margin + "  ")

    def _import(self, options: dict[str, Any]) -> None:
        refused = 0
        for path in importing.files(options["files"]):
            try:
                row = blocks.save(reading.read(path), Actor())
            except reading.Unreadable as error:
                faults = [str(error)]
            except DefinitionError as error:
                faults = error.faults
            else:
                if options["verbosity"] > 0:
                    self.stdout.write(_("%(file)s: block “%(key)s” kept.") % {"file": path.name, "key": row.key})
                continue
            refused += 1
            for fault in faults:
                self.stderr.write(f"{path.name}: {fault}")
        if refused:
            raise CommandError(_("%(count)d file(s) were refused.") % {"count": refused}, returncode=1)

    def _export(self, options: dict[str, Any]) -> None:
        content = blocks.write(_find(options["key"]))
        if options["output"]:
            options["output"].write_bytes(content)
        else:
            self.stdout.write(content.decode(), ending="")


def _find(key: str) -> Block:
    found = blocks.known().get(key)
    if found is None:
        raise CommandError(_("There is no block “%(key)s”.") % {"key": key})
    return found


def _count(number: int) -> str:
    return ngettext("%(count)d question", "%(count)d questions", number) % {"count": number}
