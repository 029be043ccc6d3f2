"""Chromium for the tests: fixtures of pages on a live copy of the demo town, and the checks of a page in a browser."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.support.servers import Live, Seed, make_seed, run_live

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "RGAAv4"]
AXE_RUN = "(only) => axe.run(document, {runOnly: only, resultTypes: ['violations']})"
WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 320, "height": 640}
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def seed(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Seed:
    """Return the demo town, seeded once for all the processes of this run."""
    base = tmp_path_factory.getbasetemp()
    return make_seed(base if worker_id == "master" else base.parent)


@pytest.fixture(scope="session")
def live(seed: Seed) -> Iterator[Live]:
    """Return a portal that serves a copy of the demo town, shared by the browser tests of this process."""
    with run_live(seed) as portal:
        yield portal


@pytest.fixture
def fresh_live(seed: Seed) -> Iterator[Live]:
    """Return a portal of this test's own, for tests of concurrency and of what must start untouched."""
    with run_live(seed) as portal:
        yield portal


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return Chromium, started once for a module: while its driver runs, this process may not use the database."""
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield chromium
        chromium.close()


@contextmanager
def watched_context(browser: Browser, base_url: str, **options: Any) -> Iterator[BrowserContext]:
    """Open a private window in French, and fail in the end if a page erred or asked anything of another host."""
    options = {"viewport": WIDE, "locale": "fr-FR", "timezone_id": "Europe/Paris", "reduced_motion": "reduce"} | options
    context = browser.new_context(base_url=base_url, **options)
    context.set_default_timeout(PATIENCE_MS)
    wrong: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        # A page that answers 4xx, or a network that a test cuts itself, is the business of that test.
        expected = ("the server responded with a status of 4", "net::ERR_FAILED")
        if message.type == "error" and not any(words in message.text for words in expected):
            wrong.append(f"console: {message.text}")

    def on_request(request: Request) -> None:
        if not request.url.startswith((base_url, "data:", "blob:", "about:")):
            wrong.append(f"another host was asked: {request.url}")

    context.on("console", on_console)
    context.on("weberror", lambda error: wrong.append(f"script: {error.error}"))
    context.on("request", on_request)
    try:
        yield context
    finally:
        context.close()
    assert not wrong, "\n".join(wrong)


@pytest.fixture
def page(browser: Browser, live: Live) -> Iterator[Page]:
    """Return a new page of a new private window on the live portal."""
    with watched_context(browser, live.url) as context:
        yield context.new_page()


@pytest.fixture
def page_without_scripts(browser: Browser, live: Live) -> Iterator[Page]:
    """Return a page where JavaScript is switched off."""
    with watched_context(browser, live.url, java_script_enabled=False) as context:
        yield context.new_page()


@pytest.fixture
def open_page(browser: Browser, live: Live) -> Iterator[Callable[..., Page]]:
    """Return a way to open more private windows, such as a citizen's beside an agent's."""
    opened: list[Any] = []

    def open_one(**options: Any) -> Page:
        window = watched_context(browser, live.url, **options)
        context = window.__enter__()
        opened.append(window)
        return context.new_page()

    yield open_one
    for window in reversed(opened):
        window.__exit__(None, None, None)


def sign_in(page: Page, email: str) -> None:
    """Sign in as one of the demo's people, through the real page."""
    passwords = {login[0]: login[2] for login in import_module("accounts.demo").logins()}
    page.goto("/comptes/connexion/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(passwords[email])
    page.locator("form:has(input[name=password]) button:not([name=language])").first.click()
    page.wait_for_url(lambda url: "connexion" not in url)


def assert_accessible(page: Page) -> None:
    """Hold the page to every automatic rule of WCAG 2.2 AA and of the RGAA, best practices included."""
    # A click returns once the next page has begun, before it is drawn.
    page.wait_for_load_state()
    found = run_axe(page, {"type": "tag", "values": AXE_TAGS})
    assert not found, f"{page.url}\n" + "\n".join(found)


def run_axe(page: Page, only: dict[str, object]) -> list[str]:
    """Return the rules of axe that the page breaks, each with the first elements that break it."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}\n    "
        + "\n    ".join(re.sub(r"\s+", " ", node["html"])[:200] for node in rule["nodes"][:5])
        for rule in page.evaluate(AXE_RUN, only)["violations"]
    ]


def assert_contrasts(page: Page) -> None:
    """Hold the colours of the page, as it is shown now, to the contrast of WCAG 2.2 AA: what another ground changes."""
    page.wait_for_load_state()
    found = run_axe(page, {"type": "rule", "values": ["color-contrast", "link-in-text-block"]})
    assert not found, f"{page.url}\n" + "\n".join(found)


def assert_reflows(page: Page) -> None:
    """Hold the page to 320 pixels of width without scrolling sideways (WCAG 1.4.10), then give it its width back."""
    before = page.viewport_size or WIDE
    page.set_viewport_size(NARROW)
    width = page.evaluate("() => document.documentElement.scrollWidth")
    too_wide = page.evaluate(
        "() => [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > 321)"
        ".slice(0, 5).map(e => e.outerHTML.slice(0, 160))"
    )
    page.set_viewport_size(before)
    assert width <= 320, f"{page.url} is {width} px wide at 320 px:\n" + "\n".join(too_wide)


def screenshot(page: Page, folder: Path, name: str) -> Path:
    """Save the whole page as an image and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.png"
    page.screenshot(path=path, full_page=True)
    return path
