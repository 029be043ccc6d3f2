"""Recompute every chain of the journal, and name the first link that does not hold."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from journal.models import first_fault


class Command(BaseCommand):
    help = "Recompute the chains of events; exit with an error at the first broken link."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say that all holds, or where it breaks."""
        count, fault = first_fault()
        if fault:
            raise CommandError(f"Le journal a été modifié : {fault}")
        self.stdout.write(f"Le journal est intact : {count} événements vérifiés.")
