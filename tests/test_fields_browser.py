"""In a real browser: every type of question passes axe and reflows at 320 px, light and dark, empty and with errors."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, StorageState

from tests.support.browser import (
    NARROW,
    assert_accessible,
    assert_contrasts,
    assert_reflows,
    sign_in,
    watched_context,
)
from tests.support.every_type import TYPES, posted
from tests.support.servers import Live

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

CITIZEN = "citoyen@exemple.fr"
LOAD = f"import json; from tests.support.every_type import TYPES, load; print(json.dumps(load({CITIZEN!r})))"


@pytest.fixture(scope="module")
def drafts(live: Live) -> dict[str, str]:
    """Return the draft of each type, on the live portal."""
    found: dict[str, str] = json.loads(live.manage("shell", "--no-imports", "-c", LOAD).strip().splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def signed_in(browser: Browser, live: Live) -> StorageState:
    """Return the cookies of the person who owns the drafts."""
    with watched_context(browser, live.url) as context:
        sign_in(context.new_page(), CITIZEN)
        return context.storage_state()


@pytest.fixture
def open_step(open_page: Callable[..., Page], drafts: dict[str, str], signed_in: StorageState) -> Callable[[str], Page]:
    """Return a way to open the step of a type, unanswered, on a small screen."""

    def open_one(name: str) -> Page:
        page = open_page(storage_state=signed_in, viewport=NARROW)
        page.goto(f"/brouillons/{drafts[name]}/{name}/")
        assert page.url.endswith(f"/{name}/")
        return page

    return open_one


def hold(page: Page) -> None:
    """Hold the page to axe, to 320 px, and to the contrasts of the dark ground."""
    assert_reflows(page)
    assert_accessible(page)
    page.emulate_media(color_scheme="dark")
    assert_contrasts(page)
    page.emulate_media(color_scheme="light")


def send(page: Page) -> None:
    """Press the button that goes on."""
    page.get_by_role("button", name="Continuer").last.click()
    page.wait_for_load_state()


def fill(page: Page, values: dict[str, object]) -> None:
    """Type the values of a bad example that the page has inputs for; a choice that is not offered cannot be made."""
    for name, value in values.items():
        control = page.locator(f"main [name='{name}']").first
        if control.count() == 0 or not isinstance(value, str):
            continue
        match control.evaluate("e => e.tagName === 'INPUT' ? e.type : e.tagName"):
            case "radio" | "checkbox":
                page.locator(f"main [name='{name}']").evaluate_all(
                    "(all, value) => all.forEach(e => { e.checked = e.value === value })", value
                )
            case "text" | "tel" | "email" | "TEXTAREA":
                control.fill(value[:300])


@pytest.mark.parametrize("name", list(TYPES))
def test_every_type_of_question_is_accessible_empty(open_step: Callable[[str], Page], name: str) -> None:
    hold(open_step(name))


@pytest.mark.parametrize("name", [name for name, kind in TYPES.items() if kind.asked])
def test_every_type_of_question_is_accessible_with_its_errors(open_step: Callable[[str], Page], name: str) -> None:
    page = open_step(name)
    send(page)
    hold(page)
    # One link, or one for each question of a row.
    links = [str(link.get_attribute("href")) for link in page.locator("section.errors a").all()]
    assert links
    assert all(page.locator(link).count() == 1 for link in links)
    for raw in TYPES[name].bad_examples()[1:4:2]:
        fill(page, posted(name, raw))
        send(page)
        if "/recapitulatif/" in page.url or not page.url.endswith(f"/{name}/"):
            break  # what was wrong in this example cannot be typed in the page
        hold(page)


@pytest.mark.parametrize("name", ["explanation", "heading"])
def test_what_is_only_read_stops_no_one(open_step: Callable[[str], Page], name: str) -> None:
    page = open_step(name)
    send(page)
    assert page.locator("section.errors").count() == 0
    assert not page.url.endswith(f"/{name}/")
