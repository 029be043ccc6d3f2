"""The town app."""

from django.apps import AppConfig


class TownConfig(AppConfig):
    name = "town"
    default_auto_field = "django.db.models.BigAutoField"
