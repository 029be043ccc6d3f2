"""Every address, every role: who may open what. A new address without a line here fails the suite."""

import uuid

import pytest
from django.core.cache import cache
from django.test import override_settings
from django.urls import reverse

from accounts import consents
from accounts.models import Absence, Invitation, Membership, Person, Purpose, User
from procedures.lifecycle import draft as drafts
from procedures.models import SafePaper
from tests.support import people, samples
from tests.support.addresses import names, parameters
from tests.support.client import Portal, close_files

ROLES = ("anonymous", "other_citizen", "citizen", "agent", "head", "signatory", "auditor", "elsewhere", "town_admin")
AGENTS = ("agent", "head", "signatory", "auditor")
EVERYONE = dict.fromkeys(ROLES, 200)


def desk(inside: int = 200, elsewhere: int = 404) -> dict[str, int]:
    """What the desk answers to a GET: agents of the department, those of another sector, strangers."""
    return {
        "anonymous": 302,
        "other_citizen": 403,
        "citizen": 403,
        **dict.fromkeys(AGENTS, inside),
        "elsewhere": elsewhere,
        "town_admin": 403,
    }


def own(status: int = 200) -> dict[str, int]:
    """What a private page answers: its citizen, and nobody else, agents included."""
    return {**dict.fromkeys(ROLES, 404), "citizen": status}


# A draft of an account, asked for by nobody: the session has ended, the sign-in page leads back.
SIGN_IN_AGAIN = {"anonymous": 302}
SIGNED_IN = {**dict.fromkeys(ROLES, 200), "anonymous": 302}
ACCOUNT_ENTRY = {**dict.fromkeys(ROLES, 302), "anonymous": 200}
# A page that only a started flow opens leads back to its beginning.
FLOW = dict.fromkeys(ROLES, 302)

# What only exists once a second factor was added.
NOTHING_YET = {**dict.fromkeys(ROLES, 404), "anonymous": 302}

# The studio is for administrators; strangers are led to sign in.
ADMIN = {**dict.fromkeys(ROLES, 403), "anonymous": 302, "town_admin": 200}
# What is done by POST only leads back.
ADMIN_ACT = ADMIN | {"town_admin": 302}

# address name → role → status of a GET
EXPECTED: dict[str, dict[str, int]] = {
    "home": EVERYONE,
    "theme": EVERYONE,
    "health": EVERYONE,
    "demo_mails": EVERYONE,
    "set_language": dict.fromkeys(ROLES, 302),
    "filing:catalogue": EVERYONE,
    "filing:schema": EVERYONE,
    "filing:procedure": EVERYONE,
    "filing:start": dict.fromkeys(ROLES, 302),
    # For partners' machines, by POST and token.
    "filing:prepare": dict.fromkeys(ROLES, 302),
    "filing:follow": EVERYONE,
    "filing:follow_code": FLOW,
    "filing:resume": dict.fromkeys(ROLES, 410),
    "filing:draft": own() | SIGN_IN_AGAIN,
    "filing:recap": own(302) | SIGN_IN_AGAIN,
    "filing:link": dict.fromkeys(ROLES, 302),
    "filing:leave": own() | SIGN_IN_AGAIN,
    "filing:discard": dict.fromkeys(ROLES, 302),
    "filing:step": own() | SIGN_IN_AGAIN,
    "filing:conflict": own(302) | SIGN_IN_AGAIN,
    "filing:suggestions": own() | SIGN_IN_AGAIN,
    "filing:upload": own() | SIGN_IN_AGAIN,
    "filing:case": own(),
    "filing:confirmation": own(),
    "filing:consultations": own(),
    "filing:message": dict.fromkeys(ROLES, 302),
    "filing:action": own(),
    "filing:receipt": own(202),
    "filing:file": own(),
    # A space is that of whoever is signed in; agents are persons too.
    "space:home": SIGNED_IN,
    "space:waiting": SIGNED_IN,
    "space:drafts": SIGNED_IN,
    "space:running": SIGNED_IN,
    "space:done": SIGNED_IN,
    "space:profile": SIGNED_IN,
    "space:preferences": SIGNED_IN,
    "space:data": SIGNED_IN,
    "space:download": FLOW,
    "space:erase": SIGNED_IN,
    "space:close_account": SIGNED_IN,
    "space:papers": SIGNED_IN,
    "space:open_safe": FLOW,
    "space:keep_sent": FLOW,
    "space:paper": own() | SIGN_IN_AGAIN,
    "space:paper_file": own() | SIGN_IN_AGAIN,
    "space:throw_paper": own(302) | SIGN_IN_AGAIN,
    "pages:terms": EVERYONE,
    "pages:legal": EVERYONE,
    "pages:privacy": EVERYONE,
    "pages:accessibility": EVERYONE,
    "pages:contact": EVERYONE,
    "pages:sitemap": EVERYONE,
    "pages:verify": EVERYONE,
    "desk:home": desk(elsewhere=200),
    "desk:list": desk(elsewhere=200),
    "desk:absence": desk(elsewhere=200),
    # An absence of Nadia's: nobody else cancels it here.
    "desk:cancel_absence": desk(404) | {"agent": 302},
    "desk:sector": desk(elsewhere=200),
    "studio:team": ADMIN,
    "studio:invite": ADMIN,
    "studio:resend": ADMIN_ACT,
    "studio:cancel_invitation": ADMIN_ACT,
    "studio:person": ADMIN,
    "studio:grant": ADMIN,
    "studio:change_role": ADMIN,
    "studio:end_role": ADMIN_ACT,
    "studio:departure": ADMIN,
    "studio:absence": ADMIN,
    "studio:cancel_absence": ADMIN_ACT,
    "studio:reset_factor": ADMIN,
    # A link that nobody was sent.
    "invitation": dict.fromkeys(ROLES, 404),
    "desk:accesses": desk(403, 403) | {"auditor": 200},
    "desk:case": desk(),
    "desk:action": desk() | {"auditor": 403, "signatory": 403},
    "desk:message": desk(302),
    "desk:read": desk(302),
    "desk:file": desk(),
    "desk:receipt": desk(404),
    "account_login": ACCOUNT_ENTRY,
    "account_request_login_code": ACCOUNT_ENTRY,
    "account_confirm_login_code": FLOW,
    "account_logout": SIGNED_IN,
    "account_signup": ACCOUNT_ENTRY,
    "account_email_verification_sent": FLOW,
    "account_inactive": EVERYONE,
    "account_reauthenticate": SIGNED_IN,
    "account_email": SIGNED_IN,
    "account_change_password": SIGNED_IN,
    "account_set_password": FLOW,
    "account_reset_password": EVERYONE,
    "account_confirm_password_reset_code": FLOW,
    "account_complete_password_reset": FLOW,
    "account_password_reset_completed": EVERYONE,
    "mfa_index": SIGNED_IN,
    "mfa_authenticate": FLOW,
    "mfa_reauthenticate": FLOW,
    # The proof is asked again first.
    "mfa_activate_totp": FLOW,
    "mfa_generate_recovery_codes": FLOW,
    "mfa_add_webauthn": FLOW,
    "mfa_edit_webauthn": FLOW,
    "mfa_remove_webauthn": FLOW,
    "mfa_list_webauthn": SIGNED_IN,
    # Its options are asked for by the script; whoever has no passkey confirms in another way.
    "mfa_login_webauthn": FLOW,
    "mfa_reauthenticate_webauthn": FLOW,
    "mfa_deactivate_totp": NOTHING_YET,
    "mfa_view_recovery_codes": NOTHING_YET,
    "mfa_download_recovery_codes": NOTHING_YET,
    "usersessions_list": SIGNED_IN,
    "identity_links": SIGNED_IN,
    # To the service, or for those who are signed in, to their space.
    "identity_start": dict.fromkeys(ROLES, 302),
    # A return that nobody began.
    "identity_callback": dict.fromkeys(ROLES, 400),
    # By POST only.
    "identity_link": FLOW,
    "identity_unlink": FLOW,
    "identity_signed_out": dict.fromkeys(ROLES, 302),
    "demo_franceconnect": EVERYONE,
    "demo_proconnect": EVERYONE,
}
# A service whose discovery document is known already: no call leaves the tests.
ISSUER = "https://identite.example"
SERVICE = {"franceconnect": {"issuer": ISSUER, "client_id": "portail", "secret": "x", "acr": "eidas1"}}
PLACES = {"issuer": ISSUER, "authorization_endpoint": f"{ISSUER}/authorize", "token_endpoint": f"{ISSUER}/token"}


def test_every_address_has_its_line() -> None:
    assert set(names()) == set(EXPECTED)


@pytest.fixture
def town(db: None) -> people.Desk:
    return people.desk()


def who(role: str, town: people.Desk) -> User | None:
    if role == "other_citizen":
        return samples.citizen("autre@exemple.fr")
    if role == "town_admin":
        user = samples.citizen("admin@exemple.fr")
        Membership.objects.create(user=user, department=town.civil, role="town_admin", title="secrétaire")
        return user
    known = {
        "citizen": town.zoe,
        "agent": town.nadia,
        "head": town.claire,
        "signatory": town.helene,
        "auditor": town.paul,
        "elsewhere": town.roger,
    }
    return known.get(role)


def team_keys(town: people.Desk) -> dict[str, dict[str, object]]:
    """Return what fills the addresses of the team: Nadia, her role, an absence of hers, an invitation."""
    who: dict[str, object] = {"user_id": town.nadia.public_id}
    role = who | {"pk": town.nadia.memberships.get().pk}
    away = Absence.objects.create(user=town.nadia, starts_on="2099-01-05", ends_on="2099-01-09")
    invited = Invitation.objects.create(
        email="lea@exemple.fr", department=town.civil, role="agent", title="agente", token_digest="x"
    )
    return {
        **dict.fromkeys(
            ("studio:person", "studio:grant", "studio:departure", "studio:absence", "studio:reset_factor"), who
        ),
        **dict.fromkeys(("studio:change_role", "studio:end_role"), role),
        "studio:cancel_absence": who | {"pk": away.pk},
        "desk:cancel_absence": {"pk": away.pk},
        "studio:resend": {"pk": invited.pk},
        "studio:cancel_invitation": {"pk": invited.pk},
    }


@override_settings(IDENTITY_SERVICES=SERVICE)
@pytest.mark.parametrize("role", ROLES)
def test_who_may_open_what(role: str, town: people.Desk) -> None:
    submission = town.file()
    stored = people.attach(submission)
    draft = drafts.start(town.procedure, town.zoe.person)
    keys = team_keys(town)
    paper = people.keep_paper(town.zoe)
    values = {
        "slug": "acte",
        "pk": 1,
        "token": "forged",
        "draft_id": draft.public_id,
        "step": "acte",
        "field": "kind",
        "path": "proof",
        "reference": submission.reference,
        "key": "withdraw",
        "file_id": stored.public_id,
        "paper_id": paper.public_id,
        "kind": "profil",
        "place": ".well-known/openid-configuration",
    }
    cache.set(f"oidc.document:{ISSUER}", PLACES)
    user, wrong = who(role, town), []
    for name in sorted(EXPECTED):
        browser = Portal()
        if user:
            browser.force_login(user)
        here = values | ({"key": "take_charge"} if name == "desk:action" else {}) | keys.get(name, {})
        if name.startswith("identity_"):
            here |= {"key": "franceconnect"}
        url = reverse(name, kwargs={key: here[key] for key in parameters(name)})
        answer = browser.get(url)
        close_files(answer)
        status = answer.status_code
        if status != EXPECTED[name][role]:
            wrong.append(f"{name}: {status}, expected {EXPECTED[name][role]}")
    assert not wrong, f"{role}:\n" + "\n".join(wrong)


@pytest.mark.parametrize("role", [role for role in ROLES if role != "citizen"])
def test_nobody_else_posts_for_the_citizen(role: str, town: people.Desk) -> None:
    submission = town.file()
    draft = drafts.start(town.procedure, town.zoe.person)
    browser, user = Portal(), who(role, town)
    if user:
        browser.force_login(user)
    for path in ("message/", "actions/withdraw/"):
        assert browser.post(f"/demandes/{submission.reference}/{path}", {"words": "x"}).status_code == 404
    for path in ("acte/", "recapitulatif/", "lien/", "supprimer/", "terminer/", "fichiers/proof/"):
        answer = browser.post(f"/brouillons/{draft.public_id}/{path}", {"kind": "full"})
        assert answer.status_code == (302 if role == "anonymous" else 404)
        if role == "anonymous":
            assert answer.headers["Location"].startswith("/comptes/connexion/?next=")
    assert browser.get(f"/brouillons/{uuid.uuid4()}/").status_code == 404


@pytest.mark.parametrize("role", [role for role in ROLES if role != "citizen"])
def test_nobody_else_touches_the_papers_of_the_citizen(role: str, town: people.Desk) -> None:
    stored = people.attach(town.file())
    paper = people.keep_paper(town.zoe)
    browser, user = Portal(), who(role, town)
    if user:
        browser.force_login(user)
        consents.give(Person.objects.get(user=user), Purpose.SAFE)
    paths = (f"{paper.public_id}/", f"{paper.public_id}/supprimer/", f"garder/{stored.public_id}/")
    for path in paths:
        answer = browser.post(f"/mes-demandes/papiers/{path}", {"kind": "other", "name": "x"})
        assert answer.status_code == (302 if role == "anonymous" else 404)
    paper.refresh_from_db()
    assert paper.name == "livret.pdf"
    assert SafePaper.objects.count() == 1
