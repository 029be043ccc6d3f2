"""Saving as one types, in a browser: quiet, told once, told when it fails, and tried again."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.browser import assert_accessible, assert_reflows

pytestmark = pytest.mark.browser

SLUG = "acte-naissance"


def begin(page: Page) -> str:
    """Begin a draft; return the address of its first step."""
    page.goto(f"/demarches/{SLUG}/")
    page.get_by_role("button", name="Commencer la demande").click()
    # Loaded whole, its script too.
    page.wait_for_url("**/brouillons/**")
    return page.url


def test_what_is_typed_is_found_again_after_a_crash_of_the_browser(page: Page) -> None:
    address = begin(page)
    box = page.locator("main input[type=text]").first
    name = box.get_attribute("name")
    box.type("3")
    expect(page.locator("#saved")).to_contain_text("Enregistré")
    assert_accessible(page)
    assert_reflows(page)
    page.goto("about:blank")
    page.goto(address)
    assert page.locator(f"input[name='{name}']").input_value() == "3"
    # What was saved is not judged yet.
    assert page.locator(".error").count() == 0


def test_a_lost_network_is_told_and_the_page_saves_when_it_is_back(page: Page) -> None:
    begin(page)
    tries: list[str] = []

    def cut(route: Route) -> None:
        tries.append(route.request.method)
        route.abort()

    page.route("**/brouillons/**", cut)
    page.locator("main input[type=text]").first.type("4")
    expect(page.locator("#saved")).to_contain_text("Pas de connexion")
    page.unroute("**/brouillons/**")
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    expect(page.locator("#saved")).to_contain_text("Enregistré")
    assert tries


def test_a_second_tab_leads_to_the_choice(open_page: Callable[..., Page], page: Page) -> None:
    address = begin(page)
    other = page.context.new_page()
    other.goto(address)
    page.locator("main input[type=text]").first.type("1")
    expect(page.locator("#saved")).to_contain_text("Enregistré")
    other.locator("main input[type=text]").first.type("2")
    other.wait_for_url("**/conflit/")
    assert_accessible(other)
    assert_reflows(other)
    other.get_by_role("button", name="Garder ces réponses").click()
    assert other.locator("main input[type=text]").first.input_value() == "2"
