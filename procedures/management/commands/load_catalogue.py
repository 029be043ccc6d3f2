"""Install the ready procedures of the catalogue, and bring up to date those that the town did not change."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from ...interchange import library


class Command(BaseCommand):
    help = "Install the procedures of the catalogue; leave alone those that the town changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--folder", type=Path, default=library.FOLDER, help="Where the YAML files are")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what became of each file; exit with 1 when one was refused."""
        refused = 0
        for outcome in library.load(options["folder"]):
            for fault in outcome.faults:
                self.stderr.write(f"{outcome.name}: {fault}")
            refused += bool(outcome.faults)
            if outcome.words and options["verbosity"] > 0:
                self.stdout.write(f"{outcome.name}: {outcome.words}")
        if refused:
            raise CommandError(_("%(count)d file(s) of the catalogue were refused.") % {"count": refused}, returncode=1)
