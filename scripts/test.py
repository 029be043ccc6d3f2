#!/usr/bin/env python3
"""Run the tests: test.py sqlite|postgres|both [PYTEST ARGUMENT…]. What was run is said on the last line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEST_ENVIRONMENT = {"PORTAL_MODE": "test", "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONWARNINGS": "default"}
# Set on the machine, these would point the tests at real data.
FORGOTTEN = (
    "DATABASE_URL",
    "CACHE_URL",
    "DATA_DIR",
    "STATIC_ROOT",
    "SECRET_KEY",
    "EMAIL_URL",
    "DEBUG",
    "PYTEST_ADDOPTS",
)


def run(database: str, arguments: list[str]) -> int:
    """Run pytest on one database; return its exit code."""
    environment = {name: value for name, value in os.environ.items() if name not in FORGOTTEN} | TEST_ENVIRONMENT
    command = [sys.executable, "-m", "pytest", "-n", os.environ.get("TEST_PROCESSES", "2"), *arguments]
    if database == "postgres":
        command = [sys.executable, str(ROOT / "scripts" / "with_postgres.py"), *command]
    print(f"== Tests: {database}", flush=True)
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def main(database: str, arguments: list[str]) -> int:
    """Run on each database asked for, all of them even when the first fails."""
    databases = ["sqlite", "postgres"] if database == "both" else [database]
    # What asks nothing of the rows is the same on both: it has run on SQLite.
    again = ["-m", "not one_database"] if database == "both" and "-m" not in arguments else []
    return max([abs(run(each, [*arguments, *(again if each == "postgres" else [])])) for each in databases])


if __name__ == "__main__":
    if sys.argv[1:2] not in [["sqlite"], ["postgres"], ["both"]]:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
