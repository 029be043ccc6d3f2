"""Recompute every chain of the journal, look up what receipts and seals say of it, and name what does not hold."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from journal.anchors import first_lost
from journal.models import first_fault
from journal.seals import first_broken


class Command(BaseCommand):
    help = "Recompute the chains of events; exit with an error at the first link, receipt or seal that does not hold."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say that all holds, or where it breaks."""
        counts = []
        for check in (first_fault, first_lost, first_broken):
            count, fault = check()
            if fault:
                raise CommandError(f"Le journal a été modifié : {fault}")
            counts.append(count)
        events, receipts, seals = counts
        self.stdout.write(
            f"Le journal est intact : {events} événements, {receipts} accusés et {seals} scellés vérifiés."
        )
