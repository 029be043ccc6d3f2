"""The demonstration's identity services in a real browser: sign in, look, sign out, under our strict policy."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import assert_accessible, assert_reflows, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.one_database]


def identify(page: Page, service: str, person: str) -> None:
    """Go from the sign-in page through the service's double."""
    page.goto("/comptes/connexion/")
    page.get_by_role("link", name=f"S’identifier avec {service}", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("qui êtes-vous")
    page.get_by_role("link", name=person).click()


def test_a_citizen_signs_in_and_out_at_the_service_too(page: Page) -> None:
    page.goto("/comptes/connexion/")
    assert_accessible(page)
    assert_reflows(page)
    page.get_by_role("link", name="S’identifier avec FranceConnect", exact=True).click()
    assert_accessible(page)
    assert_reflows(page)
    page.get_by_role("link", name="Yvonne Marie Morvan").click()
    page.wait_for_url("**/mes-demandes/")
    page.get_by_role("button", name="Se déconnecter").click()
    # Through the page between, the service, and back.
    page.wait_for_url(lambda url: "comptes" not in url and "demo" not in url and "mes-demandes" not in url)
    expect(page.get_by_role("status")).to_contain_text("chez FranceConnect")


def test_everything_works_without_scripts(page_without_scripts: Page) -> None:
    page = page_without_scripts
    identify(page, "FranceConnect", "Yvonne Marie Morvan")
    page.wait_for_url("**/mes-demandes/")
    page.goto("/comptes/identite/")
    expect(page.get_by_role("heading", name="FranceConnect")).to_be_visible()
    assert page.get_by_text("Relié à ce compte").count() == 1


def test_an_invited_agent_reaches_the_desk(page: Page) -> None:
    identify(page, "ProConnect", "Léa Fontaine")
    page.wait_for_url("**/agent/")


def test_someone_of_another_employer_is_told_what_to_do(page: Page) -> None:
    identify(page, "ProConnect", "Paul Ailleurs")
    expect(page.get_by_role("heading", level=1)).to_contain_text("réservé aux agents invités")
    assert_accessible(page)
    assert_reflows(page)


def test_an_account_is_linked_by_who_has_just_signed_in(page: Page) -> None:
    sign_in(page, "citoyen@exemple.fr")
    page.goto("/comptes/identite/")
    page.get_by_role("button", name="Relier FranceConnect à mon compte").click()
    page.get_by_role("link", name="Camille Jeanne Marchand").click()
    page.wait_for_url("**/comptes/identite/")
    expect(page.get_by_role("status").first).to_contain_text("FranceConnect est relié à votre compte")
    assert_accessible(page)
