"""What is written among the accesses: reads, downloads, searches, exports, configuration, sign-ins and failures."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import override_settings
from fido2.utils import websafe_encode

from accounts.models import User
from accounts.permissions import Actor
from journal.models import AccessLog
from messaging.models import Delivery
from procedures.definition.upgrade import parse
from procedures.lifecycle import blocks, working_copy
from procedures.lifecycle.publish import publish
from procedures.models import Submission
from tests.support import passkey, people, samples
from tests.support.client import Portal, close_files
from tests.support.queue import drain
from tests.support.rights import browser_of, who
from tests.test_rights import SERVICE


@pytest.fixture
def desk(db: None) -> people.Desk:
    town = people.desk()
    for user in (town.nadia, town.zoe):
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return town


@pytest.fixture
def case(desk: people.Desk) -> Submission:
    return desk.file()


def noted(user: User | None) -> list[tuple[str, str]]:
    """Return what was written about someone, in order: the action and what it was about."""
    found = AccessLog.objects.filter(actor=user.key if user else "anonymous").order_by("pk")
    return list(found.values_list("action", "subject"))


def test_rgpd_10_each_page_that_shows_a_request_is_a_reading(desk: people.Desk, case: Submission) -> None:
    browser, here = browser_of("agent", desk.nadia), f"/agent/demandes/{case.reference}/"
    browser.get(here)
    # Her words are refused: the request is shown again with what is wrong.
    assert browser.post(f"{here}message/").status_code == 422
    browser.get(f"{here}actions/take_charge/")
    assert noted(desk.nadia) == [("read", case.key)] * 3
    row = AccessLog.objects.filter(action="read").first()
    assert row is not None
    assert (row.role, row.service) == ("agent", "Service État civil")


def test_an_exact_number_leads_to_a_reading(desk: people.Desk, case: Submission) -> None:
    browser_of("agent", desk.nadia).get("/agent/demandes/", {"q": case.reference}, follow=True)
    assert noted(desk.nadia) == [("read", case.key)]


def test_what_is_refused_is_no_reading(desk: people.Desk, case: Submission) -> None:
    for user in (desk.roger, desk.zoe):
        browser_of("agent", user).get(f"/agent/demandes/{case.reference}/")
        assert noted(user) == []


def test_files_and_receipts_are_downloads(desk: people.Desk, case: Submission) -> None:
    stored = people.attach(case)
    drain()
    browser = browser_of("auditor", desk.paul)
    for path in (f"fichiers/{stored.public_id}/", "accuse/"):
        answer = browser.get(f"/agent/demandes/{case.reference}/{path}")
        assert answer.status_code == 200
        close_files(answer)
    assert noted(desk.paul) == [("download", case.key)] * 2


def test_a_search_by_name_is_written_once_whatever_pages_are_turned(desk: people.Desk) -> None:
    browser = browser_of("agent", desk.nadia)
    browser.get("/agent/demandes/?q=Lefèvre")
    browser.get("/agent/demandes/?q=Lefèvre&apres=x")
    assert noted(desk.nadia) == [("search", "search:Lefèvre")]


def test_rgpd_03_taking_all_of_ones_data_is_an_export(desk: people.Desk) -> None:
    answer = browser_of("citizen", desk.zoe).post("/mes-demandes/donnees/telecharger/")
    assert answer.status_code == 200
    close_files(answer)
    assert noted(desk.zoe) == [("export", f"person:{desk.zoe.person.public_id}")]


def test_looking_at_someone_of_the_team_and_changing_her_roles_are_written(desk: people.Desk) -> None:
    admin = who("town_admin", desk)
    assert admin is not None
    browser, here = browser_of("town_admin", admin), f"/atelier/equipe/personnes/{desk.nadia.public_id}/"
    browser.get(here)
    assert browser.post(f"{here}roles/{desk.nadia.memberships.get().pk}/retirer/").status_code == 302
    assert browser.post("/atelier/equipe/inviter/").status_code == 422
    assert [action for action, _subject in noted(admin)] == ["team", "configure"]


def test_what_changes_a_procedure_or_a_block_is_a_configuration_with_its_author(desk: people.Desk) -> None:
    about, by = f"procedure:{desk.procedure.public_id}", Actor(user=desk.claire)
    block = {"key": "chat", "name": "Chat", "fields": [{"type": "text", "id": "nom", "label": "Nom"}]}
    for _twice in range(2):
        working_copy.save(desk.procedure, samples.content(title="Nouveau titre"), by=by)
        blocks.save(block, by=by)
    blocks.save(block | {"name": "Chats"}, by=by)
    publish(desk.procedure, parse(samples.content()), by=by)
    assert noted(desk.claire) == [
        ("configure", about),
        ("configure", "block:chat"),
        ("configure", "block:chat"),
        ("configure", about),
    ], "saving the same again changes nothing"


def test_what_is_configured_from_the_terminal_says_so(desk: people.Desk) -> None:
    row = AccessLog.objects.get(subject=f"procedure:{desk.procedure.public_id}")
    assert (row.action, row.actor, row.role) == ("configure", "terminal", "system")


def test_a_sign_in_and_a_wrong_password_are_written(desk: people.Desk) -> None:
    browser = Portal()
    browser.fill(browser.get("/comptes/connexion/"), login=desk.nadia.email, password="faux")
    browser.fill(browser.get("/comptes/connexion/"), login=desk.nadia.email, password=samples.PASSWORD)
    assert noted(desk.nadia) == [("sign_in_failed", "sign-in"), ("sign_in", desk.nadia.key)]
    browser.fill(browser.get("/comptes/deconnexion/"))
    browser.fill(browser.get("/comptes/connexion/"), login="personne@exemple.fr", password="faux")
    assert noted(None) == [("sign_in_failed", "sign-in")]


def test_a_wrong_code_by_mail_is_written_then_the_right_one(desk: people.Desk) -> None:
    browser = Portal()
    page = browser.fill(browser.get("/comptes/connexion/code/"), email=desk.nadia.email, follow=True)
    page = browser.fill(page, code="000-000")
    (code,) = re.findall(r"^([0-9A-Z-]{6,10})$", Delivery.objects.latest("pk").body, re.MULTILINE)[:1]
    browser.fill(page, code=code)
    assert noted(desk.nadia) == [("sign_in_failed", "sign-in"), ("sign_in", desk.nadia.key)]


def test_a_wrong_code_for_an_address_without_account_is_written_too(desk: people.Desk) -> None:
    browser = Portal()
    page = browser.fill(browser.get("/comptes/connexion/code/"), email="personne@exemple.fr", follow=True)
    browser.fill(page, code="000-000")
    assert noted(None) == [("sign_in_failed", "sign-in")]


def test_a_wrong_second_factor_is_written(desk: people.Desk) -> None:
    TOTP.activate(desk.nadia, generate_totp_secret())
    browser = Portal()
    page = browser.fill(
        browser.get("/comptes/connexion/"), login=desk.nadia.email, password=samples.PASSWORD, follow=True
    )
    browser.fill(page, code="000000")
    assert noted(desk.nadia) == [("sign_in_failed", "sign-in")], "a password without its second factor is no sign-in"


def test_a_wrong_password_asked_again_is_written(desk: people.Desk) -> None:
    browser = browser_of("agent", desk.nadia, proved=600)
    browser.fill(browser.get("/comptes/confirmation/"), password="faux")
    assert noted(desk.nadia) == [("sign_in_failed", "sign-in")]


def test_a_wrong_code_of_an_application_that_is_being_added_is_no_failed_sign_in(desk: people.Desk) -> None:
    browser = browser_of("citizen", desk.zoe)
    page = browser.fill(browser.get("/comptes/securite/application/"), code="000000")
    assert page.status_code == 200
    assert noted(desk.zoe) == []


def test_a_forged_passkey_is_written(desk: people.Desk) -> None:
    browser = passkey.browser()
    stranger = passkey.Passkey()
    passkey.sign_in(browser, stranger.get(passkey.challenge(browser), handle=websafe_encode(b"1")))
    passkey.sign_in(browser, {"nothing": "of a passkey"})
    assert noted(None) == [("sign_in_failed", "sign-in")] * 2


@override_settings(IDENTITY_SERVICES=SERVICE)
def test_a_return_from_a_service_that_is_refused_is_written(desk: people.Desk) -> None:
    assert Portal().get("/comptes/identite/franceconnect/retour/").status_code == 400
    assert noted(None) == [("sign_in_failed", "sign-in:franceconnect")]


def test_every_auditor_watches_the_superusers_and_nobody_watches_herself(desk: people.Desk) -> None:
    technical = User.objects.create_superuser("technique@exemple.fr", samples.PASSWORD)
    for user in (technical, desk.paul):
        AccessLog.objects.create(actor=user.key, action="configure", subject="admin:auth_group_add")
    page: Any = browser_of("auditor", desk.paul).get("/agent/acces/?quoi=configure")
    table = page.text.split("<tbody>")[1].split("</tbody>")[0]
    assert table.count("<tr>") == 1
    assert "technique@exemple.fr" in table
    assert Actor(user=desk.paul).key not in table
