"""The portal refuses to start where it would be unsafe: a careless production, a demo open to the world."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOUND = {
    "PORTAL_MODE": "production",
    "SECRET_KEY": "k7Qm4Tz8-" * 8,
    "ALLOWED_HOSTS": "demarches.example.org",
    "PUBLIC_URL": "https://demarches.example.org",
}


def start(environment: dict[str, str], data_dir: Path) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process of their own, with this environment and no other."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "VIRTUAL_ENV"}}
    return subprocess.run(
        [sys.executable, "-c", "import portal.settings as s; print(s.MODE, s.SESSION_COOKIE_SECURE)"],
        cwd=ROOT,
        env=kept | {"DATA_DIR": str(data_dir)} | environment,
        check=False,
        capture_output=True,
        text=True,
    )


def test_production_starts_with_sound_settings_and_secure_cookies(tmp_path: Path) -> None:
    started = start(SOUND, tmp_path)
    assert started.stdout.strip() == "production True", started.stderr


def test_production_is_what_starts_when_nothing_is_said(tmp_path: Path) -> None:
    without_mode = {name: value for name, value in SOUND.items() if name != "PORTAL_MODE"}
    assert start(without_mode, tmp_path).stdout.startswith("production")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"DEBUG": "true"}, "DEBUG is on"),
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": None}, "SECRET_KEY"),
        ({"SECRET_KEY": "too-short"}, "SECRET_KEY"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"INSECURE_COOKIES": "true"}, "INSECURE_COOKIES"),
        ({"DEMO_MODE": "true"}, "DEMO_MODE"),
        ({"PORTAL_MODE": "live"}, "PORTAL_MODE"),
    ],
)
def test_production_refuses_a_careless_setting(change: dict[str, str | None], words: str, tmp_path: Path) -> None:
    changed = {name: value for name, value in (SOUND | change).items() if value is not None}
    refused = start(changed, tmp_path)
    assert refused.returncode != 0
    assert "ImproperlyConfigured" in refused.stderr
    assert words in refused.stderr.splitlines()[-1]


@pytest.mark.parametrize("change", [{"BEHIND_PROXY": "true"}, {"PUBLIC_URL": "https://demarches.example.org"}])
def test_a_demo_refuses_the_settings_of_production(change: dict[str, str], tmp_path: Path) -> None:
    refused = start({"PORTAL_MODE": "demo"} | change, tmp_path)
    assert refused.returncode != 0
    assert "Demo mode refuses" in refused.stderr


def test_a_demo_starts_on_the_loopback_address(tmp_path: Path) -> None:
    assert start({"PORTAL_MODE": "demo"}, tmp_path).stdout.strip() == "demo False"
