"""Invite an agent by e-mail: her link or ProConnect opens the portal to her, with one role in one department."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from accounts.models import Role, User
from accounts.team.invitations import invite
from accounts.team.rules import Refusal
from town.models import Department


class Command(BaseCommand):
    help = "Invite an agent: the link she gets, or ProConnect, makes her a member of the department."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare who, where and as what."""
        parser.add_argument("email", help="Work address, where the link is sent")
        parser.add_argument("department", help="Short name of the department (etat-civil)")
        parser.add_argument("--role", choices=Role.values, default=Role.AGENT)
        parser.add_argument("--title", required=True, help="Her title, as letters print it")
        parser.add_argument("--authority", default="", help="Reference and date of the delegation, for a signatory")
        parser.add_argument("--by", default="", help="E-mail of the administrator who invites")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the invitation and send it, as the team page does."""
        email = options["email"].strip()
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email!r} is not an e-mail address.") from error
        department = Department.objects.filter(slug=options["department"]).first()
        if department is None:
            known = ", ".join(Department.objects.order_by("slug").values_list("slug", flat=True))
            raise CommandError(f"No department {options['department']!r}. Known: {known}.")
        if options["role"] == Role.SIGNATORY and not options["authority"]:
            raise CommandError("A signatory needs --authority: the reference and date of the delegation.")
        by = User.objects.filter(email=options["by"].lower()).first() if options["by"] else None
        if options["by"] and by is None:
            raise CommandError(f"Nobody here has the address {options['by']!r}.")
        try:
            made = invite(
                email,
                department,
                options["role"],
                by=None,
                title=options["title"],
                authority=options["authority"],
                invited_by=by,
            )
        except Refusal as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{made} – {made.expires_at:%Y-%m-%d}")
