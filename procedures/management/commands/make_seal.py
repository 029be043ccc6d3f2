"""Make a key that seals documents, with a certificate signed by itself: for the demo, for trials, until a bought one comes."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from town import models as town

from ...documents.certificates import self_signed


class Command(BaseCommand):
    help = (
        "Make the file that SEAL_FILE names: a key and a certificate signed by itself, valid for five years. It proves "
        "that the portal issued a document; a certificate bought from a trusted service proves it everywhere (eIDAS)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--name", default="", help="Who seals (the town's name)")
        parser.add_argument("--file", type=Path, help="Where to write it (SEAL_FILE)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file, readable by its owner alone; a key that is there is never replaced."""
        if not (options["file"] or settings.SEAL["file"]):
            raise CommandError("Dites où écrire la clé : --file, ou le réglage SEAL_FILE.")
        path = Path(options["file"] or settings.SEAL["file"])
        name = options["name"] or f"Mairie de {town.current().name}"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise CommandError(f"{path} existe déjà : une clé en service ne se remplace pas ainsi.") from error
        except OSError as error:
            raise CommandError(f"{path} ne peut pas être écrit : {error.strerror}.") from error
        with os.fdopen(handle, "wb") as file:
            file.write(self_signed(name, settings.SEAL["passphrase"]))
        self.stdout.write(f"La clé de « {name} » est dans {path}. Gardez-en une copie en lieu sûr.")
