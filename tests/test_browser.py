"""In a real browser: every page passes axe and reflows at 320 px; the main path works without JavaScript, by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect

from accounts import demo
from tests.support.browser import assert_accessible, assert_reflows, sign_in
from tests.support.servers import Live

pytestmark = pytest.mark.browser

PUBLIC = [
    "/",
    "/demarches/",
    "/demarches/?q=zzz",
    "/demarches/acte-naissance/",
    "/suivi/",
    "/verifier/",
    "/saisine-electronique/",
    "/mentions-legales/",
    "/donnees-personnelles/",
    "/accessibilite/",
    "/contact/",
    "/plan-du-site/",
    "/comptes/connexion/",
    "/comptes/connexion/code/",
    "/comptes/inscription/",
    "/comptes/mot-de-passe/oublie/",
    "/demo/courriels/",
    "/rien/",
]
# EcoIndex's budget for a public page (RGESN 6.1).
NODES, REQUESTS, BYTES = 350, 10, 100_000
PROOF: FilePayload = {"name": "livret.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF"}


def hold(page: Page) -> None:
    """Hold the page that is shown to axe and to 320 px."""
    assert_accessible(page)
    assert_reflows(page)


@pytest.mark.one_database
@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_is_accessible(page: Page, path: str) -> None:
    page.goto(path)
    hold(page)


@pytest.mark.parametrize("path", ["/", "/demarches/", "/demarches/acte-naissance/", "/accessibilite/"])
def test_a_public_page_is_light(page: Page, path: str) -> None:
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page.goto(path)
    page.wait_for_load_state("networkidle")
    nodes = page.evaluate(
        "() => [...document.querySelectorAll('*')].filter(e => !e.parentElement?.closest('svg')).length"
    )
    assert nodes <= NODES
    assert len(sizes) <= REQUESTS
    assert sum(sizes) <= BYTES


def fill_step(page: Page) -> None:
    """Answer every question that is shown, as a person in a hurry would."""
    for name in {str(radio.get_attribute("name")) for radio in page.locator("input[type=radio]:visible").all()}:
        if page.locator(f"input[name='{name}']:checked").count() == 0:
            page.locator(f"input[name='{name}']").first.check(force=True)
    for control in page.locator("main input:visible, main textarea:visible").all():
        name, kind = control.get_attribute("name") or "", control.get_attribute("type")
        if kind == "checkbox":
            control.check(force=True)
        elif kind == "file":
            control.set_input_files(PROOF)
        elif kind != "radio" and not control.input_value() and not name.endswith(("-extra", "-country", "_phone")):
            control.fill(answer(name, control.get_attribute("inputmode") or ""))


def answer(name: str, mode: str) -> str:
    """Return a plausible text for a control of this name."""
    endings = {"-day": "3", "-month": "4", "-year": "1980", "-postcode": "99240"}
    for ending, text in endings.items():
        if name.endswith(ending):
            return text
    if "email" in name:
        return "claire@exemple.fr"
    return "1" if mode in {"numeric", "decimal"} else "Exemple"


def file_a_birth_certificate(page: Page, check: Callable[[Page], None] = lambda page: None) -> None:
    """File a whole request and stop at its confirmation; ``check`` sees each page on the way."""
    page.goto("/demarches/acte-naissance/")
    page.get_by_role("button", name="Commencer la demande").click()
    page.get_by_role("button", name="Continuer").last.click()
    assert "Erreur" in page.title()
    check(page)
    for _ in range(8):
        if "recapitulatif" in page.url:
            break
        fill_step(page)
        page.get_by_role("button", name="Continuer").last.click()
        check(page)
    page.get_by_label("Je certifie").check(force=True)
    page.get_by_role("button", name="Envoyer ma demande").click()
    check(page)
    assert page.url.endswith("/recue/")


def test_the_whole_filing_works_without_javascript(page_without_scripts: Page) -> None:
    file_a_birth_certificate(page_without_scripts)
    page_without_scripts.get_by_role("link", name="Suivre ma demande").click()
    expect(page_without_scripts.get_by_text("Demande reçue").first).to_be_visible()


def test_every_page_of_the_filing_is_accessible(page: Page) -> None:
    file_a_birth_certificate(page, check=hold)
    for name in ("Suivre ma demande", "Retirer ma demande"):
        page.get_by_role("link", name=name).first.click()
        hold(page)


@pytest.mark.one_database
def test_a_draft_is_left_accessible_on_a_shared_computer(page: Page) -> None:
    page.goto("/demarches/acte-naissance/")
    page.get_by_role("button", name="Commencer la demande").click()
    page.get_by_role("link", name="Terminer et effacer").click()
    hold(page)
    page.get_by_role("button", name="Supprimer mon brouillon, puis effacer").click()
    hold(page)
    expect(page.get_by_role("heading", name="Il ne reste rien")).to_be_visible()


@pytest.mark.one_database
def test_the_first_tab_skips_to_the_content_and_enter_goes_on(page: Page) -> None:
    page.goto("/demarches/acte-naissance/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Aller au contenu"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"
    page.get_by_role("button", name="Commencer la demande").press("Enter")
    page.locator("input[inputmode=numeric]").first.fill("2")
    page.keyboard.press("Enter")
    # Enter triggers "Continue", never another button; the summary of errors takes the focus.
    page.locator("section.errors").wait_for()
    assert page.evaluate("document.activeElement.className") == "errors"


@pytest.mark.one_database
@pytest.mark.parametrize("path", ["/agent/", "/agent/demandes/", "/agent/demandes/?q=zzz"])
def test_a_page_of_the_desk_is_accessible(page: Page, path: str) -> None:
    sign_in(page, "agent@exemple.fr")
    page.goto(path)
    hold(page)


@pytest.mark.one_database
def test_a_case_and_its_actions_are_accessible(page: Page) -> None:
    sign_in(page, "agent@exemple.fr")
    page.goto("/agent/demandes/")
    addresses = [str(link.get_attribute("href")) for link in page.locator("td a").all()]
    actions: set[str] = set()
    for address in addresses[:6]:
        page.goto(address)
        hold(page)
        actions |= {str(link.get_attribute("href")) for link in page.locator("a[href*='/actions/']").all()}
    assert actions
    for action in sorted(actions)[:6]:
        page.goto(action)
        hold(page)


@pytest.mark.one_database
def test_the_space_of_a_citizen_is_accessible(page: Page) -> None:
    sign_in(page, "citoyen@exemple.fr")
    page.goto("/mes-demandes/")
    hold(page)
    page.locator("a[href*='/demandes/']").first.click()
    hold(page)


@pytest.mark.one_database
def test_the_pages_of_security_are_accessible(page: Page) -> None:
    sign_in(page, "citoyen@exemple.fr")
    page.goto("/comptes/securite/")
    hold(page)
    page.get_by_role("link", name="Ajouter une application").click()
    hold(page)
    page.locator("input[name=code]").fill("000000")
    page.get_by_role("button", name="Confirmer").click()
    hold(page)
    assert page.locator("section.errors").count() == 1


def test_the_demo_people_are_those_that_are_printed(live: Live) -> None:
    assert live.url
    assert [email for email, _role, _password in demo.logins()] == [
        f"{name}@exemple.fr" for name in ("citoyen", "aidant", "agent", "responsable", "signataire", "admin")
    ]
