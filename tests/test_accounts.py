"""Signing in: by a code or a password, without telling who has an account."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import get_hasher

from accounts.models import Membership, Person, Role, User
from messaging.models import Delivery
from tests.support import samples
from tests.support.client import Portal


@pytest.fixture
def camille(db: None) -> User:
    samples.town()
    user = samples.citizen()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def test_camille_signs_in_with_her_password(portal: Portal, camille: User) -> None:
    page = portal.get("/comptes/connexion/")
    answer = portal.fill(page, login=camille.email, password=samples.PASSWORD)
    assert answer.headers["Location"] == "/mes-demandes/"
    assert portal.get("/mes-demandes/").status_code == 200


def test_camille_signs_in_with_a_code_sent_by_mail(portal: Portal, camille: User) -> None:
    page = portal.get("/comptes/connexion/code/")
    asked = portal.fill(page, email=camille.email, follow=True)
    mail = Delivery.objects.get()
    assert mail.address == camille.email
    assert mail.secret
    found = re.search(r"\n([A-Z0-9-]{6,})\n", mail.body)
    assert found, mail.body
    wrong = portal.fill(asked, code="AAAAAA")
    assert "Erreur" in wrong.text
    assert portal.fill(wrong, code=found[1]).status_code == 302
    assert portal.get("/mes-demandes/").status_code == 200


@pytest.mark.usefixtures("camille")
def test_a_wrong_password_and_an_unknown_address_get_the_same_words(portal: Portal) -> None:
    texts = []
    for address in ("camille@exemple.fr", "personne@exemple.fr"):
        page = portal.fill(portal.get("/comptes/connexion/"), login=address, password="pas le bon du tout")
        texts.append(re.findall(r'class="error"[^>]*>.*?</p>|<section class="errors".*?</section>', page.text, re.S))
    assert texts[0]
    assert texts[0] == texts[1]


@pytest.mark.usefixtures("camille")
def test_asking_a_code_for_an_unknown_address_shows_the_same_page() -> None:
    pages = [
        (browser := Portal()).fill(browser.get("/comptes/connexion/code/"), email=address, follow=True)
        for address in ("camille@exemple.fr", "personne@exemple.fr")
    ]
    assert pages[0].status_code == pages[1].status_code
    assert pages[0].request["PATH_INFO"] == pages[1].request["PATH_INFO"]


def test_a_new_account_is_confirmed_by_a_code_and_gets_its_person(portal: Portal) -> None:
    samples.town()
    page = portal.fill(
        portal.get("/comptes/inscription/"), email="neuve@exemple.fr", password1=samples.PASSWORD, follow=True
    )
    found = re.search(r"\n([A-Z0-9-]{6,})\n", Delivery.objects.get().body)
    assert found
    portal.fill(page, code=found[1])
    assert Person.objects.get(user__email="neuve@exemple.fr")


def test_camille_signs_out_by_a_post_only(portal: Portal, camille: User) -> None:
    portal.force_login(camille)
    portal.get("/comptes/deconnexion/")
    assert portal.get("/mes-demandes/").status_code == 200
    portal.post("/comptes/deconnexion/")
    assert portal.get("/mes-demandes/").status_code == 302


@pytest.mark.parametrize(
    "path", ["inscription", "connexion", "connexion/code", "mot-de-passe/oublie", "deconnexion", "inactif"]
)
def test_each_page_of_the_accounts_keeps_the_rules(portal: Portal, path: str, camille: User) -> None:
    if path == "deconnexion":
        portal.force_login(camille)
    assert portal.get(f"/comptes/{path}/").status_code == 200


@pytest.mark.parametrize("path", ["adresses", "mot-de-passe"])
def test_each_page_of_ones_own_login_keeps_the_rules(portal: Portal, path: str, camille: User) -> None:
    portal.fill(portal.get("/comptes/connexion/"), login=camille.email, password=samples.PASSWORD)
    assert portal.get(f"/comptes/{path}/").status_code == 200


MAILS = [
    ("/comptes/connexion/code/", {"email": "camille@exemple.fr"}, "Votre code pour vous connecter"),
    ("/comptes/connexion/code/", {"email": "personne@exemple.fr"}, "Aucun compte à cette adresse"),
    (
        "/comptes/mot-de-passe/oublie/",
        {"email": "camille@exemple.fr"},
        "Votre code pour choisir un nouveau mot de passe",
    ),
    (
        "/comptes/inscription/",
        {"email": "camille@exemple.fr", "password1": samples.PASSWORD},
        "Vous avez déjà un compte",
    ),
    (
        "/comptes/inscription/",
        {"email": "neuve@exemple.fr", "password1": samples.PASSWORD},
        "Votre code pour confirmer votre adresse électronique",
    ),
]


@pytest.mark.usefixtures("camille")
@pytest.mark.parametrize(("path", "typed", "subject"), MAILS)
def test_a_mail_about_an_account_is_ours_plain_and_signed_by_the_town_hall(
    portal: Portal, path: str, typed: dict[str, str], subject: str
) -> None:
    portal.fill(portal.get(path), values=typed)
    mail = Delivery.objects.get()
    assert mail.subject == subject
    assert mail.body.startswith("Bonjour,")
    assert "Val-de-Brume" in mail.body
    assert "example.com" not in mail.body
    assert "!" not in mail.body


def test_an_agent_is_led_to_the_desk_and_a_citizen_to_her_requests(portal: Portal, camille: User) -> None:
    Membership.objects.create(user=camille, department=samples.department(), role=Role.AGENT, title="agente")
    page = portal.get("/comptes/connexion/")
    assert portal.fill(page, login=camille.email, password=samples.PASSWORD).headers["Location"] == "/agent/"


def test_a_wrong_password_and_an_unknown_address_cost_the_same_hashes(
    portal: Portal, camille: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What takes the time of a sign-in is the hash: an address without an account must cost it too."""
    hashed: list[str] = []
    hasher = type(get_hasher())
    original = hasher.encode

    def encode(self: Any, password: str, salt: str, *rest: Any, **more: Any) -> str:
        hashed.append(password)
        return str(original(self, password, salt, *rest, **more))

    monkeypatch.setattr(hasher, "encode", encode)
    for address in (camille.email, "personne@exemple.fr"):
        hashed.clear()
        portal.fill(portal.get("/comptes/connexion/"), login=address, password="pas le bon mot de passe")
        assert hashed == ["pas le bon mot de passe"], address
