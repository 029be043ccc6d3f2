"""An invitation: a link by mail that works once, for one address, until its day; nothing is given to anyone else."""

import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.utils import timezone

from accounts import tasks
from accounts.models import Invitation, Membership, User
from accounts.team import invitations
from journal.models import Event
from messaging.models import Delivery
from tests.support import people, samples
from tests.support.client import Portal

TEAM = "/atelier/equipe/"
LEA = "lea@exemple.fr"


@pytest.fixture
def town(db: None) -> people.Desk:
    return people.desk()


@pytest.fixture
def admin(town: people.Desk) -> Portal:
    odile = people.staff("odile@exemple.fr", "Odile", "Tessier", town.civil, "town_admin", "directrice générale")
    browser = Portal()
    people.sign_in(browser, odile)
    return browser


def invite(admin: Portal, town: people.Desk, email: str = LEA, **changed: Any) -> Any:
    page = admin.get(f"{TEAM}inviter/")
    values = {"email": email, "department": str(town.civil.pk), "role": "agent", "title": "agente d’accueil", **changed}
    return admin.fill(page, values=values, follow=True)


def link(email: str = LEA) -> str:
    """Return the path of the link that was last sent to an address."""
    mail = Delivery.objects.filter(address=email).latest("pk")
    found = re.search(r"(/comptes/invitation/\S+/)", mail.body)
    assert found, mail.body
    return found[1]


def texts(page: Any) -> str:
    return str(page.content.decode()).replace("\u00a0", " ")


def create(browser: Portal, path: str, **changed: str) -> Any:
    values = {"given_names": "Léa", "family_name": "Fontaine", "password": samples.PASSWORD, **changed}
    return browser.fill(browser.get(path), values=values)


def test_the_link_leads_a_newcomer_to_her_login_and_her_department(admin: Portal, town: people.Desk) -> None:
    page = invite(admin, town)
    assert "L’invitation est envoyée à lea@exemple.fr." in texts(page)
    mail = Delivery.objects.get(address=LEA)
    assert "Odile Tessier vous invite" in mail.body
    assert "Service État civil" in mail.body
    assert mail.secret
    hers = Portal()
    page = hers.get(link())
    assert "Service État civil" in texts(page)
    assert LEA in texts(page)
    answer = create(hers, link())
    assert answer.headers["Location"] == "/agent/"
    assert hers.get("/agent/").status_code == 200
    user = User.objects.get(email=LEA)
    assert user.person.display_name == "Léa Fontaine"
    assert EmailAddress.objects.get(user=user).verified
    assert user.memberships.get().title == "agente d’accueil"
    assert [event.kind for event in Event.objects.of(user.key)] == ["invitation.used"]
    assert [event.kind for event in Event.objects.of("department:etat_civil")] == ["invitation.sent"]


def test_only_the_digest_of_the_link_is_kept(admin: Portal, town: people.Desk) -> None:
    invite(admin, town)
    token = link().split("/")[3]
    kept = Invitation.objects.get()
    assert token not in str(vars(kept))
    assert len(token) >= 43


def test_a_second_factor_comes_before_anything_of_the_desk(admin: Portal, town: people.Desk, settings: Any) -> None:
    invite(admin, town)
    settings.SECOND_FACTOR = True
    hers = Portal()
    create(hers, link())
    assert hers.get("/agent/").headers["Location"].startswith("/comptes/securite/application/")


def test_a_link_works_once(admin: Portal, town: people.Desk) -> None:
    invite(admin, town)
    create(Portal(), link())
    page = Portal().get(link())
    assert page.status_code == 410
    assert "Cette invitation a déjà servi" in texts(page)
    assert LEA not in texts(page)
    post = Portal().post(link(), {"given_names": "x", "family_name": "x", "password": samples.PASSWORD})
    assert post.status_code == 410
    assert Membership.objects.filter(user__email=LEA).count() == 1


def test_someone_else_is_told_so_and_given_nothing(admin: Portal, town: people.Desk) -> None:
    invite(admin, town)
    path = link()
    other = Portal()
    other.force_login(town.zoe)
    page = other.get(path)
    assert page.status_code == 403
    assert "Vous êtes connecté comme Zoé Lefèvre." in texts(page)
    assert "Service État civil" not in texts(page)
    assert other.post(path).status_code == 403
    assert not town.zoe.memberships.exists()
    out = other.fill(page, follow=True)
    assert out.request["PATH_INFO"] == path
    assert "Créer mon compte" in texts(out)


def test_an_address_that_has_a_login_signs_in_then_accepts(admin: Portal, town: people.Desk) -> None:
    invite(admin, town, email="zoe@exemple.fr")
    path = link("zoe@exemple.fr")
    hers = Portal()
    page = hers.get(path)
    assert "Un compte a déjà l’adresse zoe@exemple.fr" in texts(page)
    assert 'name="password"' not in texts(page)
    assert hers.post(path, {"password": samples.PASSWORD}).status_code == 200
    people.sign_in(hers, town.zoe)
    page, before = hers.get(path), hers.cookies["sessionid"].value
    answer = hers.fill(page)
    assert answer.headers["Location"] == "/agent/"
    # Her session may do more than before: another key opens it.
    assert hers.cookies["sessionid"].value != before
    assert town.zoe.memberships.get().role == "agent"
    assert hers.post(path).status_code == 410


def test_a_cancelled_an_expired_and_an_unknown_link_open_nothing(admin: Portal, town: people.Desk) -> None:
    invite(admin, town)
    path = link()
    Invitation.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    page = Portal().get(path)
    assert page.status_code == 410
    assert "Cette invitation a expiré" in texts(page)
    assert "expirée" in texts(admin.get(TEAM))
    found = Invitation.objects.get()
    admin.post(f"{TEAM}invitations/{found.pk}/annuler/")
    assert "Aucune invitation n’attend de réponse." in texts(admin.get(TEAM))
    Invitation.objects.update(expires_at=timezone.now() + timedelta(days=1))
    page = Portal().get(path)
    assert page.status_code == 410
    assert "Cette invitation a été annulée" in texts(page)
    page = Portal().get(path.replace("/invitation/", "/invitation/x"))
    assert page.status_code == 404
    assert "Ce lien d’invitation n’existe pas" in texts(page)
    assert Portal().post(path, {"password": samples.PASSWORD}).status_code == 410
    assert not User.objects.filter(email=LEA).exists()


def test_sending_again_makes_a_new_link_and_kills_the_first(admin: Portal, town: people.Desk) -> None:
    invite(admin, town)
    first, found = link(), Invitation.objects.get()
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    admin.post(f"{TEAM}invitations/{found.pk}/renvoyer/")
    assert link() != first
    assert Portal().get(first).status_code == 404
    assert Portal().get(link()).status_code == 200
    assert Delivery.objects.filter(address=LEA).count() == 2


def test_two_clicks_send_one_mail_and_a_corrected_title_replaces_the_first(admin: Portal, town: people.Desk) -> None:
    invite(admin, town)
    page = invite(admin, town)
    assert page.status_code == 422
    assert "Cette personne est déjà invitée" in texts(page)
    assert Delivery.objects.filter(address=LEA).count() == 1
    assert invite(admin, town, title="agente du guichet").status_code == 200
    assert Invitation.objects.get().title == "agente du guichet"


def test_an_administrator_does_not_invite_herself(admin: Portal, town: people.Desk) -> None:
    page = invite(admin, town, email="Odile@exemple.fr", role="head")
    assert page.status_code == 422
    assert "Vous ne pouvez pas changer vos propres rôles" in texts(page)
    assert not Invitation.objects.exists()


def test_a_role_already_held_is_not_promised(admin: Portal, town: people.Desk) -> None:
    page = invite(admin, town, email=" Nadia@exemple.fr ")
    assert page.status_code == 422
    assert "Cette personne a déjà ce rôle dans ce service." in texts(page)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"password": "court"}, "Choisissez un mot de passe plus long"),
        ({"family_name": ""}, "Écrivez votre nom de famille"),
        ({"password": ""}, "Choisissez un mot de passe."),
    ],
)
def test_a_login_that_is_not_complete_is_asked_again_and_the_link_still_works(
    admin: Portal, town: people.Desk, changed: dict[str, str], words: str
) -> None:
    invite(admin, town)
    hers = Portal()
    answer = create(hers, link(), **changed)
    assert answer.status_code == 422
    assert words in texts(answer)
    assert not User.objects.filter(email=LEA).exists()
    assert create(hers, link()).status_code == 302


def test_proconnect_is_offered_where_it_is_configured(admin: Portal, town: people.Desk, settings: Any) -> None:
    invite(admin, town)
    assert "ProConnect" not in texts(Portal().get(link()))
    settings.IDENTITY_SERVICES = {
        "proconnect": {"issuer": "https://identite.example", "client_id": "portail", "secret": "x", "acr": "eidas1"}
    }
    page = texts(Portal().get(link()))
    assert "S’identifier avec ProConnect" in page
    assert 'href="/comptes/identite/proconnect/"' in page


def test_guessing_links_is_stopped(town: people.Desk) -> None:
    browser = Portal()
    statuses = [browser.get(f"/comptes/invitation/devine-{number}/").status_code for number in range(61)]
    assert set(statuses[:60]) == {404}
    assert statuses[60] == 429


def test_an_invitation_of_another_department_is_neither_seen_nor_touched(admin: Portal, town: people.Desk) -> None:
    invitations.invite("rose@exemple.fr", town.roads, "agent", by=None, title="agente")
    found = Invitation.objects.get()
    assert "rose@exemple.fr" not in texts(admin.get(TEAM))
    for act in ("renvoyer", "annuler"):
        assert admin.post(f"{TEAM}invitations/{found.pk}/{act}/").status_code == 404
    found.refresh_from_db()
    assert found.is_open


def test_what_served_or_expired_is_forgotten_after_ninety_days(town: people.Desk) -> None:
    for number in range(4):
        invitations.invite(f"p{number}@exemple.fr", town.civil, "agent", by=None, title="agente")
    long_ago, lately = timezone.now() - timedelta(days=91), timezone.now() - timedelta(days=89)
    Invitation.objects.filter(email="p0@exemple.fr").update(used_at=long_ago)
    Invitation.objects.filter(email="p1@exemple.fr").update(expires_at=long_ago)
    Invitation.objects.filter(email="p2@exemple.fr").update(used_at=lately)
    assert tasks.sweep() == 2
    assert set(Invitation.objects.values_list("email", flat=True)) == {"p2@exemple.fr", "p3@exemple.fr"}


def test_the_terminal_sends_the_same_mail(town: people.Desk) -> None:
    call_command("invite", LEA, "voirie", title="agente", stdout=StringIO())
    page = Portal().get(link())
    assert "Service Voirie" in texts(page)
    event = Event.objects.of("department:voirie").get()
    assert (event.actor, event.role) == ("terminal", "system")
