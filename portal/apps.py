"""The project's own app: pages of the roof, and the schedule of the sweeps; Django's admin, as we open it."""

from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib.admin import apps as admin
from django.db.models.signals import post_migrate


def schedule_sweeps(**kwargs: Any) -> None:
    """Make sure that each sweep runs every minute, once per installation."""
    from django_q.models import Schedule

    for path in settings.SWEEPS:
        Schedule.objects.using(kwargs["using"]).get_or_create(
            func=path, defaults={"name": path, "schedule_type": Schedule.MINUTES, "minutes": 1, "repeats": -1}
        )


class PortalConfig(AppConfig):
    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The schedule is data: it is put in place after migrations, once the queue's tables are there.

        Sent by the queue's app: Django says nothing after the migrations of an app without models, as this one is.
        """
        post_migrate.connect(schedule_sweeps, sender=apps.get_app_config("django_q"), dispatch_uid="portal.sweeps")


class TechnicalAdminConfig(admin.AdminConfig):
    default = False
    default_site = "portal.technical.TechnicalAdmin"
