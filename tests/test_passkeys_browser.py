"""Passkeys in a real browser, with a virtual device: added, named, used alone or after a password, removed, refused."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.support.browser import assert_accessible, assert_reflows, sign_in, watched_context
from tests.support.servers import Live, Seed, run_live

pytestmark = [pytest.mark.browser, pytest.mark.one_database]
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Device:
    """A page and the authenticator of its computer."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        added = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        self.key = {"authenticatorId": added["authenticatorId"]}

    def credentials(self) -> list[dict[str, Any]]:
        """Return what the device holds."""
        found: list[dict[str, Any]] = self.session.send("WebAuthn.getCredentials", self.key)["credentials"]
        return found

    def hold(self, credential: dict[str, Any]) -> None:
        """Put a credential on the device."""
        self.session.send("WebAuthn.addCredential", {**self.key, "credential": credential})

    def refuse(self) -> None:
        """Let the person fail at her PIN from now on."""
        self.session.send("WebAuthn.setUserVerified", {**self.key, "isUserVerified": False})


@pytest.fixture(scope="module")
def own_live(seed: Seed) -> Iterator[Live]:
    """Return a portal of this module's own: whoever has a passkey is asked for it at each sign-in."""
    with run_live(seed) as portal:
        yield portal


@pytest.fixture
def device(browser: Browser, own_live: Live) -> Iterator[Callable[[], Device]]:
    """Return a way to open a private window with a device of its own, at an address that has a name."""
    opened = []

    def open_one() -> Device:
        window = watched_context(browser, own_live.url.replace("127.0.0.1", "localhost"))
        context = window.__enter__()
        opened.append(window)
        return Device(context.new_page())

    yield open_one
    for window in reversed(opened):
        window.__exit__(None, None, None)


def add_passkey(device: Device, name: str) -> None:
    page = device.page
    page.goto("/comptes/securite/cles/ajouter/")
    page.get_by_label("Nom de cette clé d’accès").fill(name)
    page.get_by_role("button", name="Créer la clé d’accès").click()
    page.wait_for_url(lambda url: "ajouter" not in url)


def sign_out(page: Page) -> None:
    page.goto("/comptes/deconnexion/")
    page.get_by_role("main").get_by_role("button", name="Se déconnecter").click()


def use_passkey(page: Page) -> None:
    page.goto("/comptes/connexion/")
    page.get_by_role("button", name="Utiliser ma clé d’accès").click()


def test_a_passkey_is_added_by_keyboard_opens_the_account_alone_and_is_removed(device: Callable[[], Device]) -> None:
    own = device()
    page = own.page
    sign_in(page, "citoyen@exemple.fr")
    page.goto("/comptes/securite/cles/ajouter/")
    assert_accessible(page)
    assert_reflows(page)
    page.get_by_label("Nom de cette clé d’accès").fill("Mon téléphone")
    page.keyboard.press("Enter")
    page.wait_for_url("**/codes-de-secours/")
    page.goto("/comptes/securite/cles/")
    expect(page.get_by_text("Mon téléphone").first).to_be_visible()
    assert_accessible(page)
    assert_reflows(page)

    sign_out(page)
    page.goto("/comptes/connexion/?next=/demarches/")
    assert_accessible(page)
    page.get_by_role("button", name="Utiliser ma clé d’accès").click()
    page.wait_for_url(lambda url: url.endswith("/demarches/") and "next" not in url)
    page.goto("/mes-demandes/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    page.goto("/comptes/securite/cles/")
    page.get_by_role("link", name="Renommer").click()
    page.get_by_label("Nom de cette clé d’accès").fill("Mon ordinateur")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_role("link", name="Retirer Mon ordinateur").click()
    assert_accessible(page)
    page.get_by_role("button", name="Retirer cette clé d’accès").click()
    expect(page.get_by_text("Vous n’avez pas encore de clé d’accès")).to_be_visible()

    # The device still holds it; the portal no longer knows it.
    sign_out(page)
    assert own.credentials()
    use_passkey(page)
    expect(page.get_by_text("Cette clé d’accès n’a pas été reconnue")).to_be_visible()
    page.goto("/mes-demandes/")
    assert "connexion" in page.url


def test_after_a_password_the_passkey_is_the_second_factor(device: Callable[[], Device]) -> None:
    own = device()
    page = own.page
    sign_in(page, "aidant@exemple.fr")
    add_passkey(own, "Clé")
    sign_out(page)
    page.goto("/comptes/connexion/")
    page.locator("input[name=login]").fill("aidant@exemple.fr")
    page.locator("input[name=password]").fill("brume-du-matin-2026")
    page.locator("form:has(input[name=password]) button:not([name=language])").first.click()
    page.wait_for_url("**/securite/code/")
    assert_accessible(page)
    assert_reflows(page)
    page.get_by_role("button", name="Utiliser ma clé d’accès").click()
    page.wait_for_url("**/mes-demandes/")
    # The proof is asked again with the key too.
    page.goto("/comptes/securite/confirmation/cle/?next=/comptes/securite/")
    assert_accessible(page)
    page.get_by_role("button", name="Utiliser ma clé d’accès").click()
    page.wait_for_url("**/comptes/securite/")


def test_the_passkey_of_another_account_and_one_whose_person_is_not_verified_open_nothing(
    device: Callable[[], Device],
) -> None:
    helper, thief = device(), device()
    sign_in(helper.page, "signataire@exemple.fr")
    add_passkey(helper, "Clé")
    credential = helper.credentials()[0]
    # The handle says another account than the one that holds the key.
    other = device()
    sign_in(other.page, "responsable@exemple.fr")
    add_passkey(other, "Clé")
    thief.hold({**credential, "userHandle": other.credentials()[0]["userHandle"]})
    use_passkey(thief.page)
    expect(thief.page.get_by_text("Cette clé d’accès n’a pas été reconnue")).to_be_visible()

    stolen = device()
    stolen.hold(credential)
    stolen.refuse()
    use_passkey(stolen.page)
    expect(stolen.page.get_by_text("Aucune clé d’accès n’a été présentée")).to_be_visible()
    stolen.page.goto("/mes-demandes/")
    assert "connexion" in stolen.page.url


def test_an_assertion_is_good_once(device: Callable[[], Device]) -> None:
    own = device()
    page = own.page
    sign_in(page, "admin@exemple.fr")
    add_passkey(own, "Clé")
    sign_out(page)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None)
    use_passkey(page)
    page.wait_for_url("**/atelier/equipe/")
    assertion = next(data for data in sent if "credential=" in data)
    sign_out(page)
    replay = """async body => {
      const token = document.querySelector('[name=csrfmiddlewaretoken]').value;
      const data = new URLSearchParams(body); data.set('csrfmiddlewaretoken', token);
      await fetch('/comptes/connexion/cle/', {method: 'POST', body: data});
    }"""
    page.goto("/comptes/connexion/")
    page.evaluate(replay, assertion)
    # With a new challenge waiting, an old answer is no better.
    page.evaluate("fetch('/comptes/connexion/cle/', {headers: {Accept: 'application/json'}})")
    page.evaluate(replay, assertion)
    page.goto("/mes-demandes/")
    assert "connexion" in page.url


def test_without_scripts_the_other_ways_in_are_there_and_the_page_says_why(page_without_scripts: Page) -> None:
    page = page_without_scripts
    page.goto("/comptes/connexion/")
    expect(page.get_by_role("button", name="Utiliser ma clé d’accès")).to_be_hidden()
    expect(page.get_by_role("link", name="Recevoir un code")).to_be_visible()
    sign_in(page, "citoyen@exemple.fr")
    page.goto("/comptes/securite/cles/ajouter/")
    expect(page.get_by_text("il faut JavaScript")).to_be_visible()
    expect(page.get_by_role("button", name="Créer la clé d’accès")).to_be_hidden()
