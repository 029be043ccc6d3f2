"""The API: who comes in, what a program reads and does, and what it is told when it is refused."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Actor
from exchange.api import tokens
from exchange.models import ApiAnswer, ApiToken, Scope
from journal.models import AccessLog, Event
from procedures.lifecycle import message as letters
from procedures.models import Message, Note, Submission
from tests.support import people, samples
from tests.support.client import Portal
from tests.support.people import Desk
from tests.support.queries import count_queries

URL = "/api/v1"
EVERY = tuple(Scope.values)


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


def key_of(desk: Desk, *scopes: str, **said: Any) -> str:
    """Return the secret of a token that acts for Nadia, with every scope unless some are named."""
    secret = f"portail_{len(ApiToken.objects.all())}" + "x" * 40
    given = {
        "name": "Logiciel d’état civil",
        "user": desk.nadia,
        "sector": desk.civil.sector,
        "scopes": list(scopes or EVERY),
        "ends_on": timezone.localdate() + timedelta(days=30),
        "digest": tokens.digest_of(secret),
        "hint": secret[:12],
        **said,
    }
    ApiToken.objects.create(**given)
    return secret


def call(key: str, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
    sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
    answer: HttpResponse = getattr(Client(), method)(
        URL + path, **sent, headers={"authorization": f"Bearer {key}", **headers}
    )
    return answer


def read(key: str, path: str) -> Any:
    answer = call(key, "get", path)
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)


def is_problem(answer: HttpResponse, status: int) -> bool:
    """Say whether an answer is a problem of this status, as RFC 9457 has it."""
    said = json.loads(answer.content)
    return (
        answer.status_code == said["status"] == status
        and answer["Content-Type"] == "application/problem+json"
        and bool(said["title"])
    )


def test_a_program_lists_the_requests_that_its_account_sees(desk: Desk) -> None:
    case, usual = desk.file(), desk.procedure
    desk.procedure = samples.procedure("voirie", department=desk.roads, id="voirie")
    elsewhere = desk.file()
    desk.procedure = usual
    found = read(key_of(desk), "/requests")["items"]
    assert [one["reference"] for one in found] == [case.reference]
    assert found[0]["procedure"] == "acte"
    assert call(key_of(desk), "get", f"/requests/{elsewhere.reference}").status_code == 404
    # A list names nobody.
    assert "Lefèvre" not in json.dumps(found, ensure_ascii=False)


def test_pages_follow_each_other_to_the_last(desk: Desk) -> None:
    case = desk.file()
    fields = {f.name: getattr(case, f.name) for f in Submission._meta.concrete_fields}
    for number in range(60):
        fields |= {"id": None, "public_id": None, "reference": f"copie-{number}"}
        del fields["public_id"]
        Submission.objects.create(**fields)
    key, seen, after = key_of(desk), [], ""
    while True:
        page = read(key, f"/requests?after={after}")
        seen += [one["reference"] for one in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 61


def test_a_list_is_narrowed(desk: Desk) -> None:
    first, second = desk.file(), desk.decide(desk.file())
    key = key_of(desk)
    assert [one["reference"] for one in read(key, "/requests?status=submitted")["items"]] == [first.reference]
    assert [one["reference"] for one in read(key, "/requests?status=decided")["items"]] == [second.reference]
    assert len(read(key, "/requests?procedure=acte&department=etat_civil")["items"]) == 2
    assert read(key, "/requests?procedure=autre")["items"] == []
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert read(key, f"/requests?received_since={tomorrow}")["items"] == []


def test_who_asks_and_the_answers_are_for_a_key_that_may_read_them_and_sensitive_ones_for_none(desk: Desk) -> None:
    case = desk.file()
    plain = read(key_of(desk, Scope.READ), f"/requests/{case.reference}")
    assert (plain["applicant"], plain["answers"]) == (None, None)
    whole = read(key_of(desk), f"/requests/{case.reference}")
    assert whole["applicant"]["display_name"] == "Zoé Lefèvre"
    assert whole["answers"]["mother"] == "Anne Morvan"
    assert "secret" not in whole["answers"]
    assert "take_charge" in whole["moves"]


def test_a_reading_is_told_to_the_person_as_one_of_the_department(desk: Desk) -> None:
    case = desk.file()
    read(key_of(desk), f"/requests/{case.reference}")
    log = AccessLog.objects.get(action="read", subject=case.key)
    assert (log.actor, log.service) == (desk.nadia.key, desk.civil.name)


def test_messages_are_read_and_written(desk: Desk) -> None:
    case, key = desk.file(), key_of(desk)
    letters.send(case, "Est-ce prêt ?", by=Actor(user=desk.zoe))
    answer = call(key, "post", f"/requests/{case.reference}/messages", {"text": "Oui, demain."})
    assert answer.status_code == 201
    found = read(key, f"/requests/{case.reference}/messages")["items"]
    assert [(one["from_citizen"], one["body"]) for one in found] == [(True, "Est-ce prêt ?"), (False, "Oui, demain.")]


def test_a_note_says_which_program_wrote_it(desk: Desk) -> None:
    case = desk.file()
    call(key_of(desk), "post", f"/requests/{case.reference}/notes", {"text": "Acte trouvé au registre 1957."})
    assert Note.objects.get().body == "[Logiciel d’état civil] Acte trouvé au registre 1957."


def test_a_program_moves_a_request_that_it_has_seen_as_it_is(desk: Desk) -> None:
    case, key = desk.file(), key_of(desk)
    where = f"/requests/{case.reference}/moves"
    assert is_problem(call(key, "post", where, {"move": "take_charge", "state": "ailleurs"}), 409)
    answer = call(key, "post", where, {"move": "take_charge", "state": case.state})
    assert answer.status_code == 200
    assert json.loads(answer.content)["status"] == "under_review"
    token = ApiToken.objects.get()
    assert Event.objects.of(case.key).last().data["program"] == str(token.public_id)  # type: ignore[union-attr]
    assert is_problem(call(key, "post", where, {"move": "take_charge", "state": case.state}), 409)


@pytest.mark.parametrize("move", ["grant", "refuse", "ask_pieces", "withdraw", "n’importe quoi"])
def test_what_is_decided_or_asked_of_the_person_is_no_program_s_act(desk: Desk, move: str) -> None:
    case = desk.file()
    answer = call(key_of(desk), "post", f"/requests/{case.reference}/moves", {"move": move, "state": case.state})
    assert is_problem(answer, 403)
    case.refresh_from_db()
    assert case.status == "submitted"


def test_an_act_sent_twice_under_one_key_is_done_once_and_answered_alike(desk: Desk) -> None:
    case, key = desk.file(), key_of(desk)
    where, once = f"/requests/{case.reference}/messages", {"idempotency-key": "a-1"}
    first = call(key, "post", where, {"text": "Bonjour."}, **once)
    again = call(key, "post", where, {"text": "Bonjour."}, **once)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert Message.objects.count() == 1
    assert is_problem(call(key, "post", where, {"text": "Autre chose."}, **once), 409)
    ApiAnswer.objects.update(created_at=timezone.now() - timedelta(days=8))
    assert tokens.purge() == 1


def test_events_are_read_on_from_where_one_was(desk: Desk) -> None:
    case, key = desk.file(), key_of(desk)
    page = read(key, "/events")
    assert page["items"][0]["reference"] == case.reference
    assert read(key, f"/events?after={page['next']}")["items"] == []
    letters.send(case, "Une question.", by=Actor(user=desk.zoe))
    assert [one["kind"] for one in read(key, f"/events?after={page['next']}")["items"]] == ["message"]


def test_the_events_of_other_departments_are_not_told(desk: Desk) -> None:
    usual = desk.procedure
    desk.procedure = samples.procedure("voirie", department=desk.roads, id="voirie")
    desk.file()
    desk.procedure = usual
    assert read(key_of(desk), "/events")["items"] == []


def test_procedures_that_are_published_are_listed(desk: Desk) -> None:
    assert [one["slug"] for one in read(key_of(desk), "/procedures")["items"]] == ["acte"]


@pytest.mark.parametrize("scope", EVERY)
def test_a_key_does_nothing_beyond_its_scopes(desk: Desk, scope: str) -> None:
    case = desk.file()
    others = [one for one in EVERY if one != scope]
    key, here = key_of(desk, *others), f"/requests/{case.reference}"
    asked = {
        Scope.READ: ("get", here, None),
        Scope.ANSWERS: ("get", f"{here}/messages", None),
        Scope.EVENTS: ("get", "/events", None),
        Scope.MESSAGE: ("post", f"{here}/messages", {"text": "Bonjour."}),
        Scope.NOTE: ("post", f"{here}/notes", {"text": "Bonjour."}),
        Scope.MOVE: ("post", f"{here}/moves", {"move": "take_charge", "state": case.state}),
    }
    method, path, body = asked[Scope(scope)]
    assert is_problem(call(key, method, path, body), 403)
    assert not Message.objects.exists()


def test_only_a_key_in_force_opens(desk: Desk) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    for said in ({"ends_on": yesterday}, {"revoked_at": timezone.now()}, {"networks": ["198.51.100.0/24"]}):
        assert is_problem(call(key_of(desk, **said), "get", "/requests"), 401)
    for key in ("", "portail_", "x" * 5000, "é"):
        assert is_problem(call(key, "get", "/requests"), 401)
    assert call(key_of(desk, networks=["127.0.0.0/8", "2001:db8::/32"]), "get", "/requests").status_code == 200


def test_a_session_opens_nothing_here_and_a_key_opens_no_page(desk: Desk) -> None:
    browser = Client()
    browser.force_login(desk.nadia)
    assert browser.get(f"{URL}/requests").status_code == 401
    assert Client().get("/agent/", headers={"authorization": f"Bearer {key_of(desk)}"}).status_code == 302


def test_a_key_has_the_rights_of_today_of_its_account(desk: Desk) -> None:
    key = key_of(desk)
    Membership.objects.filter(user=desk.nadia).delete()
    assert is_problem(call(key, "get", "/requests"), 403)
    desk.nadia.is_active = False
    desk.nadia.save()
    assert call(key, "get", "/requests").status_code == 403


def test_a_program_that_calls_too_often_is_told_to_wait(desk: Desk, settings: Any) -> None:
    settings.API_CALLS_A_MINUTE = 3
    key = key_of(desk)
    answers = [call(key, "get", "/procedures") for _ in range(8)]
    refused = [one for one in answers if one.status_code == 429]
    assert refused
    assert 0 < int(refused[0]["Retry-After"]) <= 60
    caches["default"].clear()


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/json", 415),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 422),
        (b'{"text": 5}', "application/json", 422),
        (b'{"text": ""}', "application/json", 422),
        (b'{"text": "  "}', "application/json", 422),
        (b'{"text": "a\\u0000b"}', "application/json", 422),
        (b'{"text": "Bonjour", "autre": 1}', "application/json", 422),
        (b'{"text": "' + b"x" * 5001 + b'"}', "application/json", 422),
        (b'{"text": "' + b"x" * 70_000 + b'"}', "application/json", 413),
        (b"\xff\xfe", "application/json", 400),
        (b"text=Bonjour", "application/x-www-form-urlencoded", 415),
    ],
)
def test_garbage_is_refused_with_a_problem(desk: Desk, body: bytes, kind: str, status: int) -> None:
    case = desk.file()
    answer: Any = Client().post(
        f"{URL}/requests/{case.reference}/messages",
        data=body,
        content_type=kind,
        headers={"authorization": f"Bearer {key_of(desk)}"},
    )
    assert is_problem(answer, status), answer.content
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "query",
    [
        "status=rien",
        "received_since=hier",
        "after=%00",
        "procedure=%00",
        "received_since=2026-02-30",
        "status=decided&status=closed",
        "statut=decided",
        "after=" + "x" * 400,
    ],
)
def test_a_filter_that_cannot_be_is_refused(desk: Desk, query: str) -> None:
    assert is_problem(call(key_of(desk), "get", f"/requests?{query}"), 422)


def test_a_forged_place_in_a_list_is_its_beginning(desk: Desk) -> None:
    case = desk.file()
    assert read(key_of(desk), "/requests?after=abc")["items"][0]["reference"] == case.reference


def test_an_unknown_address_or_method_is_a_problem_too(desk: Desk) -> None:
    key = key_of(desk)
    refused = call(key, "post", "/requests", {})
    assert is_problem(refused, 405)
    assert refused["Allow"] == "GET"
    # No page and no address of the portal takes these.
    assert call(key, "delete", "/requests").status_code == 405
    assert is_problem(call(key, "get", "/rien/du/tout"), 404)
    for number in ("2026-0000-0000-0", "%00", "x" * 300):
        assert is_problem(call(key, "get", f"/requests/{number}"), 404)


def test_a_list_costs_the_same_queries_for_one_request_and_for_thirty(desk: Desk) -> None:
    key = key_of(desk)
    headers = {"authorization": f"Bearer {key}"}
    desk.file()
    read(key, "/requests")
    costs = {path: count_queries(Client(), URL + path, headers=headers) for path in ("/requests", "/events")}
    for _ in range(29):
        desk.file()
    for path, cost in costs.items():
        assert count_queries(Client(), URL + path, headers=headers) == cost, path


def admin_of(desk: Desk) -> Portal:
    admin = people.staff("ada@exemple.fr", "Ada", "Mairie", desk.civil, "town_admin", "secrétaire")
    browser = Portal()
    browser.force_login(admin)
    return browser


def asked_key(page: Any, desk: Desk, **values: Any) -> dict[str, Any]:
    account = f"{desk.nadia.public_id}.{desk.civil.sector.code}"
    ends = timezone.localdate() + timedelta(days=90)
    return {"name": "Carte", "account": account, "scopes": ["requests:read"], "ends_on": ends, **values}


def test_a_key_is_made_in_the_studio_shown_once_and_revoked(desk: Desk) -> None:
    case, ada = desk.file(), admin_of(desk)
    page = ada.get("/atelier/programmes/")
    page = ada.fill(page, values=asked_key(page, desk, networks="127.0.0.0/8\n::1/128"))
    secret = page.context["secret"]
    assert secret in page.text
    assert secret not in ada.get("/atelier/programmes/").text
    assert not any(secret in str(value) for value in ApiToken.objects.values().get().values())
    assert read(secret, "/requests")["items"][0]["reference"] == case.reference
    token = ApiToken.objects.get()
    assert token.used_on == timezone.localdate()
    ada.post(f"/atelier/programmes/{token.public_id}/revoquer/")
    assert is_problem(call(secret, "get", "/requests"), 401)
    actions = AccessLog.objects.filter(subject=token.key).order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["token.made", "token.revoked"]


@pytest.mark.parametrize(
    "values",
    [
        {"name": ""},
        {"account": ""},
        {"scopes": []},
        {"ends_on": "2190-01-01"},
        {"ends_on": "2020-01-01"},
        {"networks": "pas un réseau"},
    ],
)
def test_a_key_that_cannot_be_is_said_beside_its_question(desk: Desk, values: dict[str, Any]) -> None:
    ada = admin_of(desk)
    page = ada.get("/atelier/programmes/")
    page = ada.fill(page, values=asked_key(page, desk, **values))
    assert page.status_code == 422
    assert not ApiToken.objects.exists()


def test_an_administrator_makes_no_key_for_the_people_of_others(desk: Desk) -> None:
    ada = admin_of(desk)
    page = ada.get("/atelier/programmes/")
    answer = ada.post("/atelier/programmes/", asked_key(page, desk, account=f"{desk.roger.public_id}.voirie"))
    assert answer.status_code == 422
    wanted = tokens.Wanted("X", desk.roger, desk.roads.sector, ("requests:read",), timezone.localdate())
    with pytest.raises(PermissionDenied):
        tokens.make(wanted, by=Actor(user=desk.nadia))
    key_of(desk, user=desk.roger, sector=desk.roads.sector)
    token = ApiToken.objects.get()
    assert token.name not in ada.get("/atelier/programmes/").text
    assert ada.post(f"/atelier/programmes/{token.public_id}/revoquer/").status_code == 404


def test_the_key_of_whoever_left_is_still_revoked(desk: Desk) -> None:
    key_of(desk)
    yesterday = timezone.localdate() - timedelta(days=1)
    Membership.objects.filter(user=desk.nadia).update(starts_on=yesterday, ends_on=yesterday)
    ada, token = admin_of(desk), ApiToken.objects.get()
    assert token.name in ada.get("/atelier/programmes/").text
    ada.post(f"/atelier/programmes/{token.public_id}/revoquer/")
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_what_a_program_did_is_written_under_its_own_key(desk: Desk) -> None:
    case = desk.file()
    call(key_of(desk), "post", f"/requests/{case.reference}/notes", {"text": "Vu."})
    log = AccessLog.objects.get(action="program")
    assert (log.actor, log.subject) == (ApiToken.objects.get().key, case.key)
