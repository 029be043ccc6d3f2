"""Loads the fictitious town, its procedures, its people and a few requests; safe to run again."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts import demo as people
from procedures.interchange import demo as requests
from town import demo as town


class Command(BaseCommand):
    help = "Charge la commune fictive de la démonstration."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load what is missing; refuse outside the demonstration."""
        if settings.PRODUCTION:
            raise CommandError("La démonstration ne se charge pas dans un portail en production.")
        town.load()
        call_command("load_catalogue", verbosity=0)
        people.load()
        requests.load()
