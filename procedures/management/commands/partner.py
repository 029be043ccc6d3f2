"""Partners that may prepare answers: add one and print its token, or take its right away."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from procedures.lifecycle.prefill import new_partner
from procedures.models import Partner


class Command(BaseCommand):
    help = "partner add NAME prints a token, once; partner stop NAME refuses it from now on."

    def add_arguments(self, parser: CommandParser) -> None:
        """Read the verb and the name."""
        parser.add_argument("verb", choices=["add", "stop"])
        parser.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        if options["verb"] == "add":
            if Partner.objects.filter(name=options["name"]).exists():
                raise CommandError(f"Le partenaire « {options['name']} » existe déjà.")
            self.stdout.write(new_partner(options["name"]))
        elif not Partner.objects.filter(name=options["name"]).update(active=False):
            raise CommandError(f"Aucun partenaire ne s’appelle « {options['name']} ».")
