"""An invitation from the administrator's page to the newcomer's desk, in browsers, and the forms of the team."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.support.browser import assert_accessible, assert_reflows, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.one_database]


def hold(page: Page) -> None:
    assert_accessible(page)
    assert_reflows(page)


def link(page: Page) -> str:
    """Return the link of the last mail of invitation."""
    page.goto("/demo/courriels/")
    found = re.search(r"/comptes/invitation/[\w-]+/", page.content())
    assert found
    return found[0]


def test_an_invitation_leads_from_one_screen_to_the_other(page: Page, open_page: Callable[..., Page]) -> None:
    sign_in(page, "admin@exemple.fr")
    page.goto("/atelier/equipe/")
    page.get_by_role("link", name="Inviter quelqu’un").click()
    page.get_by_role("button", name="Envoyer l’invitation").click()
    page.locator("section.errors").wait_for()
    hold(page)
    page.get_by_label("Adresse électronique").fill("clara@exemple.fr")
    page.get_by_label("Service", exact=True).select_option(label="Service Voirie")
    page.get_by_label("Rôle").select_option("agent")
    page.get_by_label("Fonction").fill("agente de voirie")
    page.get_by_role("button", name="Envoyer l’invitation").click()
    page.get_by_text("L’invitation est envoyée à clara@exemple.fr.").wait_for()
    hold(page)
    path = link(page)
    page.goto(path)
    page.get_by_role("heading", name="Cette invitation est pour une autre adresse").wait_for()
    hold(page)
    hers = open_page(java_script_enabled=False)
    hers.goto(path)
    hers.get_by_label("Prénoms").fill("Clara")
    hers.get_by_label("Nom de famille").fill("Clic")
    hers.get_by_label("Mot de passe").fill("court")
    hers.get_by_role("button", name="Créer mon compte").click()
    hers.locator("section.errors").wait_for()
    hers.get_by_label("Mot de passe").fill("une phrase bien longue")
    hers.get_by_role("button", name="Créer mon compte").click()
    hers.wait_for_url("**/agent/")
    late = open_page()
    late.goto(path)
    late.get_by_role("heading", name="Cette invitation a déjà servi").wait_for()
    hold(late)


def test_the_login_of_an_invitation_is_accessible(page: Page, open_page: Callable[..., Page]) -> None:
    sign_in(page, "admin@exemple.fr")
    stranger, path = open_page(), ""
    for email in ("denis@exemple.fr", "citoyen@exemple.fr"):
        page.goto("/atelier/equipe/inviter/")
        page.get_by_label("Adresse électronique").fill(email)
        page.get_by_label("Service", exact=True).select_option(label="Police municipale")
        page.get_by_label("Rôle").select_option("head")
        page.get_by_label("Fonction").fill("chef de poste")
        page.get_by_role("button", name="Envoyer l’invitation").click()
        page.get_by_text(f"L’invitation est envoyée à {email}.").wait_for()
        path = link(page)
        stranger.goto(path)
        hold(stranger)
    sign_in(stranger, "citoyen@exemple.fr")
    stranger.goto(path)
    stranger.get_by_role("button", name="Accepter l’invitation").wait_for()
    hold(stranger)
