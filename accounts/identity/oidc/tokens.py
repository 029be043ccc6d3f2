"""Verify what a service signed: the ID token and the user information (OpenID Connect Core 1.0, §3.1.3.7 and §5.3.4)."""

import base64
import hashlib
import secrets
from typing import Any

import jwt

from .discovery import signing_key
from .refused import Refused
from .services import Service

_LEEWAY = 10  # seconds between two clocks; an ID token lives 60


def verified(service: Service, token: object, *, required: tuple[str, ...]) -> dict[str, Any]:
    """Return the claims of a signed token: right key, pinned algorithm, issuer, audience and dates."""
    if not isinstance(token, str):
        raise Refused("invalid", "no token")
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError as error:
        raise Refused("invalid", "not a token") from error
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in service.algorithms or not isinstance(kid, str):
        raise Refused("invalid", "algorithm or key name")
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key=signing_key(service, kid, algorithm).key,
            algorithms=[algorithm],
            issuer=service.issuer,
            audience=service.client_id,
            leeway=_LEEWAY,
            options={"require": list(required)},
        )
    except jwt.PyJWTError as error:
        raise Refused("invalid", type(error).__name__) from error
    # A token for us and others too could have been given to them first.
    if claims["aud"] not in (service.client_id, [service.client_id]):
        raise Refused("invalid", "several audiences")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise Refused("invalid", "sub")
    return claims


def identity_token(service: Service, token: object, *, nonce: str, access_token: str) -> dict[str, Any]:
    """Return the claims of the ID token: made for this very sign-in, at the level asked."""
    claims = verified(service, token, required=("iss", "sub", "aud", "exp", "iat", "nonce"))
    if not isinstance(claims["nonce"], str) or not secrets.compare_digest(claims["nonce"].encode(), nonce.encode()):
        raise Refused("invalid", "nonce")
    if "at_hash" in claims and claims["at_hash"] != _half_hash(access_token):
        raise Refused("invalid", "at_hash")
    if not service.accepts(claims.get("acr")):
        raise Refused("level", "acr")
    return claims


def user_information(service: Service, body: str, *, sub: str) -> dict[str, Any]:
    """Return the claims of the signed user information, which speaks of the very person of the ID token."""
    claims = verified(service, body, required=("iss", "sub", "aud"))
    if claims["sub"] != sub:
        raise Refused("invalid", "sub of the user information")
    return claims


def _half_hash(access_token: str) -> str:
    """Return the left half of the digest (OpenID Connect Core 1.0, §3.1.3.6; SHA-256 for both our algorithms)."""
    digest = hashlib.sha256(access_token.encode()).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()
