"""What every test shares: the strict client, a clean cache, our mail backend, and no skipped test under CI."""

import asyncio
import os
from collections.abc import Generator, Iterator
from typing import TypeVar

import pytest
from django.conf import settings
from django.core.cache import caches
from django.utils import translation

pytest.register_assert_rewrite(
    "tests.support.client", "tests.support.pages", "tests.support.queries", "tests.support.browser"
)

from tests.support.client import Portal  # noqa: E402 after the rewriting is set up

pytest_plugins = ["tests.support.browser", "tests.support.clamav"]

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
# What gives a test rows: a database of pytest-django's, or a portal of its own.
WITH_ROWS = {"db", "transactional_db", "seed"}
CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
SKIPPED = "Skipped, and under CI nothing may be: "


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test that has no rows as one that need not run on both databases."""
    for item in items:
        rows = item.get_closest_marker("django_db") or WITH_ROWS & set(getattr(item, "fixturenames", ()))
        if not rows:
            item.add_marker("one_database")


@pytest.fixture(autouse=True, scope="session")
def our_mail_backend(django_test_environment: None) -> None:
    """Send mail through our own backend: Django's test set-up would go around the Delivery rows."""
    settings.EMAIL_BACKEND = "messaging.backend.DeliveryBackend"


@pytest.fixture(autouse=True)
def same_start(request: pytest.FixtureRequest) -> Iterator[None]:
    """Start every test in French, with no rate limit or page left by the one before."""
    marked = ["db"] if request.node.get_closest_marker("django_db") else []
    refuse_browser_with_database([*request.fixturenames, *marked])
    # The shared cache is in the database, which is as new in each test.
    for alias in ("local", "template_fragments"):
        caches[alias].clear()
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture
def portal(db: None) -> Portal:
    """Return the strict client: each page it gets is checked."""
    return Portal()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under CI, turn a skipped test into a failed one."""
    report = yield
    return refuse_skip(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Under CI, turn a skipped module into an error."""
    report = yield
    return refuse_skip(report)


def refuse_browser_with_database(fixtures: list[str]) -> None:
    """Refuse a test of the database in a module of browser tests."""
    # The browser's driver leaves an event loop running in this thread, where Django would open another connection.
    with_database = {"db", "transactional_db", "portal"} & set(fixtures)
    assert not (with_database and ("browser" in fixtures or asyncio._get_running_loop())), (
        "A module of browser tests may not use this process's database: ask the live server."
    )


def refuse_skip(report: Report) -> Report:
    """Make a skip a failure under CI; an expected failure is no skip."""
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = SKIPPED + reason
    return report
