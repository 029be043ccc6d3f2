"""The journal app: reinstalls the guards of what never changes after every migration."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class JournalConfig(AppConfig):
    name = "journal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Guards are installed by post_migrate: SQLite drops triggers whenever a migration rebuilds a table."""
        from . import checks, guards

        assert checks  # noqa: S101 importing registers the check
        post_migrate.connect(guards.install_after_migrate, dispatch_uid="journal.guards")
