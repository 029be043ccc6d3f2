"""In a real browser: the search control by keyboard alone, its popup accessible and narrow, the page without a script."""

from collections.abc import Iterator

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import NARROW, assert_accessible, assert_reflows, watched_context
from tests.support.servers import ROOT, Live, Seed, run_live

pytestmark = [pytest.mark.browser, pytest.mark.one_database]


@pytest.fixture(scope="module")
def searching(seed: Seed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Serve the demo town with one more procedure, which asks for a commune and for several trades."""
    folder = tmp_path_factory.mktemp("catalogue")
    content = yaml.safe_load((ROOT / "procedures/catalogue/saisine_mairie.yaml").read_text(encoding="utf-8"))
    trades = [{"value": f"m{number}", "label": f"Métier {number}"} for number in range(60)]
    content["id"], content["title"] = "recherche", "Chercher dans une liste"
    content["steps"] = [
        {
            "id": "lists",
            "title": "Listes",
            "question": "Que cherchez-vous ?",
            "sections": [
                {
                    "id": "lists_s",
                    "fields": [
                        {"type": "commune", "id": "birth", "label": "Commune de naissance"},
                        {"type": "choices", "id": "trades", "label": "Métiers", "options": trades},
                    ],
                }
            ],
        }
    ]
    (folder / "recherche.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with run_live(seed) as live:
        live.manage("load_catalogue", "--folder", str(folder))
        yield live


def open_step(page: Page) -> None:
    page.goto("/demarches/recherche/")
    page.locator("main form button").first.click()
    page.wait_for_url("**/lists/")


def test_the_keyboard_alone_finds_chooses_and_leaves(browser: Browser, searching: Live) -> None:
    with watched_context(browser, searching.url) as context:
        page = context.new_page()
        open_step(page)
        box, popup = page.get_by_role("combobox").first, page.get_by_role("listbox").first
        expect(box).to_have_attribute("aria-expanded", "false")
        box.focus()
        page.keyboard.type("st denis")
        expect(popup).to_be_visible()
        expect(page.locator("[aria-live=polite]").first).to_have_text("20 résultats.")
        assert_accessible(page)
        page.keyboard.press("Escape")
        expect(popup).to_be_hidden()
        expect(box).to_have_value("st denis")
        page.keyboard.press("ArrowDown")
        expect(popup).to_be_visible()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        chosen = popup.get_by_role("option").nth(1)
        expect(chosen).to_have_attribute("aria-selected", "true")
        expect(box).to_have_attribute("aria-activedescendant", str(chosen.get_attribute("id")))
        page.keyboard.press("Enter")
        expect(popup).to_be_hidden()
        expect(page.locator("input[type=hidden][name=birth]")).to_have_value("93066")
        page.keyboard.press("Tab")
        expect(box).not_to_be_focused()

        several = page.get_by_role("combobox").nth(1)
        for number in ("41", "42"):
            several.focus()
            page.keyboard.type(f"métier {number}")
            expect(page.get_by_role("listbox").nth(0)).to_be_visible()
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
            expect(page.get_by_label(f"Métier {number}")).to_be_checked()
        assert_accessible(page)
        page.get_by_role("button", name="Continuer").last.click()
        page.wait_for_url(lambda url: "lists" not in url)
        page.go_back()
        assert_accessible(page)


def test_the_popup_holds_in_320_pixels_with_large_text(browser: Browser, searching: Live) -> None:
    with watched_context(browser, searching.url, viewport=NARROW) as context:
        page = context.new_page()
        open_step(page)
        box = page.get_by_role("combobox").first
        box.fill("saint")
        expect(page.get_by_role("listbox").first).to_be_visible()
        assert_reflows(page)
        page.get_by_role("option").first.click()
        expect(box).to_have_value("Saint-Étienne")
        expect(page.locator("input[type=hidden][name=birth]")).to_have_value("42218")


def test_without_a_script_the_closest_names_are_offered_as_a_choice(browser: Browser, searching: Live) -> None:
    with watched_context(browser, searching.url, java_script_enabled=False) as context:
        page = context.new_page()
        open_step(page)
        page.locator("input[name='birth-text']").fill("saint denis")
        page.locator("input[name='trades-text']").fill("Métier 7")
        page.get_by_role("button", name="Ajouter ce choix").click()
        expect(page.get_by_label("Métier 7")).to_be_checked()
        expect(page.locator("input[name='birth-text']")).to_have_value("saint denis")
        page.locator("input[name=birth][value='93066']").check(force=True)
        page.get_by_role("button", name="Continuer").last.click()
        page.wait_for_url(lambda url: "lists" not in url)


def test_a_postcode_fills_in_its_town(browser: Browser, searching: Live) -> None:
    with watched_context(browser, searching.url) as context:
        page = context.new_page()
        open_step(page)
        page.get_by_role("combobox").first.fill("Villeurbanne")
        page.get_by_role("combobox").nth(1).fill("Métier 7")
        page.get_by_role("button", name="Continuer").last.click()
        page.wait_for_url("**/applicant/")
        page.locator("input[name='applicant_address-postcode']").fill("69100")
        page.get_by_role("option").first.click()
        expect(page.locator("input[name='applicant_address-city']")).to_have_value("Villeurbanne")
        assert_accessible(page)
