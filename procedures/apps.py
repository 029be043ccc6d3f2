"""The procedures app: registers its checks, and keeps the index of requests through migrations."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ProceduresConfig(AppConfig):
    name = "procedures"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Importing registers the checks."""
        from .lifecycle import checks
        from .models import search

        assert checks  # noqa: S101 importing registers the check
        post_migrate.connect(search.install_after_migrate, dispatch_uid="procedures.search")
