"""Every address, every role: who may send what. Whoever is refused has written nothing."""

from typing import Any

import pytest
from django.core.cache import cache, caches
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from tests.support import people
from tests.support.addresses import names
from tests.support.client import close_files
from tests.support.rights import CITIZENS, EACH_ROLE, ROLES, Asked, browser_of, who
from tests.test_rights import AGENTS, ISSUER, NOT_ENTERED, PLACES, SERVICE

# An empty form is sent: 422 is said to whoever is let in and has something to fill in.
SIGN_IN, FACTOR = "sign in", "second factor"
Answer = int | str
Answers = dict[str, Answer]


def everyone(status: Answer) -> Answers:
    """What does not depend on who asks."""
    return dict.fromkeys(ROLES, status)


def signed_in(status: Answer) -> Answers:
    """What is one's own account or space: strangers are led to sign in."""
    return everyone(status) | {"anonymous": SIGN_IN}


def work(refused: Answer, **let_in: Answer) -> Answers:
    """What is done at work: by the roles named, after their second factor."""
    return {**everyone(refused), "anonymous": SIGN_IN, "superuser_bare": FACTOR, **let_in}


def owner(status: Answer, anonymous: Answer = 404) -> Answers:
    """What is its citizen's alone: to anybody else, agents included, it does not exist."""
    return {**everyone(404), "anonymous": anonymous, "citizen": status}


def desk(status: Answer, *agents: str, elsewhere: Answer = 404) -> Answers:
    """What agents of the department do, those named; its others are refused, those of another sector know nothing."""
    return work(403, **dict.fromkeys(agents, status), elsewhere=elsewhere)


def studio(status: Answer, elsewhere: Answer = 404) -> Answers:
    """What the administrator of the department does; another's finds nobody of it."""
    return work(403, town_admin=status, admin_elsewhere=elsewhere)


def followed(status: Answer) -> Answers:
    """What its citizen does, and whoever holds her mandate for it."""
    return owner(status) | {"helper": status}


READ_ONLY = everyone(405)
# At work the second factor comes before anything else.
READ_ONLY_WORK = READ_ONLY | {"superuser_bare": FACTOR}
READ_ONLY_OWN = signed_in(405)
# A step of a flow that nobody began.
NO_FLOW = everyone(302)
ENTRY = {**everyone(302), "anonymous": 200}

# address name → role → what a POST gets
SENT: dict[str, Answers] = {
    "home": READ_ONLY,
    "theme": READ_ONLY,
    "health": READ_ONLY,
    "demo_mails": READ_ONLY,
    "set_language": everyone(302),
    "filing:catalogue": READ_ONLY,
    "filing:schema": READ_ONLY,
    "filing:procedure": READ_ONLY,
    # Who may act for someone says for whom it is.
    "filing:start": everyone(302) | {"helper": 422},
    # A partner's machine gives its token.
    "filing:prepare": everyone(401),
    "filing:follow": everyone(422),
    "filing:follow_code": NO_FLOW,
    "filing:resume": everyone(410),
    "filing:draft": READ_ONLY,
    "filing:recap": owner(302, SIGN_IN),
    "filing:link": owner(422, SIGN_IN),
    "filing:leave": owner(200, SIGN_IN),
    "filing:discard": owner(302, SIGN_IN),
    "filing:step": owner(422, SIGN_IN),
    "filing:conflict": owner(302, SIGN_IN),
    "filing:suggestions": READ_ONLY,
    # Her first step is not filled in: no file is asked of her yet.
    "filing:upload": owner(404, SIGN_IN),
    "filing:case": READ_ONLY,
    "filing:confirmation": READ_ONLY,
    "filing:consultations": READ_ONLY,
    # Nothing chosen, nothing said: it is kept as it is.
    "filing:pieces": followed(302),
    "filing:correction": followed(302),
    # Silence has decided nothing yet.
    "filing:notification": followed(422),
    "filing:silence": followed(302),
    "filing:attestation": READ_ONLY,
    "filing:message": followed(422),
    "filing:action": followed(302),
    "filing:receipt": READ_ONLY,
    "filing:later_receipt": READ_ONLY,
    "filing:decision": READ_ONLY,
    "filing:pieces_receipt": READ_ONLY,
    "filing:file": READ_ONLY,
    "space:home": READ_ONLY_OWN,
    "space:waiting": READ_ONLY_OWN,
    "space:drafts": READ_ONLY_OWN,
    "space:running": READ_ONLY_OWN,
    "space:done": READ_ONLY_OWN,
    "space:profile": signed_in(302),
    "space:preferences": signed_in(422),
    "space:data": READ_ONLY,
    "space:download": signed_in(200),
    "space:erase": signed_in(302),
    # The account of who works for the town is not hers to close.
    "space:close_account": signed_in(403) | dict.fromkeys(CITIZENS, 422),
    "space:papers": signed_in(422),
    # After the code sent to an address that another account holds.
    "space:same_person": signed_in(302),
    "space:open_safe": signed_in(302),
    "space:keep_sent": owner(302, SIGN_IN),
    "space:helping": READ_ONLY,
    "space:child": signed_in(422),
    "space:ask_mandate": signed_in(422),
    "space:mandate_code": owner(404, SIGN_IN) | {"helper": 422},
    "space:mandate_paper": owner(404, SIGN_IN) | {"helper": 422},
    "space:mandates": READ_ONLY,
    "space:offer_mandate": signed_in(422),
    "space:end_mandate": followed(302) | {"anonymous": SIGN_IN},
    "space:mandate_link": everyone(404),
    "space:paper": owner(422, SIGN_IN),
    "space:paper_file": READ_ONLY,
    "space:throw_paper": owner(302, SIGN_IN),
    "pages:terms": READ_ONLY,
    "pages:legal": READ_ONLY,
    "pages:privacy": READ_ONLY,
    "pages:accessibility": READ_ONLY,
    "pages:contact": READ_ONLY,
    "pages:sitemap": READ_ONLY,
    "pages:verify": everyone(422),
    "desk:home": READ_ONLY_WORK,
    "desk:list": READ_ONLY_WORK,
    # Nothing ticked.
    "desk:to_sign": desk(302, "signatory", elsewhere=403),
    "desk:absence": desk(422, *AGENTS, elsewhere=422),
    # An absence of Nadia's.
    "desk:cancel_absence": desk(404, *AGENTS) | {"agent": 302},
    "desk:sector": desk(422, *AGENTS, elsewhere=422),
    "desk:accesses": READ_ONLY_WORK,
    "desk:reading": desk(422, "auditor", elsewhere=403),
    "desk:case": READ_ONLY_WORK,
    "desk:action": desk(302, "agent", "head"),
    # Silence has decided nothing yet: said, and nothing done.
    "desk:silence": desk(302, "agent", "head"),
    "desk:give_up_pieces": desk(302, "agent", "head"),
    "desk:note_pieces": desk(422, "agent", "head"),
    "desk:posting": desk(422, "agent", "head"),
    "desk:keeping": desk(422, "head"),
    "desk:extend": desk(422, "agent", "head"),
    "desk:assign": desk(302, "agent", "head"),
    "desk:label": desk(422, "agent", "head"),
    "desk:note": desk(422, "agent", "head", "signatory"),
    "desk:undo": desk(302, "agent", "head"),
    # One's own switch.
    "desk:shortcuts": desk(302, *AGENTS, elsewhere=302),
    "desk:columns": READ_ONLY_WORK,
    "desk:views": READ_ONLY_WORK,
    "desk:keep_view": desk(422, *AGENTS, elsewhere=422),
    # A view of Nadia's own.
    "desk:drop_view": desk(404, *AGENTS) | {"agent": 302},
    # Nothing is ticked: said, and nothing done.
    "desk:prepare": desk(200, "agent", "head", "signatory", elsewhere=200),
    "desk:statistics": READ_ONLY_WORK,
    "desk:batches": READ_ONLY_WORK,
    "desk:batch": READ_ONLY_WORK,
    "desk:stop_batch": desk(404, *AGENTS) | {"agent": 302},
    "desk:hand_over": desk(422, "agent", "head"),
    "desk:opinion_ask": desk(422, "agent", "head"),
    "desk:opinion": desk(422, "agent", "head"),
    "filing:rate": followed(422),
    "desk:calendar": READ_ONLY_WORK,
    "desk:annotations": desk(302, "agent", "head"),
    # Neither an address nor a way: said on the page of the request.
    "desk:delivery": desk(302, "agent", "head", "signatory"),
    "desk:ratings": READ_ONLY_WORK,
    # That answer is of nobody.
    "desk:hide_rating": desk(404, *AGENTS),
    "pages:quality": READ_ONLY,
    "pages:quality_data": READ_ONLY,
    "tokens:shown": work(403, town_admin=422, admin_elsewhere=422),
    "tokens:revoke": studio(302),
    "tokens:hooks": work(403, town_admin=422, admin_elsewhere=422),
    "tokens:hook": studio(302),
    "api:openapi-json": everyone(415),
    "api:api-root": everyone(415),
    "api:nowhere": everyone(415),
    **dict.fromkeys(("api:requests", "api:one", "api:events", "api:procedures"), everyone(415)),
    **dict.fromkeys(("api:messages", "api:message", "api:note", "api:move"), everyone(415)),
    "desk:ties": desk(422, "agent", "head"),
    "desk:watch": desk(302, "agent", "head", "signatory"),
    "desk:reopen": desk(302, "agent", "head"),
    "desk:opinions_seen": desk(302, "agent", "head"),
    # The links of opinions are their own key; this one is forged.
    "consulted:opinion": everyone(404),
    "consulted:file": READ_ONLY,
    "desk:send_on": desk(422, "agent", "head"),
    "desk:sent_on_arrived": desk(422, "agent", "head"),
    "desk:reasons": desk(422, "agent", "head"),
    "desk:attestation": READ_ONLY_WORK,
    "desk:withdraw": desk(422, "agent", "head", "signatory"),
    "desk:death": desk(422, "agent", "head"),
    "desk:message": desk(422, "agent", "head", "signatory"),
    "desk:read": desk(302, "agent", "head", "signatory"),
    "desk:file": READ_ONLY_WORK,
    "desk:receipt": READ_ONLY_WORK,
    "desk:later_receipt": READ_ONLY_WORK,
    "desk:decision": READ_ONLY_WORK,
    "desk:pieces_receipt": READ_ONLY_WORK,
    "desk:entries": READ_ONLY_WORK,
    "desk:enter": {**desk(422, "agent", "head"), **NOT_ENTERED},
    "desk:entry": {**desk(422, "agent", "head"), **NOT_ENTERED},
    "desk:entry_paper": READ_ONLY_WORK,
    "desk:entered": READ_ONLY_WORK,
    # Handed over or posted: an empty form says neither.
    "desk:give_receipt": desk(403),
    "desk:mandates": READ_ONLY_WORK,
    "desk:mandate": {**desk(404, "agent", "head"), **NOT_ENTERED},
    "desk:mandate_file": READ_ONLY_WORK,
    "exchange:exports": READ_ONLY_WORK,
    "exchange:ask": desk(422, "agent", "head", "signatory", elsewhere=422),
    "exchange:download": desk(404, "head", "signatory") | {"agent": 200},
    "exchange:remove": desk(404, "head", "signatory") | {"agent": 302},
    "studio:naming": studio(302),
    "studio:procedures": READ_ONLY_WORK,
    "studio:letters": READ_ONLY_WORK,
    "studio:letter_preview": READ_ONLY_WORK,
    # A letter without a paragraph.
    "studio:letter": studio(422),
    "studio:new_letter": studio(422),
    "studio:publish": studio(302),
    "studio:edit": READ_ONLY_WORK,
    # Nothing was typed.
    **dict.fromkeys(("studio:step", "studio:question", "studio:stop"), studio(422)),
    # All of it may be empty; what the page showed is not said.
    "studio:section": studio(409),
    **dict.fromkeys(("studio:add", "studio:add_step", "studio:add_section", "studio:add_stop"), studio(422)),
    "studio:undo": studio(302),
    **dict.fromkeys(("studio:presentation", "studio:rules", "studio:workflow", "studio:versions"), studio(422)),
    **dict.fromkeys(("studio:state", "studio:transition", "studio:add_state", "studio:add_transition"), studio(422)),
    **dict.fromkeys(
        ("studio:opening", "studio:add_edition", "studio:edition", "studio:rule", "studio:add_rule"), studio(422)
    ),
    "studio:export": READ_ONLY_WORK,
    "studio:advice": READ_ONLY_WORK,
    "studio:new": READ_ONLY_WORK,
    "studio:begin": studio(422, 422),
    "studio:drop_letter": studio(302),
    "studio:places": studio(422, 422),
    "studio:place": studio(422, 422),
    "studio:team": READ_ONLY_WORK,
    "register:shown": READ_ONLY_WORK,
    "register:ods": READ_ONLY_WORK,
    "register:json": READ_ONLY_WORK,
    "archives:shown": studio(422, 422),
    "archives:state": READ_ONLY_WORK,
    "archives:list": studio(422),
    "archives:ods": READ_ONLY_WORK,
    "archives:seda": studio(302),
    "studio:invite": studio(422, 422),
    "studio:resend": studio(302),
    "studio:cancel_invitation": studio(302),
    "studio:person": READ_ONLY_WORK,
    "studio:grant": studio(422),
    "studio:change_role": studio(422),
    "studio:end_role": studio(302),
    "studio:departure": studio(422),
    "studio:absence": studio(422),
    "studio:cancel_absence": studio(302),
    "studio:reset_factor": studio(302),
    "invitation": everyone(404),
    "account_login": ENTRY,
    "account_request_login_code": ENTRY,
    "account_confirm_login_code": NO_FLOW,
    "account_logout": everyone(302),
    "account_signup": ENTRY,
    "account_email_verification_sent": NO_FLOW,
    "account_inactive": READ_ONLY,
    "account_reauthenticate": signed_in(200),
    "account_email": signed_in(302),
    "account_change_password": signed_in(200),
    "account_set_password": signed_in(302),
    "account_reset_password": everyone(200),
    "account_confirm_password_reset_code": NO_FLOW,
    "account_complete_password_reset": NO_FLOW,
    "account_password_reset_completed": READ_ONLY,
    "mfa_index": READ_ONLY_OWN,
    "mfa_authenticate": NO_FLOW,
    "mfa_reauthenticate": signed_in(302),
    "mfa_activate_totp": signed_in(200),
    "mfa_generate_recovery_codes": signed_in(200),
    "mfa_add_webauthn": signed_in(200),
    # Nobody here has a key or an application to change.
    "mfa_edit_webauthn": signed_in(404),
    "mfa_remove_webauthn": signed_in(404),
    "mfa_deactivate_totp": signed_in(404),
    "mfa_download_recovery_codes": signed_in(404),
    "mfa_list_webauthn": READ_ONLY_OWN,
    "mfa_view_recovery_codes": READ_ONLY_OWN,
    "mfa_login_webauthn": NO_FLOW,
    "mfa_reauthenticate_webauthn": signed_in(302),
    "usersessions_list": signed_in(302),
    "identity_links": READ_ONLY_OWN,
    "identity_start": READ_ONLY,
    "identity_callback": READ_ONLY,
    "identity_link": signed_in(200),
    # Nobody here has linked a service.
    "identity_unlink": signed_in(404),
    "identity_signed_out": READ_ONLY,
    # The double has no such place.
    "demo_franceconnect": everyone(404),
    "demo_proconnect": everyone(404),
}
REFUSED = {401, 403, 404, 405, 410, SIGN_IN, FACTOR}
# What is written about whoever asks, refused or not: her session, the trace and the count of what she tried.
TRACES = ("django_session", "usersessions_usersession", "journal_accesslog", "shared_cache")


def test_every_address_has_its_line() -> None:
    assert set(names()) == set(SENT)


def answer_of(response: Any) -> Answer:
    """Return the status; where it leads to a proof, that proof."""
    place = response.headers.get("Location", "")
    if place.startswith("/comptes/connexion/?next="):
        return SIGN_IN
    return FACTOR if place.startswith("/comptes/securite/application/?next=") else int(response.status_code)


def written(queries: CaptureQueriesContext) -> list[str]:
    """Return the statements that wrote something else than traces of whoever asked."""
    said = [query["sql"] for query in queries]
    writes = [sql for sql in said if sql.split(maxsplit=1)[0] in {"INSERT", "UPDATE", "DELETE"}]
    return [sql[:100] for sql in writes if not any(table in sql for table in TRACES)]


@pytest.fixture
def town(db: None) -> people.Desk:
    return people.desk()


@pytest.mark.parametrize("role", EACH_ROLE)
def test_who_may_send_what(role: str, town: people.Desk, settings: Any) -> None:
    settings.SECOND_FACTOR, settings.IDENTITY_SERVICES = True, SERVICE
    asked, user, wrong = Asked(town), who(role, town), []
    for name in sorted(SENT):
        # Each is sent to the same town: what the one before did is undone, and no limit is near.
        cache.clear()
        caches["local"].set(f"oidc.document:{ISSUER}", PLACES)
        before = transaction.savepoint()
        browser = browser_of(role, user)
        with CaptureQueriesContext(connection) as queries:
            response = browser.post(asked.url(name))
        transaction.savepoint_rollback(before)
        close_files(response)
        got = answer_of(response)
        if got != SENT[name][role]:
            wrong.append(f"{name}: {got}, expected {SENT[name][role]}")
        if got in REFUSED and written(queries):
            wrong.append(f"{name}: refused, and wrote {written(queries)}")
    assert not wrong, f"{role}:\n" + "\n".join(wrong)


@override_settings(IDENTITY_SERVICES=SERVICE)
@pytest.mark.parametrize("role", ["anonymous", "superuser"])
def test_no_address_answers_to_another_method(role: str, town: people.Desk) -> None:
    asked, browser = Asked(town), browser_of(role, who(role, town))
    for url in [*map(asked.url, sorted(SENT)), "/admin/", "/nulle-part/"]:
        for method in ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"):
            assert browser.generic(method, url).status_code == 405, f"{method} {url}"
