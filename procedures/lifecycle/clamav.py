"""What clamd says of some bytes: its INSTREAM command over a socket, in pieces, within one deadline."""

import socket
import time
from contextlib import suppress
from typing import BinaryIO
from urllib.parse import urlsplit

_CHUNK = 65536
_LONGEST_ANSWER = 4096


class _Deadline:
    """One span of time for the whole exchange: a daemon that drips holds no worker for ever."""

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds

    def arm(self, link: socket.socket) -> None:
        left = self.end - time.monotonic()
        if left <= 0:
            raise TimeoutError("clamd took too long")
        link.settimeout(left)


def connect(address: str, deadline: _Deadline) -> socket.socket:
    """Open a connection to a Unix socket or to tcp://host:port."""
    if address.startswith("tcp://"):
        parts = urlsplit(address)
        return socket.create_connection(
            (parts.hostname or "127.0.0.1", parts.port or 3310), timeout=max(0.1, deadline.end - time.monotonic())
        )
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        deadline.arm(link)
        link.connect(address)
    except OSError:
        link.close()
        raise
    return link


def instream(address: str, content: BinaryIO, seconds: float) -> str:
    """Send the bytes and return clamd's answer, such as "stream: OK". Raises OSError when it cannot be reached."""
    deadline = _Deadline(seconds)
    with connect(address, deadline) as link:
        # clamd stops reading past its own limit and says so: what it answered matters more than the broken pipe.
        with suppress(BrokenPipeError, ConnectionResetError):
            deadline.arm(link)
            link.sendall(b"zINSTREAM\0")
            while piece := content.read(_CHUNK):
                deadline.arm(link)
                link.sendall(len(piece).to_bytes(4, "big") + piece)
            link.sendall((0).to_bytes(4, "big"))
        return _answer(link, deadline)


def _answer(link: socket.socket, deadline: _Deadline) -> str:
    found = b""
    while b"\0" not in found and len(found) < _LONGEST_ANSWER:
        deadline.arm(link)
        try:
            piece = link.recv(1024)
        except ConnectionResetError:
            break
        if not piece:
            break
        found += piece
    return found.split(b"\0", 1)[0].decode("utf-8", "replace").strip()
