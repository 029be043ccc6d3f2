"""Make the fictitious town, its procedures, its people and their requests; run again, it only adds what is missing."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts import demo as people
from portal import demo as requests
from town import demo as town


class Command(BaseCommand):
    help = "Charge la commune fictive de la démonstration."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load town, catalogue, people and requests, in this order; refuse outside the demonstration."""
        if settings.PRODUCTION:
            raise CommandError("La démonstration ne se charge pas dans un portail en production.")
        town.load()
        try:
            call_command("load_catalogue", verbosity=0, stderr=self.stderr)
        except CommandError as error:
            # The files refused are named above; the demonstration goes on with the others.
            self.stderr.write(str(error))
        filed = requests.load(people.load())
        if options["verbosity"] > 0:
            self.stdout.write(f"{filed} demande(s) déposée(s)")
