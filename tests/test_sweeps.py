"""What is owed is swept: each sweep is scheduled by the migrations themselves, every minute, and runs on an empty town."""

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils.module_loading import import_string
from django_q.models import Schedule


@pytest.mark.django_db
def test_a_migrated_database_holds_every_sweep_once_every_minute() -> None:
    told = Schedule.objects.values_list("func", "minutes", "repeats", "schedule_type")
    assert sorted(told) == sorted((path, 1, -1, Schedule.MINUTES) for path in settings.SWEEPS)


@pytest.mark.django_db
def test_another_migration_schedules_nothing_twice_and_what_was_lost_again() -> None:
    Schedule.objects.filter(func=settings.SWEEPS[0]).delete()
    call_command("migrate", verbosity=0)
    assert sorted(Schedule.objects.values_list("func", flat=True)) == sorted(settings.SWEEPS)


@pytest.mark.django_db
@pytest.mark.parametrize("path", settings.SWEEPS)
def test_a_sweep_finds_nothing_to_do_in_an_empty_town(path: str) -> None:
    assert not import_string(path)()
