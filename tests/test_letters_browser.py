"""A letter written by the keyboard in a browser, published, with scripts and without."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import assert_accessible, assert_reflows, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.one_database]


def hold(page: Page) -> None:
    assert_accessible(page)
    assert_reflows(page)


def first_letters(page: Page) -> None:
    """Open the letters of the first procedure that has one."""
    page.goto("/atelier/demarches/")
    links = page.get_by_role("link", name="Lettres –")
    for number in range(links.count()):
        links.nth(number).click()
        if page.get_by_role("link", name="Aperçu –").count():
            return
        page.go_back()
    raise AssertionError("No procedure of the demonstration has a letter.")


def test_a_letter_is_written_and_published(page: Page) -> None:
    sign_in(page, "admin@exemple.fr")
    first_letters(page)
    hold(page)
    page.get_by_role("table").get_by_role("link").first.click()
    hold(page)
    page.get_by_role("button", name="Ajouter un paragraphe").focus()
    page.keyboard.press("Enter")
    last = page.get_by_label("Texte").last
    expect(last).to_be_focused()
    page.keyboard.type("Bonjour ")
    page.get_by_role("button", name="[[Nom de la personne]]").focus()
    page.keyboard.press("Enter")
    expect(last).to_be_focused()
    page.keyboard.type(", [[rien du tout]].")
    page.get_by_role("button", name="Garder la lettre").last.click()
    page.locator("section.errors").wait_for()
    hold(page)
    last = page.get_by_label("Texte").last
    last.fill("Bonjour [[Nom de la personne]].")
    page.get_by_role("button", name="Garder la lettre").last.click()
    expect(page.get_by_text("La lettre est gardée.")).to_be_visible()
    page.get_by_role("link", name="Publier", exact=True).click()
    hold(page)
    page.get_by_role("button", name="Publier").click()
    expect(page.get_by_text("est publiée.")).to_be_visible()
    hold(page)


def test_a_letter_is_written_without_scripts(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, "admin@exemple.fr")
    first_letters(page)
    page.get_by_role("table").get_by_role("link").first.click()
    page.get_by_role("button", name="Ajouter un paragraphe").click()
    page.get_by_label("Texte").last.fill("Sans script, [[Nom de la personne]].")
    page.get_by_role("button", name="Garder la lettre").last.click()
    expect(page.get_by_text("La lettre est gardée.")).to_be_visible()
    page.get_by_role("link", name="Publier", exact=True).click()
    page.get_by_role("button", name="Abandonner ces changements").click()
    expect(page.get_by_text("est abandonné")).to_be_visible()
