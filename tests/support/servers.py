"""Live servers for browser and concurrency tests: a demo town seeded once, then copied for each server."""

import fcntl
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent.parent
SECRET = "the-tests-own-key-which-protects-nothing-at-all"
SEEDED_WITHIN = 300.0
READY_WITHIN = 120.0


@dataclass(frozen=True)
class Seed:
    """The town as seeded: a data folder and, on PostgreSQL, the name of the template database."""

    folder: Path
    database: str | None


@dataclass(frozen=True)
class Live:
    """A running portal: its address, its data folder and its database."""

    url: str
    data_dir: Path
    environment: dict[str, str]

    def manage(self, *arguments: str) -> str:
        """Run one of the portal's commands on this server's data and return what it printed."""
        return manage(self.environment, *arguments)


def server_url() -> str | None:
    """Return the address of the PostgreSQL server that this run was given, if any."""
    url = os.environ.get("DATABASE_URL", "")
    return url if url.startswith("postgres") else None


def with_database(url: str, name: str) -> str:
    """Return the same server's address with another database."""
    return f"{url.rpartition('/')[0]}/{name}"


def environment(data_dir: Path, database: str | None, port: int = 8000) -> dict[str, str]:
    """Return the environment of a demo portal on these data."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "PYTEST_", "COV_"))}
    kept.update(
        PORTAL_MODE="demo",
        DJANGO_SETTINGS_MODULE="portal.settings",
        DATA_DIR=str(data_dir),
        STATIC_ROOT=str(data_dir / "static"),
        SECRET_KEY=SECRET,
        PUBLIC_URL=f"http://127.0.0.1:{port}",
        PYTHONWARNINGS="default",
    )
    server = server_url()
    if server and database:
        kept["DATABASE_URL"] = with_database(server, database)
    else:
        kept.pop("DATABASE_URL", None)
    return kept


def manage(env: dict[str, str], *arguments: str) -> str:
    """Run manage.py in a process of its own; its words are in the error when it fails."""
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=env,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SEEDED_WITHIN,
    )
    assert done.returncode == 0, f"manage.py {' '.join(arguments)} failed:\n{done.stdout}"
    return done.stdout


def on_server(statement: sql.Composed) -> None:
    """Run one statement that no transaction may hold, such as CREATE DATABASE."""
    server = server_url()
    assert server is not None
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)


def make_seed(shared: Path) -> Seed:
    """Seed the demo town once for all the processes of a run; the others wait for it."""
    folder = shared / "seed"
    done = shared / "seed.done"
    with (shared / "seed.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            database = f"seed_{secrets.token_hex(6)}" if server_url() else None
            if database:
                on_server(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            manage(environment(folder, database), "serve", "--prepare-only")
            done.write_text(database or "")
    return Seed(folder, done.read_text() or None)


@contextmanager
def copy_of(seed: Seed) -> Iterator[tuple[Path, str | None]]:
    """Copy the seeded town, files and database, and remove the copy afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="portail-live-"))
    database = f"live_{secrets.token_hex(6)}" if seed.database else None
    try:
        shutil.copytree(seed.folder, folder, dirs_exist_ok=True)
        if database and seed.database:
            names = sql.Identifier(database), sql.Identifier(seed.database)
            on_server(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        yield folder, database
    finally:
        if database:
            on_server(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def run_live(seed: Seed) -> Iterator[Live]:
    """Serve a copy of the seeded town, web and worker, on a free port of the loopback address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with copy_of(seed) as (folder, database):
        env = environment(folder, database, port)
        command = [sys.executable, str(ROOT / "manage.py"), "serve", "--no-prepare", "--port", str(port)]
        with serving(command, env, folder / "server.log"):
            yield Live(f"http://127.0.0.1:{port}", folder, env)


@contextmanager
def serving(command: Sequence[str], env: dict[str, str], log: Path) -> Iterator[None]:
    """Run the server, wait until it says READY, and stop it in the end."""
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        deadline = time.monotonic() + READY_WITHIN
        while b"READY " not in log.read_bytes():
            words = log.read_text(errors="replace")
            assert server.poll() is None, f"The server stopped:\n{words}"
            assert time.monotonic() < deadline, f"The server was not ready in time:\n{words}"
            time.sleep(0.1)
        yield
    finally:
        server.terminate()
        try:
            server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
