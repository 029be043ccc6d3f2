"""Calls to an address that someone typed in: only to the public internet, at the very address that was checked.

A name is resolved once, every address it has is judged, and the connection goes to one that passed: what the name says a
moment later (DNS rebinding) changes nothing. No redirection is followed; time and size are bounded.
"""

import http.client
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

CONNECT_SECONDS = 5.0
WHOLE_SECONDS = 10.0
LARGEST_ANSWER = 64 * 1024


class Refused(Exception):
    """The address may not be called: not https, not a name, or not on the public internet. The message says why."""


class Failed(Exception):
    """The call was made and no answer came; the message says why, without a word of what was sent."""


@dataclass(frozen=True)
class Target:
    """Where a call goes: the name that the certificate must bear, and the one address that was checked."""

    host: str
    address: str
    port: int
    path: str
    secure: bool


def check(url: str, *, plain: bool = False) -> Target:
    """Resolve an address and judge it; raises Refused. ``plain`` lets http and private networks pass: for tests."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, (parts.hostname or "").encode("idna").decode()
    except (ValueError, UnicodeError) as error:
        raise Refused("cette adresse est mal écrite") from error
    secure = parts.scheme == "https"
    if not host or (not secure and not (plain and parts.scheme == "http")):
        raise Refused("l’adresse doit commencer par https://")
    if parts.username is not None or parts.password is not None:
        raise Refused("l’adresse ne porte ni nom ni mot de passe")
    port = port or (443 if secure else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Failed("ce nom n’est pas connu") from error
    addresses = [str(one[4][0]) for one in found]
    if not addresses or (not plain and not all(is_public(one) for one in addresses)):
        raise Refused("cette adresse n’est pas sur l’internet public")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host, addresses[0], port, path, secure)


def is_public(text: str) -> bool:
    """Say whether an address is on the public internet, also when IPv6 hides an IPv4 address in it."""
    try:
        address = ip_address(text.split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        hidden = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if hidden is not None:
            return is_public(str(hidden))
        if address.packed.startswith(bytes.fromhex("0064ff9b0000000000000000")):
            return is_public(str(IPv4Address(address.packed[12:])))
    return address.is_global and not address.is_multicast


def post(target: Target, body: bytes, headers: Mapping[str, str]) -> int:
    """Send bytes to a checked target; return the status. Raises Failed when no whole answer comes in time."""
    deadline = time.monotonic() + WHOLE_SECONDS
    connection = _Checked(target)
    try:
        connection.request("POST", target.path, body, dict(headers))
        answer = connection.getresponse()
        read = 0
        while piece := answer.read1(16_384):
            read += len(piece)
            if read > LARGEST_ANSWER or time.monotonic() > deadline:
                # What it says beyond is nobody's matter: its status is what counts.
                break
        return answer.status
    except (OSError, http.client.HTTPException) as error:
        raise Failed(type(error).__name__) from error
    finally:
        connection.close()


class _Checked(http.client.HTTPConnection):
    """A connection to the address that was checked; its certificate must bear the name."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=CONNECT_SECONDS)
        self.target = target

    def connect(self) -> None:
        """Open the connection, within its time; then each wait is bounded by what is left of the whole."""
        plain = socket.create_connection((self.target.address, self.target.port), CONNECT_SECONDS)
        plain.settimeout(WHOLE_SECONDS - CONNECT_SECONDS)
        if not self.target.secure:
            self.sock = plain
            return
        try:
            self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.target.host)
        except BaseException:
            plain.close()
            raise
