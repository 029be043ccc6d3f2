"""Passkeys over HTTP: what opens an account, what proves the second factor, and everything that opens nothing."""

import json
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import TestCase

from accounts.identity.adapter import MfaAdapter
from accounts.models import User
from messaging.models import Delivery
from tests.support import passkey, people, samples
from tests.support.client import Portal
from tests.support.passkey import Passkey

REFUSED = "n’a pas été reconnue"


@pytest.fixture(autouse=True)
def second_factor(settings: Any) -> None:
    settings.SECOND_FACTOR = True


@pytest.fixture
def desk(db: None) -> people.Desk:
    town = people.desk()
    for user in (town.nadia, town.zoe, town.claire):
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return town


def by_password(user: User) -> tuple[Portal, Any]:
    """Sign in with the password; return the browser and the page that follows."""
    portal = passkey.browser()
    page = portal.get("/comptes/connexion/")
    return portal, portal.fill(page, login=user.email, password=samples.PASSWORD, follow=True)


def holder(user: User) -> Passkey:
    """Add a passkey to an account; return it."""
    portal, _page = by_password(user)
    with TestCase.captureOnCommitCallbacks(execute=True):
        _answer, own = passkey.add(portal)
    return own


def signed_in(portal: Portal) -> bool:
    return bool(portal.get("/mes-demandes/").status_code == 200)


def told(portal: Portal) -> str:
    """Return the sign-in page, which says what was refused."""
    return str(portal.get("/comptes/connexion/").text)


def test_a_passkey_alone_opens_the_desk_and_the_session_has_a_new_key(desk: people.Desk) -> None:
    own = holder(desk.nadia)
    assert Delivery.objects.filter(address=desk.nadia.email, body__contains="clé d’accès").exists()
    portal = passkey.browser()
    options = passkey.challenge(portal)
    before = portal.session.session_key
    answer = passkey.sign_in(portal, own.get(options))
    assert answer.headers["Location"] == "/agent/"
    assert portal.session.session_key != before
    assert portal.get("/agent/").status_code == 200


def test_an_agent_who_has_none_may_add_a_passkey_in_place_of_the_application(desk: people.Desk) -> None:
    portal, page = by_password(desk.nadia)
    assert "/comptes/securite/cles/ajouter/?next=" in page.text
    answer, _own = passkey.add(portal)
    assert answer.headers["Location"] == "/comptes/securite/codes-de-secours/"
    assert portal.get("/agent/").status_code == 200


def test_after_a_password_the_passkey_is_asked_for_and_proves_the_factor(desk: people.Desk) -> None:
    own = holder(desk.nadia)
    portal, page = by_password(desk.nadia)
    assert page.request["PATH_INFO"] == "/comptes/securite/code/"
    assert not signed_in(portal)

    sent = json.dumps(own.get(passkey.options_of(page)))
    assert portal.post("/comptes/securite/code/", {"credential": sent}).headers["Location"] == "/agent/"
    assert portal.get("/agent/").status_code == 200


def test_a_session_that_gave_no_factor_is_led_to_the_passkey(desk: people.Desk) -> None:
    holder(desk.nadia)
    Authenticator.objects.filter(type=Authenticator.Type.RECOVERY_CODES).delete()
    portal = passkey.browser()
    portal.force_login(desk.nadia)
    answer = portal.get("/agent/", follow=True)
    assert answer.request["PATH_INFO"] == "/comptes/securite/confirmation/cle/"


def test_an_answer_is_good_once_and_for_its_own_challenge(desk: people.Desk) -> None:
    own = holder(desk.zoe)
    portal = passkey.browser()
    answer = own.get(passkey.challenge(portal))
    passkey.sign_in(portal, answer)
    assert signed_in(portal)
    # Replayed: without a challenge, with a new one, in another browser.
    portal.post("/comptes/deconnexion/")
    passkey.sign_in(portal, answer)
    assert REFUSED in told(portal)
    passkey.challenge(portal)
    passkey.sign_in(portal, answer)
    assert not signed_in(portal)
    other = passkey.browser()
    passkey.challenge(other)
    passkey.sign_in(other, answer)
    assert not signed_in(other)


def test_a_challenge_is_judged_once_even_by_a_wrong_answer(desk: people.Desk) -> None:
    own = holder(desk.zoe)
    portal = passkey.browser()
    options = passkey.challenge(portal)
    passkey.sign_in(portal, Passkey().get(options, handle=own.handle))
    passkey.sign_in(portal, own.get(options))
    assert not signed_in(portal)


def test_the_passkey_of_another_account_opens_neither(desk: people.Desk) -> None:
    zoe, claire = holder(desk.zoe), holder(desk.claire)
    portal = passkey.browser()
    passkey.sign_in(portal, zoe.get(passkey.challenge(portal), handle=claire.handle))
    assert REFUSED in told(portal)
    assert not signed_in(portal)


def test_a_removed_passkey_opens_nothing(desk: people.Desk) -> None:
    own = holder(desk.zoe)
    Authenticator.objects.filter(user=desk.zoe).delete()
    portal = passkey.browser()
    passkey.sign_in(portal, own.get(passkey.challenge(portal)))
    assert not signed_in(portal)


def test_a_device_that_verifies_nobody_opens_nothing_alone_and_is_not_added(desk: people.Desk) -> None:
    own = holder(desk.zoe)
    own.flags = passkey.FLAG.UP
    portal = passkey.browser()
    passkey.sign_in(portal, own.get(passkey.challenge(portal)))
    assert not signed_in(portal)
    portal, _page = by_password(desk.claire)
    answer, _own = passkey.add(portal, verified=False)
    assert answer.status_code == 200
    assert REFUSED in answer.text
    assert not Authenticator.objects.filter(user=desk.claire).exists()


def test_an_answer_made_for_another_site_is_refused(desk: people.Desk) -> None:
    own = holder(desk.zoe)
    portal = passkey.browser()
    passkey.sign_in(portal, own.get(passkey.challenge(portal), origin="https://localhost.evil.example"))
    assert not signed_in(portal)


def test_a_key_that_opens_one_account_is_not_added_to_another(desk: people.Desk) -> None:
    own = holder(desk.zoe)
    portal, _page = by_password(desk.claire)
    options = passkey.options_of(portal.get("/comptes/securite/cles/ajouter/"))

    answer = portal.post(
        "/comptes/securite/cles/ajouter/", {"name": "x", "credential": json.dumps(own.create(options))}
    )
    assert "ouvre déjà un compte" in answer.text
    assert not Authenticator.objects.filter(user=desk.claire).exists()


@pytest.mark.parametrize(
    "sent", ["", "x", "[]", "1", "null", '"x"', "{}", '{"id": 1}', '{"response": 1}', '{"response": {"userHandle": 1}}']
)
def test_what_no_browser_wrote_is_refused_with_words(desk: people.Desk, sent: str) -> None:
    portal = passkey.browser()
    passkey.challenge(portal)
    assert portal.post("/comptes/connexion/cle/", {"credential": sent}).status_code == 302
    assert not signed_in(portal)
    portal, _page = by_password(desk.zoe)
    portal.get("/comptes/securite/cles/ajouter/")
    assert portal.post("/comptes/securite/cles/ajouter/", {"credential": sent}).status_code == 200


def test_a_damaged_answer_is_refused_with_words(desk: people.Desk) -> None:
    own = holder(desk.zoe)
    portal = passkey.browser()
    for part in ("clientDataJSON", "authenticatorData", "signature", "userHandle"):
        for wrong in ("", "AAAA", "é", None, 7):
            answer = own.get(passkey.challenge(portal))
            answer["response"][part] = wrong
            cache.clear()
            assert passkey.sign_in(portal, answer).status_code == 302
            assert not signed_in(portal), (part, wrong)


def test_a_closed_account_is_not_opened_by_its_passkey(desk: people.Desk) -> None:
    own = holder(desk.zoe)
    User.objects.filter(pk=desk.zoe.pk).update(is_active=False)
    portal = passkey.browser()
    passkey.sign_in(portal, own.get(passkey.challenge(portal)))
    assert not signed_in(portal)


@pytest.mark.parametrize(
    "wanted", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_a_passkey_leads_nowhere_else(desk: people.Desk, wanted: str) -> None:
    own = holder(desk.zoe)
    portal = passkey.browser()
    answer = passkey.sign_in(portal, own.get(passkey.challenge(portal)), next=wanted)
    assert answer.headers["Location"] == "/mes-demandes/"


def test_a_passkey_is_renamed_and_removed_by_its_owner_alone(desk: people.Desk) -> None:
    holder(desk.zoe)
    key = Authenticator.objects.get(user=desk.zoe, type=Authenticator.Type.WEBAUTHN)
    stranger, _page = by_password(desk.claire)
    for action in ("renommer", "retirer"):
        assert stranger.get(f"/comptes/securite/cles/{key.pk}/{action}/").status_code == 404
        assert stranger.post(f"/comptes/securite/cles/{key.pk}/{action}/", {"name": "x"}).status_code == 404
    portal = passkey.browser()
    portal, page = by_password(desk.zoe)
    recovery = Authenticator.objects.get(user=desk.zoe, type="recovery_codes").wrap().get_unused_codes()[0]
    portal.fill(page, code=recovery)
    page = portal.fill(portal.get(f"/comptes/securite/cles/{key.pk}/renommer/"), name="<b>Mon vélo</b>", follow=True)
    assert "&lt;b&gt;Mon vélo" in page.text
    page = portal.fill(portal.get(f"/comptes/securite/cles/{key.pk}/retirer/"), follow=True)
    assert "pas encore de clé" in page.text
    assert not Authenticator.objects.filter(user=desk.zoe).exists()


def test_passkeys_are_tied_to_the_public_name_where_there_is_one(desk: people.Desk, settings: Any) -> None:
    settings.PUBLIC_URL = "https://demarches.val-de-brume.example"
    assert MfaAdapter().get_public_key_credential_rp_entity()["id"] == "demarches.val-de-brume.example"


def test_ten_tries_a_minute_and_then_words(desk: people.Desk) -> None:
    portal = passkey.browser()
    statuses = [passkey.sign_in(portal, {}).status_code for _ in range(12)]
    assert statuses[0] == 302
    assert statuses[-1] == 429
