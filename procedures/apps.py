"""The procedures app: registers its checks."""

from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    name = "procedures"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Importing registers the checks."""
        from .lifecycle import checks

        assert checks  # noqa: S101 importing registers the check
