"""Linking an identity service to one's account, and agents who come in by invitation."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import timezone

from accounts.identity import certified
from accounts.identity.oidc.double import Double
from accounts.identity.oidc.people import sub
from accounts.identity.oidc.provider import Identified
from accounts.identity.oidc.services import LEVELS, Service
from accounts.models import CertifiedIdentity, Invitation, Membership, Person, User
from journal.models import Event
from messaging.models import Delivery
from tests.support import samples
from tests.support.client import Portal
from tests.support.identity import choose, come_back, configured, leave, running, walk

FC, PC = "franceconnect", "proconnect"
LINKS = "/comptes/identite/"


@pytest.fixture(scope="module")
def doubles() -> Iterator[dict[str, Double]]:
    with running(FC) as citizens, running(PC) as agents:
        yield {FC: citizens, PC: agents}


@pytest.fixture(autouse=True)
def services(doubles: dict[str, Double], db: None) -> Iterator[dict[str, Double]]:
    samples.department()
    for double in doubles.values():
        double.switch, double.changed = "", {}
    with override_settings(IDENTITY_SERVICES={key: configured(double) for key, double in doubles.items()}):
        yield doubles


@pytest.fixture
def camille() -> User:
    user = samples.citizen()
    Person.objects.filter(user=user).update(family_name="Marchand", given_names="Camille")
    EmailAddress.objects.create(user=user, email=user.email or "", verified=True, primary=True)
    return user


def signed_in(user: User) -> Portal:
    """Return a browser where the password was written just now."""
    portal = Portal()
    portal.fill(portal.get("/comptes/connexion/"), login=user.email, password=samples.PASSWORD)
    return portal


def long_ago(portal: Portal) -> None:
    """Let a quarter of an hour pass since the last proof of who is there."""
    session = portal.session
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [{**record, "at": record["at"] - 1000} for record in records]
    session.save()


def ask(portal: Portal, service: str, verb: str = "relier") -> Any:
    """Press a button of the page of links, and write the password again where it is asked."""
    answer = portal.post(f"{LINKS}{service}/{verb}/")
    if "/comptes/confirmation/" not in answer.headers.get("Location", ""):
        return answer
    return portal.fill(portal.get(answer.headers["Location"]), password=samples.PASSWORD)


def link(portal: Portal, service: str, person: str) -> Any:
    """Link a service from the button to the page that follows the return."""
    page = ask(portal, service)
    assert page.status_code == 200
    return come_back(portal, choose(page.headers["Refresh"].removeprefix("0;url="), person))


def words(answer: Any) -> str:
    return str(answer.content.decode()).replace("\u00a0", " ")


def test_a_citizen_links_her_account_after_writing_her_password_again(camille: User) -> None:
    portal = signed_in(camille)
    assert "Relier FranceConnect à mon compte" in words(portal.get(LINKS))
    long_ago(portal)
    first = portal.post(f"{LINKS}{FC}/relier/")
    assert first.headers["Location"].startswith("/comptes/confirmation/")
    assert link(portal, FC, "camille").headers["Location"] == LINKS
    assert CertifiedIdentity.objects.get().person == camille.person
    assert "est relié à votre compte" in words(portal.get(LINKS))
    other = Portal()
    walk(other, FC, "camille")
    assert other.session["_auth_user_id"] == str(camille.pk)
    assert User.objects.count() == 1


def test_a_wrong_password_links_nothing(camille: User) -> None:
    portal = signed_in(camille)
    long_ago(portal)
    asked = portal.post(f"{LINKS}{FC}/relier/")
    page = portal.fill(portal.get(asked.headers["Location"]), password="pas le bon")
    assert "Refresh" not in page.headers


def test_an_account_is_not_linked_to_another_person(camille: User) -> None:
    portal = signed_in(camille)
    answer = link(portal, FC, "idris")
    assert answer.status_code == 409
    assert "un autre nom" in words(answer)
    assert not CertifiedIdentity.objects.exists()


def test_an_identity_opens_one_account_only(camille: User) -> None:
    walk(Portal(), FC, "camille")
    answer = link(signed_in(camille), FC, "camille")
    assert answer.status_code == 409
    assert CertifiedIdentity.objects.get().person != camille.person


def test_an_account_has_one_identity_of_each_service(camille: User) -> None:
    Person.objects.update(family_name="", given_names="")
    portal = signed_in(camille)
    link(portal, FC, "camille")
    assert link(portal, FC, "yvonne").status_code == 409
    assert CertifiedIdentity.objects.get().sub == sub(FC, "camille")


def test_a_link_begun_by_one_login_is_not_finished_by_another(camille: User) -> None:
    other = samples.citizen("autre@exemple.fr")
    portal = signed_in(camille)
    page = ask(portal, FC)
    back = choose(page.headers["Refresh"].removeprefix("0;url="), "camille")
    session = portal.session
    kept = session["socialaccount_states"]
    portal.force_login(other)
    session = portal.session
    session["socialaccount_states"] = kept
    session.save()
    assert come_back(portal, back).status_code == 400
    assert not CertifiedIdentity.objects.exists()


def test_a_sign_in_never_links_by_the_address(camille: User) -> None:
    User.objects.filter(pk=camille.pk).update(email="camille.marchand@exemple.fr")
    walk(Portal(), FC, "camille")
    assert CertifiedIdentity.objects.get().person.user != camille


def test_a_citizen_unlinks_and_her_account_stays(camille: User) -> None:
    portal = signed_in(camille)
    link(portal, FC, "camille")
    ask(portal, FC, "delier")
    assert not CertifiedIdentity.objects.exists()
    kinds = list(Event.objects.of(f"person:{camille.person.public_id}").values_list("kind", flat=True))
    assert kinds == ["identity.linked", "identity.unlinked"]


def test_the_only_way_into_an_account_is_not_unlinked() -> None:
    portal = Portal()
    walk(portal, FC, "camille")
    portal.post(f"{LINKS}{FC}/delier/")
    assert CertifiedIdentity.objects.exists()
    assert "Confirmez d’abord une adresse" in words(portal.get(LINKS))


def test_nobody_unlinks_the_identity_of_another(camille: User) -> None:
    walk(Portal(), FC, "camille")
    assert ask(signed_in(camille), FC, "delier").status_code == 404
    assert CertifiedIdentity.objects.exists()


def test_an_account_without_a_password_signs_in_again_before_a_change() -> None:
    portal = Portal()
    walk(portal, FC, "camille")
    long_ago(portal)
    portal.post(f"{LINKS}{FC}/delier/")
    assert "connectez-vous à nouveau" in words(portal.get(LINKS))
    assert CertifiedIdentity.objects.exists()


def test_an_address_is_hers_once_its_code_is_written() -> None:
    portal = Portal()
    walk(portal, FC, "camille")
    page = portal.get("/comptes/adresses/")
    page = portal.fill(page, button="action_add", email="camille.marchand@exemple.fr", follow=True)
    found = re.search(r"\n([A-Z0-9-]{6,})\n", Delivery.objects.get().body)
    assert found
    portal.fill(page, code=found[1])
    user = CertifiedIdentity.objects.get().person.user
    assert user is not None
    assert user.email == "camille.marchand@exemple.fr"


def test_a_proven_address_that_another_login_took_meanwhile_stays_there() -> None:
    portal = Portal()
    walk(portal, FC, "camille")
    page = portal.get("/comptes/adresses/")
    page = portal.fill(page, button="action_add", email="camille.marchand@exemple.fr", follow=True)
    owner = samples.citizen("camille.marchand@exemple.fr")
    found = re.search(r"\n([A-Z0-9-]{6,})\n", Delivery.objects.get().body)
    assert found
    portal.fill(page, code=found[1], follow=True)
    owner.refresh_from_db()
    assert owner.email == "camille.marchand@exemple.fr"
    assert not EmailAddress.objects.filter(verified=True).exists()


def invite(**changes: Any) -> Invitation:
    promised = {
        "email": "nouvelle.agente@exemple.fr",
        "department": samples.department(),
        "role": "agent",
        "title": "agente d’état civil",
    }
    return Invitation.objects.create(**(promised | changes))


def test_an_invited_agent_becomes_a_member_once() -> None:
    invitation = invite()
    portal = Portal()
    assert walk(portal, PC, "lea").headers["Location"] == "/agent/"
    membership = Membership.objects.get()
    assert (membership.role, membership.title) == ("agent", "agente d’état civil")
    assert membership.user.person.family_name == "Fontaine"
    invitation.refresh_from_db()
    assert invitation.used_at
    portal.post("/comptes/deconnexion/")
    assert walk(portal, PC, "lea").headers["Location"] == "/agent/"
    assert Membership.objects.count() == 1


def test_proconnect_is_asked_for_its_own_claims() -> None:
    asked = dict(parse_qsl(urlsplit(leave(Portal(), PC)).query))
    assert "siret" in asked["scope"].split()
    assert "ui_locales" not in asked
    wanted = json.loads(asked["claims"])["id_token"]["acr"]
    assert wanted == {"essential": True, "values": ["eidas1", "eidas1-mfa", "eidas2", "eidas3"]}


@pytest.mark.parametrize(
    "changes",
    [
        None,
        {"email": "une.autre@exemple.fr"},
        {"expires_at": timezone.now() - timedelta(days=1)},
        {"used_at": timezone.now()},
    ],
)
def test_an_agent_without_an_open_invitation_is_told_whom_to_ask(changes: dict[str, Any] | None) -> None:
    if changes is not None:
        invite(**changes)
    portal = Portal()
    answer = walk(portal, PC, "lea")
    assert answer.status_code == 403
    assert "responsable de service" in words(answer)
    assert portal.get("/agent/").status_code == 302
    assert not User.objects.exists()
    assert not CertifiedIdentity.objects.exists()


def test_an_invited_address_of_another_employer_stays_outside() -> None:
    invitation = invite()
    assert walk(Portal(), PC, "paul").status_code == 403
    invitation.refresh_from_db()
    assert invitation.used_at is None


def test_an_agent_who_left_no_longer_comes_in() -> None:
    invite()
    walk(Portal(), PC, "lea")
    yesterday = timezone.localdate() - timedelta(days=1)
    Membership.objects.update(starts_on=yesterday - timedelta(days=9), ends_on=yesterday)
    portal = Portal()
    answer = walk(portal, PC, "lea")
    assert answer.status_code == 403
    assert "n’appartenez plus" in words(answer)
    assert portal.get("/mes-demandes/").status_code == 302
    invite()
    assert walk(portal, PC, "lea").headers["Location"] == "/agent/"


def test_an_agent_links_the_account_she_has(camille: User) -> None:
    Membership.objects.create(user=camille, department=samples.department(), role="agent", title="agente")
    portal = signed_in(camille)
    link(portal, PC, "nadia")
    other = Portal()
    walk(other, PC, "nadia")
    assert other.session["_auth_user_id"] == str(camille.pk)


def test_a_citizen_is_not_offered_to_link_proconnect(camille: User) -> None:
    portal = signed_in(camille)
    assert "ProConnect" not in words(portal.get(LINKS))
    assert link(portal, PC, "nadia").status_code == 403
    assert not CertifiedIdentity.objects.exists()


@pytest.mark.parametrize("wanted", LEVELS)
def test_a_level_accepts_itself_and_the_stronger_ones_only(wanted: str) -> None:
    accepted = Service(key=PC, issuer="", client_id="", secret="", acr=wanted).accepted
    expected = {
        "eidas0": list(LEVELS),
        "eidas0-mfa": ["eidas0-mfa", "eidas1-mfa", "eidas2", "eidas3"],
        "eidas1": ["eidas1", "eidas1-mfa", "eidas2", "eidas3"],
        "eidas1-mfa": ["eidas1-mfa", "eidas2", "eidas3"],
        "eidas2": ["eidas2", "eidas3"],
        "eidas3": ["eidas3"],
    }
    assert accepted == expected[wanted]


@pytest.mark.parametrize("acr", [None, "", "eidas9", 3, ["eidas3"], "https://proconnect.gouv.fr/assurance/x"])
def test_an_unknown_level_is_never_enough(acr: object) -> None:
    assert not Service(key=PC, issuer="", client_id="", secret="", acr="eidas0").accepts(acr)


@pytest.mark.parametrize(
    ("own", "given", "same"),
    [
        ("Marchand", "Camille", True),
        ("MARCHAND", "", True),
        ("", "", True),
        ("Kervella", "Camille", True),
        ("Roy", "Camille", False),
        ("Marchand", "Anne", False),
    ],
)
def test_names_are_compared_without_accents_and_by_the_first_given_name(own: str, given: str, same: bool) -> None:
    claims = {"family_name": "Marchand", "preferred_username": "Kervellà", "given_name": "Camille Jeanne"}
    assert certified.same_name(Person(family_name=own, given_names=given), claims) is same


def test_two_first_returns_at_once_make_one_account(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Identified(issuer="https://i.example", sub="s", claims={"given_name": "Zoé"}, id_token="")
    user = certified.sign_in(FC, found)
    known, looks = certified._known, iter([True, False])
    # The other return commits between the look and the write: the first look finds nothing.
    monkeypatch.setattr(certified, "_known", lambda *given: None if next(looks) else known(*given))
    assert certified.sign_in(FC, found) == user
    assert User.objects.count() == 1


def test_the_command_invites_and_says_what_is_wrong() -> None:
    out = StringIO()
    call_command("invite", "Lea@Exemple.FR", "etat-civil", title="agente", stdout=out)
    call_command("invite", "lea@exemple.fr", "etat-civil", title="cheffe de bureau", stdout=out)
    assert list(Invitation.objects.values_list("email", "title")) == [("lea@exemple.fr", "cheffe de bureau")]
    for arguments, options, wrong in [
        (("lea", "etat-civil"), {}, "not an e-mail"),
        (("lea@exemple.fr", "nulle-part"), {}, "Known: etat-civil"),
        (("lea@exemple.fr", "etat-civil"), {"role": "signatory"}, "--authority"),
        (("lea@exemple.fr", "etat-civil"), {"by": "x@exemple.fr"}, "Nobody here"),
    ]:
        with pytest.raises(CommandError, match=wrong):
            call_command("invite", *arguments, title="agente", **options)
