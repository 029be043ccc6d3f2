"""Open the account of someone who lost her second factor: no one stays locked out, and it leaves a trace."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.team import factors


class Command(BaseCommand):
    help = (
        "unlock ADDRESS removes the second factor of an account and closes its sessions; a new one is asked at sign-in."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Read whose account."""
        parser.add_argument("address")

    def handle(self, *args: Any, **options: Any) -> None:
        """Remove the factors, end the sessions, note it."""
        user = User.objects.filter(email=options["address"].strip().lower()).first()
        if user is None:
            raise CommandError(f"Aucun compte n’a l’adresse {options['address']}.")
        factors.reset(user, by=None)
        self.stdout.write(f"Le compte {user.email} est rouvert : une nouvelle application lui sera demandée.")
