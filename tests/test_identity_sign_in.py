"""Signing in with FranceConnect: the whole path by HTTP, and each way it can be abused or fail."""

import logging
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from django.test import override_settings

from accounts.identity.oidc.double import SWITCHES, Double
from accounts.identity.oidc.people import PEOPLE, sub
from accounts.models import CertifiedIdentity, Person, User
from journal.models import Event
from messaging.models import Delivery
from procedures.lifecycle import prefill
from procedures.models import Draft
from tests.support import samples
from tests.support.client import Portal
from tests.support.identity import choose, come_back, configured, leave, running, walk
from tests.test_filing import IDENTITY, pdf, step_url

FC = "franceconnect"
CALLBACK = f"/comptes/identite/{FC}/retour/"
# What each lie of the service leads to: the status of the page.
REFUSED = {
    **dict.fromkeys(("nonce", "signature", "expired", "audience", "other_sub", "none", "hs256", "no_sub"), 400),
    "plain_userinfo": 400,
    "unknown_key": 400,
    "low_acr": 403,
    "denied": 400,
    "error": 503,
    "slow": 503,
    "drip": 503,
}


@pytest.fixture(scope="module")
def running_double() -> Iterator[Double]:
    with running(FC) as double:
        yield double


@pytest.fixture
def double(running_double: Double, db: None) -> Iterator[Double]:
    samples.town()
    running_double.switch, running_double.changed = "", {}
    with override_settings(IDENTITY_SERVICES={FC: configured(running_double)}):
        yield running_double


def signed_in(portal: Portal) -> bool:
    return bool(portal.get("/mes-demandes/").status_code == 200)


def parameters(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def test_a_citizen_signs_in_and_gets_a_login_and_a_person_of_her_own(portal: Portal, double: Double) -> None:
    answer = walk(portal, FC, "yvonne", next="/demarches/")
    assert answer.headers["Location"] == "/demarches/"
    assert signed_in(portal)
    identity = CertifiedIdentity.objects.get()
    assert (identity.issuer, identity.sub) == (double.issuer, sub(FC, "yvonne"))
    assert identity.claims["birthdate"] == "1957-00-00"
    assert "email" not in identity.claims
    user = identity.person.user
    assert user is not None
    assert not user.has_usable_password()
    assert identity.person.family_name == "Morvan"
    assert identity.person.usage_name == "Kervella"


@pytest.mark.usefixtures("double")
def test_what_is_asked_is_what_the_service_requires(portal: Portal) -> None:
    asked = parameters(leave(portal, FC))
    assert min(len(asked["state"]), len(asked["nonce"])) >= 43
    assert asked["acr_values"] == "eidas1"
    assert asked["redirect_uri"] == f"http://testserver{CALLBACK}"
    assert set(asked["scope"].split()) == {"openid", "identite_pivot", "preferred_username", "email"}
    assert not {name for name in asked if name.startswith("code_challenge")}


@pytest.mark.usefixtures("double")
def test_the_address_cannot_change_what_is_asked(portal: Portal) -> None:
    tampered = {"scope": "address", "auth_params": "acr_values=eidas0&prompt=none", "process": "connect"}
    asked = parameters(leave(portal, FC, **tampered))
    assert asked["acr_values"] == "eidas1"
    assert "address" not in asked["scope"]
    assert "prompt" not in asked


def test_every_switch_of_the_double_is_tried() -> None:
    assert set(REFUSED) == set(SWITCHES)


@pytest.mark.parametrize("switch", REFUSED)
def test_an_answer_that_cannot_be_believed_signs_nobody_in(
    portal: Portal, double: Double, switch: str, caplog: pytest.LogCaptureFixture
) -> None:
    double.switch = switch
    with (
        override_settings(IDENTITY_SERVICES={FC: configured(double, timeout=0.4)}),
        caplog.at_level(logging.WARNING, "accounts"),
    ):
        began = time.monotonic()
        answer = walk(portal, FC, "camille")
    assert time.monotonic() - began < 3
    assert answer.status_code == REFUSED[switch]
    page = answer.content.decode()
    assert "tel:" in page
    assert "/comptes/connexion/" in page
    assert not signed_in(portal)
    assert not CertifiedIdentity.objects.exists()
    said = [record.getMessage() for record in caplog.records if record.name.startswith("accounts")]
    assert len(said) == 1
    secret = [*map(str, PEOPLE[FC]["camille"].values()), sub(FC, "camille")]
    assert not [value for value in secret if value and value in said[0]]


def test_new_keys_are_read_once_when_they_appear(portal: Portal, double: Double) -> None:
    walk(portal, FC, "camille")
    portal.post("/comptes/deconnexion/")
    double.rotate()
    double.seen.clear()
    walk(portal, FC, "camille")
    assert signed_in(portal)
    assert double.seen.count("/jwks") == 1


def test_tokens_with_unknown_keys_make_no_storm_of_calls(portal: Portal, double: Double) -> None:
    walk(portal, FC, "camille")
    double.switch = "unknown_key"
    double.seen.clear()
    for _try in range(3):
        assert walk(Portal(), FC, "camille").status_code == 400
    assert double.seen.count("/jwks") == 1


def test_an_answer_too_large_is_refused(portal: Portal, double: Double) -> None:
    double.changed = {"camille": {"family_name": "x" * 300_000}}
    assert walk(portal, FC, "camille").status_code == 503
    assert not signed_in(portal)


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "http://autre.example"},
        {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": None},
        {"end_session_endpoint": "javascript:alert(1)"},
    ],
)
def test_a_discovery_document_that_is_not_the_service_s_own_is_refused(
    portal: Portal, double: Double, change: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = {**double._document(), **change}
    monkeypatch.setattr(double, "_document", lambda: changed)
    assert portal.get(f"/comptes/identite/{FC}/").status_code == 400


@pytest.mark.usefixtures("double")
def test_a_return_serves_once(portal: Portal) -> None:
    back = choose(leave(portal, FC), "camille")
    assert come_back(portal, back).status_code == 302
    portal.post("/comptes/deconnexion/")
    assert come_back(portal, back).status_code == 400
    assert not signed_in(portal)


@pytest.mark.usefixtures("double")
def test_a_code_serves_once_even_with_another_state(portal: Portal) -> None:
    used = parameters(choose(leave(portal, FC), "camille"))
    come_back(portal, f"{CALLBACK}?{urlencode(used)}")
    other = Portal()
    state = parameters(leave(other, FC))["state"]
    assert come_back(other, f"{CALLBACK}?{urlencode({'code': used['code'], 'state': state})}").status_code == 400
    assert not signed_in(other)


@pytest.mark.usefixtures("double")
def test_a_code_of_another_sign_in_is_refused_by_its_nonce(portal: Portal) -> None:
    """An attacker's own fresh code, put in the victim's return, must not sign the victim in as the attacker."""
    stolen = parameters(choose(leave(Portal(), FC), "idris"))["code"]
    state = parameters(leave(portal, FC))["state"]
    assert come_back(portal, f"{CALLBACK}?{urlencode({'code': stolen, 'state': state})}").status_code == 400
    assert not signed_in(portal)


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("query", [{}, {"state": "x" * 43}, {"state": "x" * 43, "code": "y"}, {"error": "x"}])
def test_a_forged_return_is_refused(portal: Portal, query: dict[str, str]) -> None:
    leave(portal, FC)
    assert portal.get(CALLBACK, query).status_code == 400


@pytest.mark.usefixtures("double")
def test_a_forged_code_is_refused(portal: Portal) -> None:
    state = parameters(leave(portal, FC))["state"]
    assert portal.get(CALLBACK, {"state": state, "code": "forged"}).status_code == 400


@pytest.mark.usefixtures("double")
def test_a_code_after_thirty_seconds_is_refused(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    back = choose(leave(portal, FC), "camille")
    monkeypatch.setattr("accounts.identity.oidc.double._CODE_SECONDS", -1)
    assert come_back(portal, back).status_code == 400
    assert not signed_in(portal)


@pytest.mark.usefixtures("double")
def test_another_browser_cannot_finish_the_sign_in(portal: Portal) -> None:
    back = choose(leave(portal, FC), "camille")
    other = Portal()
    answer = come_back(other, back)
    assert answer.status_code == 400
    assert "autre navigateur" in answer.content.decode()
    assert not signed_in(other)


@pytest.mark.usefixtures("double")
def test_a_return_after_ten_minutes_is_refused(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    back = choose(leave(portal, FC), "camille")
    monkeypatch.setattr("allauth.socialaccount.internal.statekit.STATE_TTL", -1)
    assert come_back(portal, back).status_code == 400


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("elsewhere", ["https://ailleurs.example/", "//ailleurs.example", "javascript:alert(1)"])
def test_the_return_never_leads_elsewhere(portal: Portal, elsewhere: str) -> None:
    assert walk(portal, FC, "camille", next=elsewhere).headers["Location"] == "/mes-demandes/"
    assert portal.get(f"/comptes/identite/{FC}/", {"next": elsewhere}).headers["Location"] == "/mes-demandes/"


@pytest.mark.usefixtures("double")
def test_the_session_has_a_new_key_once_signed_in(portal: Portal) -> None:
    address = leave(portal, FC)
    before = portal.session.session_key
    come_back(portal, choose(address, "camille"))
    assert signed_in(portal)
    assert portal.session.session_key != before


@pytest.mark.usefixtures("double")
def test_an_address_held_by_another_account_is_not_taken_nor_the_account(portal: Portal) -> None:
    owner = samples.citizen("citoyen@exemple.fr")
    EmailAddress.objects.create(user=owner, email=owner.email or "", verified=True, primary=True)
    walk(portal, FC, "idris")
    user = CertifiedIdentity.objects.get().person.user
    assert user is not None
    assert user != owner
    assert user.email is None
    assert not EmailAddress.objects.filter(user=user).exists()
    owner.refresh_from_db()
    assert owner.email == "citoyen@exemple.fr"


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("path", ["connexion/code", "mot-de-passe/oublie"])
def test_an_address_that_the_service_passed_on_opens_nothing(portal: Portal, path: str) -> None:
    """Whoever reads that mailbox is not proven to be the person: a code sent there must not open her account."""
    walk(portal, FC, "camille")
    other = Portal()
    other.fill(other.get(f"/comptes/{path}/"), email=PEOPLE[FC]["camille"]["email"])
    assert Delivery.objects.get().subject == "Aucun compte à cette adresse"


@pytest.mark.usefixtures("double")
def test_two_people_on_one_address_stay_apart() -> None:
    for person in ("camille", "yvonne"):
        walk(Portal(), FC, person)
    assert PEOPLE[FC]["camille"]["email"] == PEOPLE[FC]["yvonne"]["email"]
    assert CertifiedIdentity.objects.values("person").distinct().count() == 2
    assert User.objects.filter(person__certified_identities__isnull=False).count() == 2


@pytest.mark.usefixtures("double")
def test_the_same_person_finds_her_account_again(portal: Portal) -> None:
    walk(portal, FC, "camille")
    portal.post("/comptes/deconnexion/")
    walk(portal, FC, "camille")
    assert Person.objects.filter(certified_identities__isnull=False).count() == 1
    assert [event.kind for event in Event.objects.filter(subject__startswith="person:")] == ["identity.created"]


def test_a_changed_name_updates_what_is_certified_and_leaves_a_trace(portal: Portal, double: Double) -> None:
    walk(portal, FC, "camille")
    portal.post("/comptes/deconnexion/")
    double.changed = {"camille": {"family_name": "Marchand-Roy"}}
    walk(portal, FC, "camille")
    identity = CertifiedIdentity.objects.get()
    assert identity.claims["family_name"] == "Marchand-Roy"
    trace = Event.objects.get(kind="identity.changed")
    assert trace.data == {"service": FC, "claims": ["family_name"]}
    assert "Marchand" not in trace.body


@pytest.mark.usefixtures("double")
def test_a_closed_account_stays_closed(portal: Portal) -> None:
    walk(portal, FC, "camille")
    portal.post("/comptes/deconnexion/")
    User.objects.update(is_active=False)
    assert walk(portal, FC, "camille").headers["Location"] == "/comptes/inactif/"
    assert not signed_in(portal)


@pytest.mark.usefixtures("double")
def test_the_certified_name_is_proposed_and_locked(portal: Portal) -> None:
    walk(portal, FC, "yvonne")
    known = prefill.of_profile(Person.objects.get(certified_identities__isnull=False))
    certified = {"source": "certified:FranceConnect", "locked": True}
    assert known["applicant_family_name"] == {"value": "Morvan", **certified}
    assert known["applicant_given_names"] == {"value": "Yvonne Marie", **certified}
    assert known["applicant_email"] == {"value": "camille.marchand@exemple.fr", "source": "profile"}


@pytest.mark.usefixtures("double")
def test_a_request_begun_after_signing_in_shows_the_certified_name_and_keeps_it(portal: Portal) -> None:
    samples.procedure()
    walk(portal, FC, "yvonne")
    first = portal.post("/demarches/acte/commencer/").headers["Location"]
    draft = Draft.objects.get()
    assert draft.proposed["applicant_family_name"]["locked"]
    portal.fill(portal.get(first), button=("action", "next"), kind="full", copies="1")
    portal.post(step_url(first, "parents"), {"mother": "Anne Morvan", "secret": "12", "proof": pdf()})
    page = portal.get(step_url(first, "applicant"))
    assert page.status_code == 200
    assert page.content.decode().count("Vérifié par FranceConnect") == 2
    portal.post(step_url(first, "applicant"), {**IDENTITY, "applicant_family_name": "Autre"})
    assert Draft.objects.get().answers["applicant_family_name"] == "Morvan"


def test_signing_out_ends_the_session_at_the_service_too(portal: Portal, double: Double) -> None:
    walk(portal, FC, "camille")
    page = portal.post("/comptes/deconnexion/")
    assert page.status_code == 200
    address = page.headers["Refresh"].removeprefix("0;url=")
    asked = parameters(address)
    assert address.startswith(f"{double.issuer}/session/end?")
    assert asked["post_logout_redirect_uri"] == f"http://testserver/comptes/identite/{FC}/deconnexion/"
    assert not signed_in(portal)
    back = requests.get(address, timeout=5, allow_redirects=False).headers["Location"]
    assert come_back(portal, back).headers["Location"] == "/"
    assert "Vous êtes déconnecté ici et chez FranceConnect" in portal.get("/").content.decode().replace("\u00a0", " ")


@pytest.mark.usefixtures("double")
def test_a_forged_end_of_session_says_nothing(portal: Portal) -> None:
    walk(portal, FC, "camille")
    portal.post("/comptes/deconnexion/")
    portal.get("/")
    answer = portal.get(f"/comptes/identite/{FC}/deconnexion/", {"state": "forged"})
    assert answer.headers["Location"] == "/"
    assert "chez FranceConnect" not in portal.get("/").content.decode()


@pytest.mark.usefixtures("double")
def test_a_session_opened_by_a_password_is_ended_here_only(portal: Portal) -> None:
    portal.force_login(samples.citizen())
    assert portal.post("/comptes/deconnexion/").headers["Location"] == "/"


def test_the_sign_in_page_shows_the_buttons_that_work_and_no_other(portal: Portal, double: Double) -> None:
    page = portal.get("/comptes/connexion/?next=/demarches/").content.decode().replace("\u00a0", " ")
    assert "S’identifier avec FranceConnect" in page
    assert "Qu’est-ce que FranceConnect ?" in page
    assert "https://franceconnect.gouv.fr/" in page
    assert f"/comptes/identite/{FC}/?next=%2Fdemarches%2F" in page
    assert "ProConnect" not in page
    with override_settings(IDENTITY_SERVICES={}):
        assert "FranceConnect" not in Portal().get("/comptes/connexion/").content.decode()
        assert portal.get(f"/comptes/identite/{FC}/").status_code == 404


def test_a_service_that_is_down_from_the_start_is_said(portal: Portal, db: None) -> None:
    samples.town()
    down: dict[str, Any] = {"issuer": "http://127.0.0.1:9", "client_id": "x", "secret": "x", "acr": "eidas1"}
    with override_settings(IDENTITY_SERVICES={FC: down}):
        assert portal.get(f"/comptes/identite/{FC}/").status_code == 503
