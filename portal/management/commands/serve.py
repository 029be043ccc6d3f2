"""Run the web server and the task workers in one foreground process, and prepare the demo town first in demo mode."""

import hashlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from contextlib import suppress
from importlib import import_module
from io import StringIO
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

READY_WITHIN = 90.0
STOP_WITHIN = 20.0


class Command(BaseCommand):
    help = "Serve the portal: gunicorn and the task workers, until Ctrl-C. In demo mode, prepare the demo town first."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--host", default="127.0.0.1", help="Address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="Port to listen on (8000)")
        parser.add_argument("--no-prepare", action="store_true", help="Serve the data as they are")
        parser.add_argument("--prepare-only", action="store_true", help="Prepare, then stop")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare where asked, start the children, and wait for the end."""
        if not options["prepare_only"]:
            refuse_taken_port(options["host"], options["port"])
        if (settings.DEMO_MODE or options["prepare_only"]) and not options["no_prepare"]:
            self.prepare()
        if not options["prepare_only"]:
            self.serve(options["host"], options["port"])

    def prepare(self) -> None:
        """Bring the database, the static files and, in demo mode, the demo town up to date."""
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        self.say("database")
        call_command("migrate", interactive=False, verbosity=0)
        self.collect_static()
        if settings.DEMO_MODE:
            self.say("demo town")
            call_command("load_demo", verbosity=0)
            if not Path(settings.SEAL["file"]).exists():
                call_command("make_seal", name="Cachet de démonstration", stdout=StringIO())

    def collect_static(self) -> None:
        """Collect the static files, unless the same ones were collected last time."""
        digest = hashlib.sha256()
        for finder in get_finders():
            for path, storage in finder.list([]):
                file = Path(storage.path(path))
                digest.update(f"{path} {file.stat().st_size} {file.stat().st_mtime_ns}\n".encode())
        stamp = Path(settings.STATIC_ROOT) / ".collected"
        if stamp.exists() and stamp.read_text() == digest.hexdigest():
            return
        self.say("static files")
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(digest.hexdigest())

    def serve(self, host: str, port: int) -> None:
        """Run the web server and the workers until a signal, or until one of them fails."""
        connections.close_all()  # The children open their own.
        signals: list[int] = []

        def remember(number: int, _frame: FrameType | None) -> None:
            signals.append(number)

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, remember)
        web = [sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"{host}:{port}", "--worker-class", "gthread"]
        web += ["--workers", "2", "--threads", "4", "--log-level", "warning", "--graceful-timeout", "10"]
        worker = [sys.executable, str(settings.BASE_DIR / "manage.py"), "work"]
        # Sessions of their own: a Ctrl-C of the terminal reaches this process alone, which stops them in order.
        commands = {"web server": web, "task worker": worker, "bulk worker": worker}
        # The task queue reads from the environment which of its queues it serves.
        bulk = {**os.environ, "Q_CLUSTER_NAME": "bulk"}
        children = {
            name: subprocess.Popen(  # noqa: S603 our own commands
                command, cwd=settings.BASE_DIR, start_new_session=True, env=bulk if name == "bulk worker" else None
            )
            for name, command in commands.items()
        }
        try:
            self.wait_until_ready(host, port, children, signals)
            while not signals:
                self.refuse_dead(children)
                time.sleep(0.2)
        finally:
            stop(children)

    def wait_until_ready(
        self, host: str, port: int, children: dict[str, subprocess.Popen[bytes]], signals: list[int]
    ) -> None:
        """Wait for the health page, then print the address and, in demo mode, the people to sign in as."""
        deadline = time.monotonic() + READY_WITHIN
        while not signals and not answers(host, port):
            self.refuse_dead(children)
            if time.monotonic() > deadline:
                raise CommandError("The portal did not answer in time.")
            time.sleep(0.1)
        if signals:
            return
        self.refuse_dead(children)
        self.stdout.write(f"READY http://{host}:{port}/")
        if settings.DEMO_MODE:
            # Imported here: the demo's people concern no other installation.
            for email, role, password in import_module("accounts.demo").logins():
                self.stdout.write(f"  {email:<26} {password:<20} {role}")
        self.stdout.flush()

    def refuse_dead(self, children: dict[str, subprocess.Popen[bytes]]) -> None:
        """Fail as soon as a child has ended by itself."""
        for name, child in children.items():
            if child.poll() is not None:
                raise CommandError(f"The {name} stopped unexpectedly (code {child.returncode}).")

    def say(self, words: str) -> None:
        """Print one line of progress at once."""
        self.stdout.write(f"· {words}")
        self.stdout.flush()


def refuse_taken_port(host: str, port: int) -> None:
    """Fail early, and in words, when something else listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            words = f"{host}:{port} cannot be listened to ({error.strerror}): choose another port."
            raise CommandError(words) from error


def answers(host: str, port: int) -> bool:
    """Say whether the health page answers; in production, being sent to https is an answer too."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    allowed = [name.lstrip(".") for name in settings.ALLOWED_HOSTS if name != "*"]
    headers = {"Host": (allowed or [host])[0], "X-Forwarded-Proto": "https"}
    try:
        connection.request("GET", "/healthz", headers=headers)
        return connection.getresponse().status in (200, 301)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def stop(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Ask every child to end, then make sure of it."""
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + STOP_WITHIN
    for child in children.values():
        try:
            child.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        # What a killed child left behind is still in the session that was opened for it.
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
