"""What every test shares: the strict client, a clean cache, our mail backend, and no skipped test under CI."""

import os
from collections.abc import Generator, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import translation

pytest.register_assert_rewrite(
    "tests.support.client", "tests.support.pages", "tests.support.queries", "tests.support.browser"
)

from tests.support.client import Portal  # noqa: E402 after the rewriting is set up

pytest_plugins = ["tests.support.browser"]

CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
SKIPPED = "Skipped, and under CI nothing may be: "


@pytest.fixture(autouse=True, scope="session")
def our_mail_backend(django_test_environment: None) -> None:
    """Send mail through our own backend: Django's test set-up would go around the Delivery rows."""
    settings.EMAIL_BACKEND = "messaging.backend.DeliveryBackend"


@pytest.fixture(autouse=True)
def same_start() -> Iterator[None]:
    """Start every test in French, with no rate limit or page left by the one before."""
    cache.clear()
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


def refuse_skip(report: Any) -> Any:
    """Make a skip a failure under CI; an expected failure is no skip."""
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = SKIPPED + reason
    return report
