#!/usr/bin/env python3
"""Start the demo town: set its environment (data folder, lasting secret key), then become `manage.py serve`."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def lasting_secret(folder: Path) -> str:
    """Return the installation's own random key, made once, readable by its owner alone."""
    kept = folder / "secret_key"
    if not kept.exists():
        handle = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(64))
    return kept.read_text().strip()


def main() -> None:
    """Read the two options and start the server in this same process, so that Ctrl-C reaches it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data-dir", type=Path, default=ROOT / "var")
    options = parser.parse_args()
    data_dir = options.data_dir.resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        PORTAL_MODE="demo",
        DATA_DIR=str(data_dir),
        SECRET_KEY=lasting_secret(data_dir),
        PUBLIC_URL=f"http://127.0.0.1:{options.port}",
        DJANGO_SETTINGS_MODULE="portal.settings",
    )
    os.chdir(ROOT)
    command = [sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(options.port)]
    os.execv(sys.executable, command)  # noqa: S606 our own command, with a port read as a number


if __name__ == "__main__":
    main()
