"""A real clamd for the tests: started once per process on a socket of its own, with two signatures that we wrote."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.samples_of_files import EICAR

MARKER = b"portail-essai-contenu-suspect"
STREAM_LIMIT = 1_000_000
READY_WITHIN = 20.0
_CONFIG = """\
LocalSocket {home}/clamd.sock
DatabaseDirectory {home}/signatures
LogFile {home}/clamd.log
PidFile {home}/clamd.pid
Foreground yes
DisableCache yes
StreamMaxLength {limit}
User {user}
"""


def find_clamd() -> str:
    """Return clamd: on the PATH, else where Debian puts it."""
    found = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin")
    assert found, "clamd was not found: apt-get install clamav-daemon"
    return found


@contextmanager
def run_clamd() -> Iterator[str]:
    """Run clamd and yield the path of its socket."""
    # A short path: that of a Unix socket is bounded to about a hundred characters.
    home = Path(tempfile.mkdtemp(prefix="portail-clam-", dir="/tmp"))
    try:
        signatures = home / "signatures"
        signatures.mkdir()
        lines = [f"Portail.{name}:0:*:{data.hex()}" for name, data in (("Eicar", EICAR), ("Essai", MARKER))]
        (signatures / "local.ndb").write_text("\n".join(lines) + "\n")
        user = "root" if os.geteuid() == 0 else os.environ.get("USER", "nobody")
        (home / "clamd.conf").write_text(_CONFIG.format(home=home, limit=STREAM_LIMIT, user=user))
        with (home / "out.log").open("wb") as output:
            daemon = subprocess.Popen(
                [find_clamd(), "--config-file", str(home / "clamd.conf")],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_for(home / "clamd.sock", daemon, home / "out.log")
            yield str(home / "clamd.sock")
        finally:
            daemon.terminate()
            try:
                daemon.wait(timeout=10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def wait_for(path: Path, daemon: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until the socket is there."""
    deadline = time.monotonic() + READY_WITHIN
    while not path.exists():
        assert daemon.poll() is None, f"clamd stopped:\n{log.read_text(errors='replace')}"
        assert time.monotonic() < deadline, f"clamd was not ready in time:\n{log.read_text(errors='replace')}"
        time.sleep(0.02)


@pytest.fixture(scope="session")
def clamd() -> Iterator[str]:
    """Return the socket of a real clamd, started once for this process."""
    with run_clamd() as path:
        yield path
