"""Programs that are told what happens: signed, tried again, never inside a private network, never more than may be seen."""

import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from accounts.models import Membership
from accounts.permissions import Actor
from exchange import tasks
from exchange.models import Webhook, WebhookDelivery
from exchange.webhooks import keeping, telling
from portal.kit import public_call
from procedures.lifecycle import message as letters
from tests.support import people, samples
from tests.support.client import Portal
from tests.support.people import Desk


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


@contextmanager
def listening(status: int = 200, more: bytes = b"", **headers: str) -> Iterator[tuple[str, list[tuple[Any, bytes]]]]:
    """Listen on loopback as a program does; yield the address and what came."""
    came: list[tuple[Any, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append((self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for _ in range(2000 if more else 0):
                    self.wfile.write(more)
            except OSError:
                pass

        def log_message(self, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/recu", came
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def hook_of(desk: Desk, url: str, **said: Any) -> Webhook:
    given = {"name": "Carte", "url": url, "user": desk.nadia, "sector": desk.civil.sector, **said}
    return Webhook.objects.create(**given)


def run() -> list[WebhookDelivery]:
    """Do what the worker does."""
    telling.enrol()
    for pk in WebhookDelivery.objects.due().values_list("pk", flat=True):
        tasks.tell_program(pk)
    return list(WebhookDelivery.objects.order_by("pk"))


def test_a_program_is_told_once_signed_and_without_a_name(desk: Desk, settings: Any) -> None:
    settings.WEBHOOKS_PLAIN = True
    case = desk.file()
    with listening() as (url, came):
        hook = hook_of(desk, url)
        (delivery,) = run()
        run()
    assert delivery.state == "done"
    assert len(came) == 1
    headers, body = came[0]
    told = json.loads(body)
    assert (told["reference"], told["number"]) == (case.reference, 1)
    assert "Lefèvre" not in body.decode()
    moment, signed = (part.split("=", 1)[1] for part in headers["X-Portail-Signature"].split(","))
    expected = hmac.new(hook.secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    assert signed == expected
    assert headers["X-Portail-Delivery"] == str(delivery.public_id)


def test_only_what_the_account_sees_today_is_told(desk: Desk) -> None:
    usual = desk.procedure
    desk.procedure = samples.procedure("voirie", department=desk.roads, id="voirie")
    desk.file()
    desk.procedure = usual
    hook = hook_of(desk, "https://exemple.fr/")
    telling.enrol()
    assert not WebhookDelivery.objects.exists()
    Membership.objects.filter(user=desk.nadia).delete()
    desk.file()
    telling.enrol()
    assert not WebhookDelivery.objects.exists()
    hook.refresh_from_db()
    assert hook.cursor > 0


def test_only_the_kinds_that_were_chosen_are_told(desk: Desk) -> None:
    case = desk.file()
    hook_of(desk, "https://exemple.fr/", kinds=["message"])
    letters.send(case, "Bonjour.", by=Actor(user=desk.zoe))
    telling.enrol()
    assert [json.loads(one.body)["kind"] for one in WebhookDelivery.objects.all()] == ["message"]


@pytest.mark.parametrize("status", [301, 302, 404, 500, 503])
def test_a_refusal_or_a_redirection_is_a_failure_and_is_tried_again(desk: Desk, settings: Any, status: int) -> None:
    settings.WEBHOOKS_PLAIN = True
    desk.file()
    with listening() as (elsewhere, followed), listening(status, Location=elsewhere) as (url, _came):
        hook = hook_of(desk, url)
        (delivery,) = run()
    assert (delivery.state, delivery.attempts, delivery.answer) == ("queued", 1, status)
    assert not followed
    hook.refresh_from_db()
    assert hook.failures == 1


def test_an_answer_of_any_size_is_not_read_whole(desk: Desk, settings: Any) -> None:
    settings.WEBHOOKS_PLAIN = True
    desk.file()
    with listening(more=b"x" * 100_000) as (url, _came):
        hook_of(desk, url)
        (delivery,) = run()
    assert delivery.state == "done"


def test_a_program_that_hangs_is_left(desk: Desk, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.WEBHOOKS_PLAIN = True
    monkeypatch.setattr(public_call, "CONNECT_SECONDS", 0.2)
    monkeypatch.setattr(public_call, "WHOLE_SECONDS", 0.4)
    desk.file()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hook_of(desk, f"http://127.0.0.1:{silent.getsockname()[1]}/")
        (delivery,) = run()
    assert (delivery.state, delivery.last_error) == ("queued", "Failed: TimeoutError")


def test_what_fails_too_often_is_paused_and_resumed_from_where_it_was(desk: Desk, settings: Any) -> None:
    settings.WEBHOOKS_PLAIN = True
    desk.file()
    with listening(500) as (url, _came):
        hook = hook_of(desk, url, failures=Webhook.MOST_FAILURES - 1)
        run()
    hook.refresh_from_db()
    assert hook.paused_at is not None
    desk.file()
    assert telling.enrol() == 0
    keeping.resume(hook, by=Actor(user=people.staff("ada@exemple.fr", "Ada", "Mairie", desk.civil, "town_admin")))
    assert telling.enrol() == 1


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "n’importe quoi",
    ],
)
@pytest.mark.one_database
def test_a_private_address_is_no_public_one(address: str) -> None:
    assert not public_call.is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
@pytest.mark.one_database
def test_a_public_address_is_one(address: str) -> None:
    assert public_call.is_public(address)


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let names resolve to each answer in turn; return the names that were asked."""
    asked, left = [], list(answers)

    def getaddrinfo(host: str, port: int, **_more: Any) -> list[Any]:
        asked.append(host)
        return [(0, 0, 0, "", (address, port)) for address in (left.pop(0) if len(left) > 1 else left[0])]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize(
    "url",
    [
        "http://exemple.fr/",
        "ftp://exemple.fr/",
        "https://",
        "https://moi:mot@exemple.fr/",
        "https://[::1",
        "https://exemple.fr:99999/",
        "javascript:alert(1)",
        "//exemple.fr/",
        "",
    ],
)
@pytest.mark.one_database
def test_an_address_that_is_no_https_address_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    resolving(monkeypatch, ["93.184.216.34"])
    with pytest.raises(public_call.Refused):
        public_call.check(url)


@pytest.mark.one_database
def test_a_name_with_one_private_address_among_others_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, ["93.184.216.34", "127.0.0.1"])
    with pytest.raises(public_call.Refused):
        public_call.check("https://exemple.fr/")


@pytest.mark.one_database
def test_the_call_goes_to_the_address_that_was_checked_whatever_the_name_says_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = resolving(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    opened: list[Any] = []

    def create_connection(place: Any, *_more: Any) -> Any:
        opened.append(place)
        raise OSError

    monkeypatch.setattr(socket, "create_connection", create_connection)
    target = public_call.check("https://exemple.fr/recu?a=1")
    with pytest.raises(public_call.Failed):
        public_call.post(target, b"{}", {})
    assert opened == [("93.184.216.34", 443)]
    assert asked == ["exemple.fr"]


def test_a_private_target_is_never_called(desk: Desk) -> None:
    desk.file()
    with listening() as (url, came):
        hook_of(desk, url.replace("http:", "https:"))
        (delivery,) = run()
    assert not came
    assert delivery.last_error.startswith("Refused")


def admin_of(desk: Desk) -> Portal:
    admin = people.staff("ada@exemple.fr", "Ada", "Mairie", desk.civil, "town_admin", "secrétaire")
    browser = Portal()
    browser.force_login(admin)
    return browser


def test_a_program_is_added_paused_told_again_and_taken_off_in_the_studio(
    desk: Desk, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.file()
    resolving(monkeypatch, ["93.184.216.34"])
    ada = admin_of(desk)
    account = f"{desk.nadia.public_id}.{desk.civil.sector.code}"
    values = {"name": "Carte", "url": "https://carte.example/recu", "account": account, "kinds": "message\nsubmitted"}
    page = ada.fill(ada.get("/atelier/programmes/prevenus/"), values=values, follow=True)
    hook = Webhook.objects.get()
    assert hook.secret in page.text
    assert hook.kinds == ["message", "submitted"]
    # What happened before it was added is not told.
    assert telling.enrol() == 0
    case = desk.file()
    letters.send(case, "Bonjour.", by=Actor(user=desk.zoe))
    assert telling.enrol() >= 1
    delivery = WebhookDelivery.objects.first()
    assert delivery is not None
    WebhookDelivery.objects.update(state="failed", attempts=12)
    where = f"/atelier/programmes/prevenus/{hook.public_id}/"
    ada.post(where, {"act": "again", "delivery": str(delivery.public_id)})
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("queued", 0)
    ada.post(where, {"act": "pause"})
    hook.refresh_from_db()
    assert hook.paused_at is not None
    ada.post(where, {"act": "resume"})
    hook.refresh_from_db()
    assert hook.paused_at is None
    for wrong in ({"act": "again", "delivery": "x"}, {"act": "rien"}, {}):
        assert ada.post(where, wrong).status_code == 302
    ada.post(where, {"act": "remove"})
    assert not Webhook.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"url": "https://127.0.0.1/"},
        {"url": "http://carte.example/"},
        {"url": "carte"},
        {"name": ""},
        {"account": ""},
        {"kinds": "x" * 50},
    ],
)
def test_a_program_that_cannot_be_told_is_said_beside_its_question(desk: Desk, values: dict[str, str]) -> None:
    ada = admin_of(desk)
    account = f"{desk.nadia.public_id}.{desk.civil.sector.code}"
    given = {"name": "Carte", "url": "https://93.184.216.34/recu", "account": account, "kinds": "", **values}
    page = ada.fill(ada.get("/atelier/programmes/prevenus/"), values=given)
    assert page.status_code == 422
    assert not Webhook.objects.exists()
