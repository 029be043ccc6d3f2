#!/usr/bin/env python3
"""Run a command beside a private, throw-away PostgreSQL cluster: with_postgres.py COMMAND [ARGUMENT…]."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

CLUSTER_USER = "postgres"
# Nothing here outlives the run: durability is traded for speed.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "128MB",
}


def find_binaries() -> Path:
    """Find the folder of initdb and pg_ctl: on the PATH, else the newest one that Debian installed."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    installed = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if not installed:
        sys.exit("PostgreSQL est introuvable / PostgreSQL was not found: apt-get install postgresql")
    return max(installed, key=lambda path: [int(number) for number in re.findall(r"\d+", path.parent.name)])


def free_port() -> int:
    """Return a port that nothing listens to on the loopback address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run_as_owner(command: list[str], home: Path) -> None:
    """Run one PostgreSQL tool as an ordinary user, showing what it said only when it fails."""
    identity: dict[str, int | list[int]] = {}
    if os.geteuid() == 0:
        owner = pwd.getpwnam(CLUSTER_USER)
        identity = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    log = home / "tool.log"
    with log.open("wb") as output:
        # A file, not a pipe: the server inherits it, and a pipe would stay open for as long as the server lives.
        done = subprocess.run(
            command,
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            check=False,
            **identity,  # type: ignore[call-overload]
        )
    if done.returncode:
        server_log = home / "server.log"
        sys.stderr.write(log.read_text(errors="replace"))
        if server_log.exists():
            sys.stderr.write(server_log.read_text(errors="replace"))
        raise SystemExit(f"{command[0]} failed ({done.returncode}).")


@contextmanager
def cluster() -> Iterator[str]:
    """Start a cluster in a temporary folder, yield its DATABASE_URL, and always stop and remove it."""
    binaries = find_binaries()
    home = Path(tempfile.mkdtemp(prefix="portail-pg-"))
    try:
        if os.geteuid() == 0:
            owner = pwd.getpwnam(CLUSTER_USER)
            os.chown(home, owner.pw_uid, owner.pw_gid)
        data = home / "data"
        initdb = [f"{binaries}/initdb", "-D", str(data), "-U", CLUSTER_USER, "-N", "-A", "trust"]
        run_as_owner([*initdb, "-E", "UTF8", "--locale=C.UTF-8"], home)
        port = free_port()
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": str(home), "port": str(port), **FAST}
        flags = " ".join(f"-c {name}={value}" for name, value in options.items())
        control = [f"{binaries}/pg_ctl", "-D", str(data), "-w", "-t", "60"]
        run_as_owner([*control, "-l", str(home / "server.log"), "-o", flags, "start"], home)
        try:
            yield f"postgres://{CLUSTER_USER}@127.0.0.1:{port}/postgres"
        finally:
            run_as_owner([*control, "-m", "immediate", "stop"], home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def main(command: list[str]) -> int:
    """Run the command with DATABASE_URL set; return its exit code."""
    if not command:
        sys.exit(__doc__)

    def interrupted(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, interrupted)
    with cluster() as url:
        host, _, port = url.rpartition("@")[2].partition("/")[0].partition(":")
        reached = {
            "DATABASE_URL": url,
            "PGHOST": host,
            "PGPORT": port,
            "PGUSER": CLUSTER_USER,
            "PGDATABASE": "postgres",
        }
        child = subprocess.Popen(command, env={**os.environ, **reached})
        try:
            return child.wait()
        except KeyboardInterrupt:
            # The terminal sent Ctrl-C to the child too: let it end by itself before the database goes.
            return child.wait()
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
