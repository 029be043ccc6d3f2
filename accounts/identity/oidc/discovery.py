"""What a service publishes of itself: its addresses and its keys, cached, with keys that rotate."""

from typing import Any
from urllib.parse import urlsplit

import jwt
from django.core.cache import caches

from .fetch import call_json
from .refused import Refused
from .services import Service

_DOCUMENT_SECONDS = 3600
_KEYS_SECONDS = 600
# An unknown key is asked for once, then no more than once in this time: forged tokens make no storm of calls.
_REFRESH_SECONDS = 30
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")


def document(service: Service) -> dict[str, Any]:
    """Return the discovery document (OpenID Connect Discovery 1.0, §4): the issuer is the one we trust, exactly."""
    key = f"oidc.document:{service.issuer}"
    found: dict[str, Any] | None = caches["local"].get(key)
    if found is None:
        found = call_json("GET", f"{service.issuer}/.well-known/openid-configuration", seconds=service.timeout)
        if found.get("issuer") != service.issuer:
            raise Refused("invalid", "issuer of the discovery document")
        for name in _ENDPOINTS:
            _refuse_unsafe(service, found.get(name))
        if "end_session_endpoint" in found:
            _refuse_unsafe(service, found["end_session_endpoint"])
        caches["local"].set(key, found, _DOCUMENT_SECONDS)
    return found


def _refuse_unsafe(service: Service, url: object) -> None:
    """Refuse an endpoint less protected than the issuer itself."""
    if not isinstance(url, str) or urlsplit(url).scheme != urlsplit(service.issuer).scheme:
        raise Refused("invalid", "endpoint of the discovery document")


def signing_key(service: Service, kid: str, algorithm: str) -> jwt.PyJWK:
    """Return the public key named by a token; an unknown one makes the keys be read again, once."""
    key = f"oidc.keys:{service.issuer}"
    known: list[dict[str, Any]] | None = caches["local"].get(key)
    found = _named(known or [], kid)
    if found is None and (known is None or caches["local"].add(f"{key}:refresh", True, _REFRESH_SECONDS)):
        answer = call_json("GET", document(service)["jwks_uri"], seconds=service.timeout)
        known = [one for one in answer.get("keys", []) if isinstance(one, dict)]
        caches["local"].set(key, known, _KEYS_SECONDS)
        found = _named(known, kid)
    if found is None:
        raise Refused("invalid", "unknown key")
    try:
        return jwt.PyJWK.from_dict(found, algorithm=algorithm)
    except jwt.PyJWTError as error:
        raise Refused("invalid", "key of another kind") from error


def _named(keys: list[dict[str, Any]], kid: str) -> dict[str, Any] | None:
    """Return the signature key of that name; a shared secret is no public key."""
    return next(
        (one for one in keys if one.get("kid") == kid and one.get("use", "sig") == "sig" and one.get("kty") != "oct"),
        None,
    )
