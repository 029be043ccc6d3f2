"""The register of processing from the command line: `manage.py register --format ods --output registre.ods`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ... import register


class Command(BaseCommand):
    help = "Write the register of processing (GDPR article 30), read from the published procedures."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the format and the file."""
        parser.add_argument("--format", choices=["json", "ods"], default="json")
        parser.add_argument(
            "--output", type=Path, help="The file to write; JSON goes to the standard output without it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it, and say how many treatments it holds."""
        found, path = register.treatments(), options["output"]
        if options["format"] == "ods" and path is None:
            raise CommandError("a spreadsheet needs --output FILE")
        if path is None:
            self.stdout.write(register.as_json(found))
            return
        try:
            if options["format"] == "ods":
                with path.open("wb") as out:
                    register.write_ods(out, found)
            else:
                path.write_text(register.as_json(found), encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        self.stdout.write(f"{len(found)} → {path}")
