"""Every address, every role: who may open what. A new address without a line here fails the suite."""

import uuid
from typing import Any

import pytest
from django.core.cache import caches

from accounts import consents
from accounts.models import Person, Purpose
from procedures.lifecycle import draft as drafts
from procedures.models import Draft, SafePaper
from tests.support import people
from tests.support.addresses import names
from tests.support.client import Portal, close_files
from tests.support.rights import EACH_ROLE, ROLES, Asked, browser_of, who

AGENTS = ("agent", "head", "signatory", "auditor")
EVERYONE = dict.fromkeys(ROLES, 200)
# Where one works: strangers are led to sign in, whoever has not given her second factor is led to it.
GUARDED = {"anonymous": 302, "superuser_bare": 302}


def desk(inside: int = 200, elsewhere: int = 404) -> dict[str, int]:
    """What the desk answers to a GET: agents of the department, those of another sector, strangers."""
    return {
        **dict.fromkeys(ROLES, 403),
        **GUARDED,
        **dict.fromkeys(AGENTS, inside),
        "elsewhere": elsewhere,
    }


def own(status: int = 200) -> dict[str, int]:
    """What a private page answers: its citizen, and nobody else, agents included."""
    return {**dict.fromkeys(ROLES, 404), "citizen": status}


def followed(status: int = 200) -> dict[str, int]:
    """What a page of a request answers: its citizen, and whoever holds her mandate for it."""
    return own(status) | {"helper": status}


# A draft of an account, asked for by nobody: the session has ended, the sign-in page leads back.
SIGN_IN_AGAIN = {"anonymous": 302}
SIGNED_IN = {**dict.fromkeys(ROLES, 200), "anonymous": 302}
ACCOUNT_ENTRY = {**dict.fromkeys(ROLES, 302), "anonymous": 200}
# A page that only a started flow opens leads back to its beginning.
FLOW = dict.fromkeys(ROLES, 302)

# What only exists once a second factor was added.
NOTHING_YET = {**dict.fromkeys(ROLES, 404), "anonymous": 302}

# Agents and heads enter requests for others; a signatory and an auditor do not.
ENTERERS = desk() | {"signatory": 403, "auditor": 403}
# Whether it exists is not said.
NOT_ENTERED = {"signatory": 404, "auditor": 404}

# An auditor takes nothing out.
EXPORTERS = desk() | {"auditor": 403}
OF_NADIA = {"agent": 302, "head": 404, "signatory": 404}

# The studio is for administrators; whom they do not administer does not exist for them.
STUDIO = {**dict.fromkeys(ROLES, 403), **GUARDED, "town_admin": 200, "admin_elsewhere": 200}
ADMIN = STUDIO | {"admin_elsewhere": 404}
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
    "filing:case": followed(),
    "filing:confirmation": followed(),
    "filing:consultations": followed(),
    "filing:pieces": followed(),
    "filing:correction": followed(),
    "filing:notification": followed(),
    "filing:silence": followed(302),
    "filing:attestation": followed(404),
    "filing:message": dict.fromkeys(ROLES, 302),
    "filing:action": followed(),
    "filing:receipt": followed(202),
    "filing:later_receipt": followed(404),
    "filing:decision": followed(404),
    "filing:pieces_receipt": followed(404),
    "filing:file": followed(),
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
    # After the code sent to an address that another account holds.
    "space:same_person": FLOW,
    "space:open_safe": FLOW,
    "space:keep_sent": FLOW,
    "space:helping": SIGNED_IN,
    "space:child": SIGNED_IN,
    "space:ask_mandate": SIGNED_IN,
    # A code and a paper that the helper waits for.
    "space:mandate_code": own(404) | SIGN_IN_AGAIN | {"helper": 200},
    "space:mandate_paper": own(404) | SIGN_IN_AGAIN | {"helper": 200},
    "space:mandates": SIGNED_IN,
    "space:offer_mandate": SIGNED_IN,
    "space:end_mandate": followed() | SIGN_IN_AGAIN,
    "space:mandate_link": dict.fromkeys(ROLES, 404),
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
    # Who signs nowhere has nothing to sign.
    "desk:to_sign": desk(403, 403) | {"signatory": 200},
    "desk:absence": desk(elsewhere=200),
    # An absence of Nadia's: nobody else cancels it here.
    "desk:cancel_absence": desk(404) | {"agent": 302},
    "desk:sector": desk(elsewhere=200),
    "desk:entries": ENTERERS | {"elsewhere": 200},
    "desk:enter": ENTERERS | NOT_ENTERED,
    # An entry of Nadia's, and a paper that it does not hold.
    "desk:entry": ENTERERS | NOT_ENTERED,
    "desk:entry_paper": desk(404),
    "desk:entered": desk(),
    "desk:give_receipt": desk(302),
    # A signed paper that waits to be checked.
    "desk:mandates": ENTERERS | {"elsewhere": 200},
    "desk:mandate": ENTERERS | NOT_ENTERED,
    "desk:mandate_file": ENTERERS | NOT_ENTERED,
    "exchange:exports": EXPORTERS | {"elsewhere": 200},
    "exchange:ask": EXPORTERS | {"elsewhere": 200},
    # An export of Nadia's: nobody else takes it, the head of her department no more than another.
    "exchange:download": EXPORTERS | OF_NADIA,
    "exchange:remove": EXPORTERS | OF_NADIA,
    "studio:procedures": STUDIO,
    "studio:naming": ADMIN_ACT,
    **dict.fromkeys(("studio:letters", "studio:new_letter", "studio:letter", "studio:letter_preview"), ADMIN),
    # Nothing is being written: the list is shown.
    "studio:publish": ADMIN_ACT,
    # It leads to the first step.
    "studio:edit": ADMIN_ACT,
    **dict.fromkeys(("studio:step", "studio:section", "studio:question", "studio:stop"), ADMIN),
    **dict.fromkeys(("studio:add", "studio:add_step", "studio:add_section", "studio:add_stop"), ADMIN),
    "studio:undo": ADMIN_ACT,
    **dict.fromkeys(
        ("studio:presentation", "studio:rules", "studio:workflow", "studio:versions", "studio:export", "studio:advice"),
        ADMIN,
    ),
    **dict.fromkeys(("studio:state", "studio:transition", "studio:add_state", "studio:add_transition"), ADMIN),
    **dict.fromkeys(
        ("studio:opening", "studio:add_edition", "studio:edition", "studio:rule", "studio:add_rule"), ADMIN
    ),
    # Each begins in her own department.
    **dict.fromkeys(("studio:new", "studio:begin"), STUDIO),
    "studio:drop_letter": ADMIN_ACT,
    "studio:places": STUDIO,
    "studio:place": STUDIO,
    "studio:team": STUDIO,
    "register:shown": STUDIO,
    "register:ods": STUDIO,
    "register:json": STUDIO,
    "archives:shown": STUDIO,
    "archives:state": STUDIO,
    # A list of the civil status department.
    "archives:list": ADMIN,
    "archives:ods": ADMIN,
    # Taken by POST only: a GET leads back to the list.
    "archives:seda": ADMIN_ACT,
    "studio:invite": STUDIO,
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
    # About Nadia.
    "desk:reading": desk(403, 403) | {"auditor": 200},
    "desk:case": desk(),
    "desk:action": desk() | {"auditor": 403, "signatory": 403},
    "desk:silence": desk(302),
    "desk:give_up_pieces": desk(302),
    "desk:note_pieces": desk() | {"signatory": 403, "auditor": 403},
    # The reasons of a refusal by silence, asked for.
    "desk:reasons": desk() | {"signatory": 403, "auditor": 403},
    "desk:attestation": desk(404),
    "desk:posting": desk() | {"signatory": 403, "auditor": 403},
    "desk:keeping": desk(),
    "desk:extend": desk() | {"signatory": 403, "auditor": 403},
    # A GET leads to the request: these are buttons of its page.
    **dict.fromkeys(("desk:assign", "desk:label", "desk:note", "desk:undo"), desk(302)),
    "desk:statistics": desk() | {"elsewhere": 200},
    "desk:shortcuts": desk() | {"elsewhere": 200},
    **dict.fromkeys(("desk:columns", "desk:views", "desk:keep_view"), desk() | {"elsewhere": 200}),
    "desk:drop_view": desk(302) | {"elsewhere": 302},
    **dict.fromkeys(("desk:prepare", "desk:batches"), desk() | {"auditor": 403, "elsewhere": 200}),
    # Of Nadia's own asking: nobody else's.
    "desk:batch": desk(404) | {"agent": 200},
    "desk:stop_batch": desk(404) | {"agent": 302},
    "desk:hand_over": desk() | {"signatory": 403, "auditor": 403},
    "desk:opinion_ask": desk() | {"signatory": 403, "auditor": 403},
    "filing:rate": followed(),
    "desk:calendar": desk(elsewhere=200),
    # Its procedure has nothing to note: it leads back.
    "desk:annotations": desk(302) | {"signatory": 403, "auditor": 403},
    "desk:delivery": desk(302),
    "desk:ratings": desk(elsewhere=200),
    "desk:hide_rating": desk(302, elsewhere=302),
    "pages:quality": EVERYONE,
    "pages:quality_data": EVERYONE,
    "tokens:shown": STUDIO,
    "tokens:revoke": ADMIN_ACT,
    "tokens:hooks": STUDIO,
    "tokens:hook": ADMIN,
    # A session opens nothing of the API: its document alone is for everyone.
    "api:openapi-json": EVERYONE,
    "api:api-root": dict.fromkeys(ROLES, 404),
    "api:nowhere": dict.fromkeys(ROLES, 404),
    **dict.fromkeys(
        ("api:requests", "api:one", "api:messages", "api:events", "api:procedures"), dict.fromkeys(ROLES, 401)
    ),
    **dict.fromkeys(("api:note", "api:move"), dict.fromkeys(ROLES, 405)),
    "api:message": dict.fromkeys(ROLES, 401),
    "desk:ties": desk() | {"signatory": 403, "auditor": 403},
    "desk:watch": desk(302),
    # It has not ended: its page leads back.
    "desk:reopen": desk(302) | {"signatory": 403, "auditor": 403},
    "desk:opinions_seen": desk(302),
    # The links of opinions are their own key; this one is forged.
    "consulted:opinion": dict.fromkeys(ROLES, 404),
    "consulted:file": dict.fromkeys(ROLES, 404),
    "desk:opinion": desk() | {"signatory": 403, "auditor": 403},
    "desk:send_on": desk() | {"signatory": 403, "auditor": 403},
    # A request that was sent on, and kept.
    "desk:sent_on_arrived": desk() | {"signatory": 403, "auditor": 403},
    # A request that was granted.
    "desk:withdraw": desk() | {"auditor": 403},
    "desk:death": desk() | {"auditor": 403, "signatory": 403},
    "desk:message": desk(302),
    "desk:read": desk(302),
    "desk:file": desk(),
    "desk:receipt": desk(404),
    "desk:later_receipt": desk(404),
    "desk:decision": desk(404),
    "desk:pieces_receipt": desk(404),
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


@pytest.mark.parametrize("role", EACH_ROLE)
def test_who_may_open_what(role: str, town: people.Desk, settings: Any) -> None:
    settings.SECOND_FACTOR, settings.IDENTITY_SERVICES = True, SERVICE
    asked, user, wrong = Asked(town), who(role, town), []
    caches["local"].set(f"oidc.document:{ISSUER}", PLACES)
    for name in sorted(EXPECTED):
        # Signed in a while ago: what asks for the proof again leads there.
        answer = browser_of(role, user, proved=600).get(asked.url(name))
        close_files(answer)
        if answer.status_code != EXPECTED[name][role]:
            wrong.append(f"{name}: {answer.status_code}, expected {EXPECTED[name][role]}")
    assert not wrong, f"{role}:\n" + "\n".join(wrong)


@pytest.mark.parametrize("role", [role for role in ROLES if role not in {"citizen", "helper"}])
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


@pytest.mark.parametrize("role", [role for role in ROLES if role not in {"agent", "head"}])
def test_nobody_else_posts_in_what_agents_enter(role: str, town: people.Desk, settings: Any) -> None:
    settings.SECOND_FACTOR = True
    draft = town.begin_entry()
    browser = browser_of(role, who(role, town))
    refused = 302 if role == "anonymous" else 404
    for path in ("acte/", "recapitulatif/", "lien/", "supprimer/", "terminer/", "fichiers/proof/"):
        assert browser.post(f"/brouillons/{draft.public_id}/{path}", {"kind": "full"}).status_code == refused
    inside = EXPECTED["desk:entry"][role]
    for path in (f"saisies/{draft.public_id}/", "saisies/nouvelle/acte/"):
        assert browser.post(f"/agent/{path}", {"channel": "phone", "day": "2026-01-05"}).status_code == inside
    kept = Draft.objects.get()
    assert (kept.channel, kept.answers) == ("counter", {})
