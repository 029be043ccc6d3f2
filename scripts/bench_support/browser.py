"""A browser without JavaScript that calls the WSGI application in this very process: no server, no test client."""

from __future__ import annotations

import gzip
import io
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urljoin, urlsplit
from wsgiref.headers import Headers

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_LOADED = re.compile(r'<link\b[^>]*\brel="(?:stylesheet|icon)"[^>]*>|<(?:script|img)\b[^>]*\bsrc="[^"]+"[^>]*>')
_ADDRESS = re.compile(r'\b(?:href|src)="([^"]+)"')
_IN_CSS = re.compile(r"""url\(\s*['"]?(?!data:|#)([^'")]+)""")
_BOUNDARY = "----portal-bench-boundary"


@dataclass(frozen=True)
class Reply:
    """What came back."""

    path: str
    status: int
    headers: Headers
    body: bytes

    @property
    def location(self) -> str:
        """The address of a redirection."""
        return self.headers["Location"] or ""

    @property
    def size(self) -> int:
        """The bytes sent: status line, headers and body."""
        return len(bytes(self.headers)) + len(f"HTTP/1.1 {self.status} OK\r\n") + len(self.body)

    @property
    def text(self) -> str:
        """The page."""
        raw = gzip.decompress(self.body) if self.headers["Content-Encoding"] == "gzip" else self.body
        return raw.decode()

    @property
    def compressed(self) -> int:
        """The size of the body under gzip, whoever compresses: the application, or the server before it."""
        return len(self.body) if self.headers["Content-Encoding"] else len(gzip.compress(self.body, 6))

    def expect(self, status: int) -> Reply:
        """Return this reply, or stop the figure: what is measured must be what a person gets."""
        if self.status != status:
            raise RuntimeError(f"{self.path} answered {self.status}, not {status}")
        return self


class Browser:
    """Keeps cookies; sends forms as the page says."""

    def __init__(
        self, application: WSGIApplication, cookies: Mapping[str, str] | None = None, address: str = "127.0.0.1"
    ) -> None:
        self.application, self.address = application, address
        self.cookies = dict(cookies or {})

    def get(self, path: str) -> Reply:
        """Ask for a page."""
        return self._call("GET", path)

    def send(self, page: Reply, path: str, values: Mapping[str, str | list[str]]) -> Reply:
        """Send the values to ``path`` with the page's own token, encoded as its form says."""
        kind, body = encode(page, values)
        return self._call("POST", path, body, kind)

    def post(self, path: str, kind: str, body: bytes) -> Reply:
        """Send bytes that are ready."""
        return self._call("POST", path, body, kind)

    def _call(self, method: str, path: str, body: bytes = b"", kind: str = "") -> Reply:
        parts = urlsplit(path)
        answer: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            answer.update(status=int(status[:3]), headers=headers)

        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "SCRIPT_NAME": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": self.address,
            "CONTENT_TYPE": kind,
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_HOST": "localhost",
            "HTTP_ACCEPT_LANGUAGE": "fr",
            "HTTP_ACCEPT_ENCODING": "gzip",
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "wsgi.version": (1, 0),
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.url_scheme": "http",
            "wsgi.multithread": False,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        chunks: Iterable[bytes] = self.application(environ, start_response)
        content = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
        for name, value in answer["headers"]:
            if name == "Set-Cookie":
                key, _, rest = value.partition("=")
                self.cookies[key.strip()] = rest.partition(";")[0]
        return Reply(path, answer["status"], Headers(answer["headers"]), content)


def encode(page: Reply, values: Mapping[str, str | list[str]]) -> tuple[str, bytes]:
    """Return the content type and the bytes that a browser sends for the page's form."""
    text = page.text
    token = _TOKEN.search(text)
    if token is None:
        raise RuntimeError(f"{page.path} holds no form that posts")
    sent: dict[str, str | list[str]] = {"csrfmiddlewaretoken": token[1], **values}
    if 'enctype="multipart/form-data"' not in text:
        return "application/x-www-form-urlencoded", urlencode(sent, doseq=True).encode()
    parts = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{one}\r\n'
        for name, given in sent.items()
        for one in ([given] if isinstance(given, str) else given)
    ]
    return f"multipart/form-data; boundary={_BOUNDARY}", f"{''.join(parts)}--{_BOUNDARY}--\r\n".encode()


def loaded_by(browser: Browser, page: Reply) -> list[Reply]:
    """Return all that a page makes a browser load: style sheets, icon, scripts, images, and what the sheets name."""
    wanted = [unescape(_ADDRESS.findall(tag)[0]) for tag in _LOADED.findall(page.text)]
    found: dict[str, Reply] = {}
    while wanted:
        address = wanted.pop()
        if address.startswith("data:") or address in found:
            continue
        reply = found[address] = browser.get(address).expect(200)
        if (reply.headers["Content-Type"] or "").startswith("text/css"):
            wanted += [urljoin(address, inner) for inner in _IN_CSS.findall(reply.text)]
    return list(found.values())
