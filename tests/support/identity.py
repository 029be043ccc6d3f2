"""The double of the identity services on the loopback, and the walk through it that a browser makes."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from accounts.identity.oidc.double import Double
from tests.support.client import Portal


class _Handler(BaseHTTPRequestHandler):
    double: Double

    def do_GET(self) -> None:
        """Answer with the double."""
        parts = urlsplit(self.path)
        self._send("GET", parts.path, dict(parse_qsl(parts.query)))

    def do_POST(self) -> None:
        """Answer with the double."""
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._send("POST", self.path, dict(parse_qsl(form)))

    def _send(self, method: str, path: str, given: dict[str, str]) -> None:
        answer = self.double.answer(method, path, given, self.headers.get("Authorization", ""))
        body = answer.body.encode()
        try:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.kind)
            if answer.location:
                self.send_header("Location", answer.location)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.double.switch == "drip" and method == "POST":
                for byte in body[:20]:
                    self.wfile.write(bytes([byte]))
                    time.sleep(0.2)
                return
            self.wfile.write(body)
        except OSError:
            pass  # The portal did not wait: that is what some tests ask.

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def running(service: str) -> Iterator[Double]:
    """Run a double on a free port."""

    class Handler(_Handler):
        pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        Handler.double = Double(service, f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield Handler.double
        finally:
            server.shutdown()
            thread.join()


def configured(double: Double, **changes: Any) -> dict[str, Any]:
    """Return the settings of a service that the double stands for."""
    return {
        "issuer": double.issuer,
        "client_id": "portail",
        "secret": "a-secret-of-the-tests-" * 2,
        "acr": "eidas1",
        **changes,
    }


def leave(portal: Portal, service: str, **query: str) -> str:
    """Follow the button; return the address at the service."""
    answer = portal.get(f"/comptes/identite/{service}/", query)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"])


def choose(address: str, person: str) -> str:
    """Choose a person at the service; return the address that leads back."""
    shown = requests.get(address, timeout=5, allow_redirects=False)
    if shown.status_code == 302:
        return str(shown.headers["Location"])
    assert shown.status_code == 200, shown.text
    parts = urlsplit(address)
    chosen = requests.get(
        f"{parts.scheme}://{parts.netloc}/choisir",
        params={**dict(parse_qsl(parts.query)), "person": person},
        timeout=5,
        allow_redirects=False,
    )
    assert chosen.status_code == 302, chosen.text
    return str(chosen.headers["Location"])


def come_back(portal: Portal, address: str) -> Any:
    """Open the address that leads back, as the browser does."""
    parts = urlsplit(address)
    return portal.get(parts.path, dict(parse_qsl(parts.query)))


def walk(portal: Portal, service: str, person: str, **query: str) -> Any:
    """Sign in from the button to the page that follows the return."""
    return come_back(portal, choose(leave(portal, service, **query), person))
