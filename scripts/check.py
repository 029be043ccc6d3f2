#!/usr/bin/env python3
"""Check the sources without running the portal: each check is run, whatever the others said; one failure fails all."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
APPS = ["town", "journal", "accounts", "messaging", "procedures", "exchange", "portal"]
IN_TEST = {"PORTAL_MODE": "test", "DJANGO_SETTINGS_MODULE": "portal.settings"}
IN_TESTS = {"PORTAL_MODE": "test", "DJANGO_SETTINGS_MODULE": "tests.settings"}
# What an installation really sets, with a key made for this one run.
IN_PRODUCTION = {
    "PORTAL_MODE": "production",
    "DJANGO_SETTINGS_MODULE": "portal.settings",
    "SECRET_KEY": secrets.token_urlsafe(64),
    "ALLOWED_HOSTS": "demarches.example.org",
    "PUBLIC_URL": "https://demarches.example.org",
    "FILE_SCANNER": "procedures.lifecycle.scanning.ClamAvScanner",
}
FORGOTTEN = (
    "DATABASE_URL",
    "CACHE_URL",
    "STATIC_ROOT",
    "EMAIL_URL",
    "DEBUG",
    "INSECURE_COOKIES",
    "BEHIND_PROXY",
    "DEMO_MODE",
)


def checks() -> list[tuple[str, list[str], dict[str, str]]]:
    """List the checks: a name, a command, and its environment."""
    python = str(sys.executable)
    typed = [app for app in APPS if (ROOT / app).is_dir()]
    templates = [
        str(path.relative_to(ROOT)) for path in [ROOT / "templates", *ROOT.glob("*/templates")] if path.is_dir()
    ]
    manage = [python, "manage.py"]
    found = [
        ("style", [str(BIN / "ruff"), "check", "."], {}),
        ("form", [str(BIN / "ruff"), "format", "--check", "."], {}),
        ("types", [str(BIN / "mypy"), *typed, "tests", "scripts", "manage.py"], IN_TEST),
        ("architecture", [python, "-m", "pytest", "-q", "-p", "no:randomly", "tests/test_architecture.py"], IN_TESTS),
        ("deployment", [*manage, "check", "--deploy", "--fail-level", "WARNING"], IN_PRODUCTION),
        ("migrations", [*manage, "makemigrations", "--check", "--dry-run"], IN_TEST),
        ("translations", [python, "scripts/messages.py", "check"], {}),
    ]
    if any(next((ROOT / folder).rglob("*.html"), None) for folder in templates):
        found.insert(2, ("templates", [str(BIN / "djlint"), *templates, "--lint", "--quiet"], {}))
    return found


def main() -> int:
    """Run every check and say at the end which ones failed."""
    failed = []
    inherited = {name: value for name, value in os.environ.items() if name not in FORGOTTEN}
    with tempfile.TemporaryDirectory(prefix="portail-check-") as folder:
        for name, command, environment in checks():
            started = time.monotonic()
            print(f"== {name}", flush=True)
            env = inherited | {"DATA_DIR": folder} | environment
            if subprocess.run(command, cwd=ROOT, env=env, check=False).returncode:
                failed.append(name)
            print(f"   {time.monotonic() - started:.1f} s", flush=True)
    print(f"Failed: {', '.join(failed)}." if failed else "Every check passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
