"""In a real browser: long helps pass axe and reflow at 320 px; folded files are read on paper."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import NARROW, assert_accessible, assert_reflows
from tests.support.long_help import FILES, SLUG
from tests.support.servers import Live

pytestmark = [pytest.mark.browser, pytest.mark.one_database]


@pytest.fixture(scope="module")
def procedure(live: Live) -> str:
    """Return the address of the procedure, published on the live portal."""
    live.manage("shell", "--no-imports", "-c", "from tests.support.long_help import load; load()")
    return f"/demarches/{SLUG}/"


def test_the_files_are_folded_on_the_screen_and_read_on_paper(page: Page, procedure: str) -> None:
    page.goto(procedure)
    fold = page.locator("details", has_text=f"nous vous demanderons ({FILES + 1})")
    last = fold.get_by_text(f"Pièce {FILES - 1}")
    expect(last).to_be_hidden()
    assert_accessible(page)
    page.emulate_media(media="print")
    expect(last).to_be_visible()
    page.emulate_media(media="screen")
    fold.locator("summary").click()
    expect(last).to_be_visible()
    assert_accessible(page)
    assert_reflows(page)


def test_a_page_of_long_helps_is_accessible_and_reflows(open_page: Callable[..., Page], procedure: str) -> None:
    page = open_page(viewport=NARROW)
    page.goto(procedure)
    page.locator("main form button").first.click()
    expect(page.locator(".hint.prose").first).to_be_visible()
    assert page.locator(".hint.prose").count() > 30
    assert_accessible(page)
    assert_reflows(page)
