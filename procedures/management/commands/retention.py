"""What is kept, since when and until when, from the command line: `manage.py retention`. It looks, and destroys nothing."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from ...lifecycle import retention


class Command(BaseCommand):
    help = "Count the requests that are over, by age and by procedure. Nothing is destroyed: lists and visas do that."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the format."""
        parser.add_argument("--json", action="store_true", help="Write it for a program")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write one line a procedure, and what is due."""
        found = retention.survey()
        if options["json"]:
            self.stdout.write(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=1))
            return
        for one in found:
            due = ", ".join(f"{count} to {fate}" for fate, count in one.due.items() if count) or "none due"
            self.stdout.write(
                f"{one.department} – {one.procedure}: {one.active} active, {one.intermediate} intermediate, "
                f"{one.held} held, {one.listed} on a list, {due}"
            )
        self.stdout.write(f"{sum(sum(one.due.values()) for one in found)} due in all. Nothing was destroyed.")
