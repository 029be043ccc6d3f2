"""What no portal may start with: settings that contradict each other, or are unsafe where citizens come."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from django.core.exceptions import ImproperlyConfigured

_REDIS = "django.core.cache.backends.redis.RedisCache"
_SHARED = {"portal.kit.shared.SharedCache", _REDIS}
_ACR = {"eidas0", "eidas0-mfa", "eidas1", "eidas1-mfa", "eidas2", "eidas3"}


def check(settings: Mapping[str, Any], *, demo_asked: bool) -> None:
    """Raise ImproperlyConfigured, with every reason in words, for settings that the portal must not start with."""
    mode, public = settings["MODE"], settings["PUBLIC_URL"]
    if mode not in {"production", "demo", "test"}:
        raise ImproperlyConfigured(f"PORTAL_MODE={mode!r}: choose production, demo or test.")
    backend = settings["CACHES"]["default"]["BACKEND"]
    if backend not in _SHARED:
        raise ImproperlyConfigured("CACHE_URL: only Redis (redis://…) shares the count of tries between processes.")
    if backend == _REDIS and find_spec("redis") is None:
        raise ImproperlyConfigured("CACHE_URL names Redis: install the Python package redis, or leave CACHE_URL out.")
    for key, service in settings["IDENTITY_SERVICES"].items():
        _check_service(key.upper(), service)
    if mode == "production":
        unsafe = [*_careless(settings, demo_asked), *_untrusted(settings)]
        if unsafe:
            raise ImproperlyConfigured("The portal refuses to start in production: " + "; ".join(unsafe) + ".")
    if mode == "demo" and (settings["BEHIND_PROXY"] or public.startswith("https://")):
        raise ImproperlyConfigured(
            "Demo mode refuses to start with production settings (BEHIND_PROXY or an https PUBLIC_URL)."
        )


def _check_service(name: str, service: Mapping[str, Any]) -> None:
    if not (service["client_id"] and service["secret"]):
        raise ImproperlyConfigured(f"{name}_ISSUER needs {name}_CLIENT_ID and _CLIENT_SECRET.")
    if service["acr"] not in _ACR:
        raise ImproperlyConfigured(f"{name}_ACR is not a level of assurance.")
    if not set(service.get("algorithms", {"ES256"})) <= {"ES256", "RS256"}:
        raise ImproperlyConfigured(f"{name}_ALGORITHMS: only ES256 and RS256 prove who signed.")


def _careless(settings: Mapping[str, Any], demo_asked: bool) -> list[str]:
    key, hosts = settings["SECRET_KEY"], settings["ALLOWED_HOSTS"]
    return [
        reason
        for wrong, reason in [
            (settings["DEBUG"], "DEBUG is on"),
            (
                key == settings["DEFAULT_SECRET"] or len(key) < 40,
                "SECRET_KEY is the default one or under 40 characters",
            ),
            (not hosts or "*" in hosts, "ALLOWED_HOSTS is empty or accepts any host"),
            (settings["INSECURE_COOKIES"], "INSECURE_COOKIES is on"),
            (demo_asked, "DEMO_MODE is on"),
        ]
        if wrong
    ]


def _untrusted(settings: Mapping[str, Any]) -> list[str]:
    found = []
    for key, service in settings["IDENTITY_SERVICES"].items():
        issuer = str(service["issuer"])
        if not issuer.startswith("https://"):
            found.append(f"{key.upper()}_ISSUER is not an https address")
        if f"/{settings['DOUBLE_PREFIX']}/" in issuer:
            found.append(f"{key.upper()}_ISSUER is the demo's double")
    return found
