"""The second factor: nothing of a citizen is shown to whoever works for the town before it is given."""

import re
from io import StringIO
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import caches
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import TestCase

from accounts.identity.passwords import EntropyValidator
from accounts.models import User
from journal.models import AccessLog
from messaging.models import Delivery
from tests.support import people, samples
from tests.support.client import Portal


@pytest.fixture(autouse=True)
def second_factor(settings: Any) -> None:
    settings.SECOND_FACTOR = True


@pytest.fixture
def desk(db: None) -> people.Desk:
    town = people.desk()
    for user in (town.nadia, town.zoe):
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return town


def texts(page: Any) -> str:
    return str(page.content.decode()).replace("\u00a0", " ")


def code_of(secret: str) -> str:
    """Return what an application shows now."""
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def sign_in(portal: Portal, user: User, follow: bool = True) -> Any:
    page = portal.get("/comptes/connexion/")
    return portal.fill(page, login=user.email, password=samples.PASSWORD, follow=follow)


def add_application(portal: Portal) -> str:
    """Add an application through its page; return the secret."""
    page = portal.get("/comptes/securite/application/")
    (secret,) = re.findall(r'<span class="code long">([A-Z2-7]+)</span>', page.text)
    with TestCase.captureOnCommitCallbacks(execute=True):
        answer = portal.fill(page, code=code_of(secret))
    assert answer.status_code == 302
    return str(secret)


def test_an_agent_without_a_second_factor_is_led_to_add_one(portal: Portal, desk: people.Desk) -> None:
    case = desk.file()
    page = sign_in(portal, desk.nadia)
    assert page.request["PATH_INFO"] == "/comptes/securite/application/"
    assert "Votre travail ouvre les dossiers des habitants" in texts(page)
    for path in ("/agent/", "/agent/demandes/", f"/agent/demandes/{case.reference}/"):
        answer = portal.get(path)
        assert answer.headers["Location"].startswith("/comptes/securite/application/")
    assert portal.post(f"/agent/demandes/{case.reference}/actions/take_charge/").status_code == 302
    case.refresh_from_db()
    assert case.state == "received"


def test_once_added_it_opens_the_desk_and_recovery_codes_are_given(portal: Portal, desk: people.Desk) -> None:
    sign_in(portal, desk.nadia)
    add_application(portal)
    page = portal.get("/comptes/securite/codes-de-secours/")
    assert "10 codes restants" in texts(page)
    assert portal.get("/comptes/securite/codes-de-secours/fichier/").text.count("\n") == 10
    assert Delivery.objects.filter(address=desk.nadia.email, subject__contains="sécurité").exists()
    assert portal.get("/agent/").status_code == 200


def test_a_later_sign_in_asks_for_the_code_and_a_recovery_code_works_once(portal: Portal, desk: people.Desk) -> None:
    sign_in(portal, desk.nadia)
    secret = add_application(portal)
    recovery = Authenticator.objects.get(user=desk.nadia, type="recovery_codes").wrap().get_unused_codes()[0]
    portal.post("/comptes/deconnexion/")
    page = sign_in(portal, desk.nadia)
    assert page.request["PATH_INFO"] == "/comptes/securite/code/"
    assert portal.get("/agent/").headers["Location"].startswith("/comptes/connexion/")
    wrong = portal.fill(page, code="000000")
    assert wrong.status_code == 200
    assert "n’est pas" in texts(wrong) or "incorrect" in texts(wrong).lower()
    answer = portal.fill(portal.get("/comptes/securite/code/"), code=recovery, follow=True)
    assert answer.request["PATH_INFO"] == "/agent/"
    portal.post("/comptes/deconnexion/")
    sign_in(portal, desk.nadia)
    again = portal.fill(portal.get("/comptes/securite/code/"), code=recovery)
    assert again.status_code == 200
    assert secret


def test_the_session_has_a_new_key_once_the_factor_is_given(portal: Portal, desk: people.Desk) -> None:
    sign_in(portal, desk.nadia)
    add_application(portal)
    recovery = Authenticator.objects.get(user=desk.nadia, type="recovery_codes").wrap().get_unused_codes()[0]
    portal.post("/comptes/deconnexion/")
    page = sign_in(portal, desk.nadia)
    before = portal.cookies["sessionid"].value
    portal.fill(page, code=recovery)
    assert portal.get("/agent/").status_code == 200
    thief = Portal()
    thief.cookies["sessionid"] = before
    assert thief.get("/agent/").status_code == 302
    assert thief.get("/mes-demandes/").status_code == 302


def test_whoever_tries_ten_thousand_codes_of_the_application_tries_five_in_five_minutes(
    portal: Portal, desk: people.Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even with the password, from as many places as he likes: it is the account that is counted, for all processes."""
    sign_in(portal, desk.nadia)
    secret = add_application(portal)
    caches["default"].clear()
    tried: list[str] = []

    def judge(application: TOTP, code: str) -> bool:
        tried.append(code)
        return False

    monkeypatch.setattr(TOTP, "validate_code", judge)
    for number in range(100):
        thief = Portal(REMOTE_ADDR=f"203.0.113.{number}")
        page = sign_in(thief, desk.nadia)
        for _ in range(3):
            thief.post("/comptes/securite/code/", {"code": "000000"})
    assert len(tried) == 5
    monkeypatch.undo()
    # The right code is not even looked at.
    answer = thief.fill(page, code=code_of(secret))
    assert answer.status_code == 200
    assert thief.get("/agent/").status_code == 302


def test_a_code_by_mail_is_no_second_factor(portal: Portal, desk: people.Desk) -> None:
    sign_in(portal, desk.nadia)
    add_application(portal)
    portal.post("/comptes/deconnexion/")
    page = portal.get("/comptes/connexion/code/")
    page = portal.fill(page, email=desk.nadia.email, follow=True)
    mail = Delivery.objects.filter(address=desk.nadia.email).latest("pk")
    (code,) = re.findall(r"^([0-9A-Z-]{6,10})$", mail.body, re.MULTILINE)[:1]
    page = portal.fill(page, code=code, follow=True)
    assert page.request["PATH_INFO"] == "/comptes/securite/code/"
    assert portal.get("/agent/").status_code == 302


def test_a_citizen_is_asked_for_nothing_more(portal: Portal, desk: people.Desk) -> None:
    page = sign_in(portal, desk.zoe)
    assert page.request["PATH_INFO"] == "/mes-demandes/"
    page = portal.get("/comptes/securite/")
    assert "Ajouter une application" in texts(page)


def test_the_pages_of_security_say_where_one_is_signed_in(portal: Portal, desk: people.Desk) -> None:
    sign_in(portal, desk.zoe)
    other = Portal()
    sign_in(other, desk.zoe)
    page = portal.get("/comptes/sessions/")
    assert "Cet appareil" in texts(page)
    assert "Un autre appareil" in texts(page)
    portal.fill(page, follow=True)
    assert other.get("/mes-demandes/").status_code == 302
    assert portal.get("/mes-demandes/").status_code == 200


def test_removing_the_application_closes_the_desk_again(portal: Portal, desk: people.Desk) -> None:
    sign_in(portal, desk.nadia)
    add_application(portal)
    page = portal.get("/comptes/securite/application/retirer/")
    portal.fill(page)
    portal.post("/comptes/deconnexion/")
    page = sign_in(portal, desk.nadia)
    assert page.request["PATH_INFO"] == "/comptes/securite/application/"


@pytest.mark.parametrize("password", ["Azerty123456", "a" * 40, "121212121212121212", "Tr0ub4dor&3", "motdepasse"])
def test_a_password_that_could_be_guessed_is_refused_with_the_way_to_make_one(password: str) -> None:
    with pytest.raises(ValidationError, match="phrase"):
        EntropyValidator().validate(password)


@pytest.mark.parametrize("password", ["une phrase bien longue", "xY7aB9cD2eF4gh", "été à Brest en 2019 !"])
def test_a_sentence_or_fourteen_mixed_characters_are_accepted(password: str) -> None:
    EntropyValidator().validate(password)


def test_who_lost_everything_is_let_in_again_from_the_terminal_with_a_trace(portal: Portal, desk: people.Desk) -> None:
    sign_in(portal, desk.nadia)
    add_application(portal)
    assert portal.get("/agent/").status_code == 200
    out = StringIO()
    call_command("unlock", desk.nadia.email, stdout=out)
    assert "rouvert" in out.getvalue()
    assert portal.get("/agent/").status_code == 302
    page = sign_in(portal, desk.nadia)
    assert page.request["PATH_INFO"] == "/comptes/securite/application/"
    assert AccessLog.objects.filter(action="unlock", subject=f"user:{desk.nadia.public_id}").exists()
    with pytest.raises(CommandError):
        call_command("unlock", "personne@exemple.fr")
