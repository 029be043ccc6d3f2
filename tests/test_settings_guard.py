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


LOOK = "import portal.settings as s; print(s.MODE, s.SESSION_COOKIE_SECURE)"


def start(environment: dict[str, str], data_dir: Path, words: str = LOOK) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process of their own, with this environment and no other."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "VIRTUAL_ENV"}}
    return subprocess.run(
        [sys.executable, "-c", words],
        cwd=ROOT,
        env=kept | {"DATA_DIR": str(data_dir), "DJANGO_SETTINGS_MODULE": "portal.settings"} | environment,
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


FRANCECONNECT = {
    "FRANCECONNECT_ISSUER": "https://identite.example.org/api/v2",
    "FRANCECONNECT_CLIENT_ID": "portail",
    "FRANCECONNECT_CLIENT_SECRET": "secret",
}


def test_production_starts_with_an_identity_service_that_is_whole(tmp_path: Path) -> None:
    started = start(SOUND | FRANCECONNECT, tmp_path)
    assert started.returncode == 0, started.stderr


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"FRANCECONNECT_CLIENT_ID": ""}, "FRANCECONNECT_CLIENT_ID"),
        ({"FRANCECONNECT_CLIENT_SECRET": ""}, "_CLIENT_SECRET"),
        ({"FRANCECONNECT_ISSUER": "http://identite.example.org"}, "not an https address"),
        ({"FRANCECONNECT_ISSUER": "https://example.org/demo/identite/franceconnect"}, "the demo's double"),
        ({"FRANCECONNECT_ACR": "fort"}, "FRANCECONNECT_ACR"),
        ({"FRANCECONNECT_ALGORITHMS": "RS256,none"}, "FRANCECONNECT_ALGORITHMS"),
        ({"FRANCECONNECT_ALGORITHMS": "HS256"}, "FRANCECONNECT_ALGORITHMS"),
    ],
)
def test_production_refuses_a_careless_identity_service(change: dict[str, str], words: str, tmp_path: Path) -> None:
    refused = start(SOUND | FRANCECONNECT | change, tmp_path)
    assert refused.returncode != 0
    assert words in refused.stderr.splitlines()[-1]


def test_the_double_of_the_identity_services_is_not_in_production(tmp_path: Path) -> None:
    words = "import django; django.setup(); from django.urls import reverse, NoReverseMatch\n"
    words += "try: print(reverse('demo_franceconnect', args=['jwks']))\nexcept NoReverseMatch: print('no address')\n"
    words += "from accounts.identity.oidc.double import Double\nDouble('franceconnect', 'http://127.0.0.1')"
    refused = start(SOUND, tmp_path, words)
    assert refused.stdout.strip() == "no address"
    assert "refuses to start in production" in refused.stderr.splitlines()[-1]


@pytest.mark.parametrize("change", [{"BEHIND_PROXY": "true"}, {"PUBLIC_URL": "https://demarches.example.org"}])
def test_a_demo_refuses_the_settings_of_production(change: dict[str, str], tmp_path: Path) -> None:
    refused = start({"PORTAL_MODE": "demo"} | change, tmp_path)
    assert refused.returncode != 0
    assert "Demo mode refuses" in refused.stderr


def test_a_demo_starts_on_the_loopback_address(tmp_path: Path) -> None:
    assert start({"PORTAL_MODE": "demo"}, tmp_path).stdout.strip() == "demo False"
