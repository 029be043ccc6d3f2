"""A double of both services, for tests and the demonstration: it signs for invented people, and lies when told to."""

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.core import signing
from django.core.exceptions import ImproperlyConfigured

from .people import PEOPLE, name, sub

_SALT = "oidc.double"
_CODE_SECONDS = 30
# Like FranceConnect: any other parameter is refused.
_ALLOWED = {
    "franceconnect": {"acr_values", "ui_locales", "claims", "prompt", "idp_hint"},
    "proconnect": {"acr_values", "claims", "prompt", "login_hint", "idp_hint"},
}
_COMMON = {"client_id", "redirect_uri", "scope", "response_type", "state", "nonce"}
SWITCHES = (
    "nonce",
    "signature",
    "expired",
    "audience",
    "low_acr",
    "unknown_key",
    "denied",
    "error",
    "slow",
    "drip",  # by the server of the tests
    "other_sub",
    "none",
    "hs256",
    "no_sub",
    "plain_userinfo",
)


@dataclass
class Answer:
    """What the double answers; a page lists the people to choose from."""

    status: int = 200
    body: str = ""
    kind: str = "application/json"
    location: str = ""
    choices: list[tuple[str, str]] = field(default_factory=list)  # name, address


def make_key() -> rsa.RSAPrivateKey:
    """Return a new signing key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Double:
    """One service at one address. Codes and tokens are signed texts: any web process reads those of another."""

    def __init__(self, service: str, issuer: str, key: rsa.RSAPrivateKey | None = None) -> None:
        if settings.PRODUCTION:
            raise ImproperlyConfigured("The double of the identity services refuses to start in production.")
        self.service, self.issuer = service, issuer
        self.key, self.number = key or make_key(), 1
        self.switch = ""
        self.changed: dict[str, dict[str, Any]] = {}
        self.seen: list[str] = []
        self._used: set[str] = set()

    def rotate(self) -> None:
        """Sign with a new key from now on, published in place of the old one."""
        self.key, self.number = make_key(), self.number + 1

    def answer(self, method: str, path: str, given: dict[str, str], authorization: str = "") -> Answer:
        """Answer one call; ``path`` begins after the issuer, ``given`` is the query or the form."""
        self.seen.append(path)
        if self.switch == "error" and path in ("/token", "/userinfo"):
            return Answer(500, "down")
        if self.switch == "slow" and path == "/token":
            time.sleep(1)
            return Answer(503, "late")
        match method, path:
            case "GET", "/.well-known/openid-configuration":
                return _json(self._document())
            case "GET", "/jwks":
                return _json({"keys": [self._public_key()]})
            case "GET", "/authorize":
                return self._authorize(given)
            case "GET", "/choisir":
                return self._choose(given)
            case "POST", "/token":
                return self._token(given)
            case "GET", "/userinfo":
                return self._userinfo(authorization)
            case "GET", "/session/end":
                return self._end(given)
        return Answer(404, "nothing here", "text/plain")

    def _document(self) -> dict[str, Any]:
        places = {"authorization": "authorize", "token": "token", "userinfo": "userinfo", "end_session": "session/end"}
        return {
            "issuer": self.issuer,
            **{f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in places.items()},
            "jwks_uri": f"{self.issuer}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def _public_key(self) -> dict[str, Any]:
        shown: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {**shown, "kid": f"double:{self.number}", "use": "sig", "alg": "RS256"}

    def _authorize(self, given: dict[str, str]) -> Answer:
        fault = self._fault(given)
        if fault:
            return Answer(400, fault, "text/plain")
        if self.switch == "denied":
            return self._back(given, error="access_denied")
        people = [(name(claims), key) for key, claims in PEOPLE[self.service].items()]
        links = [(shown, f"{self.issuer}/choisir?{urlencode({**given, 'person': key})}") for shown, key in people]
        return Answer(kind="text/html", choices=[*links, ("", f"{self.issuer}/choisir?{urlencode(given)}")])

    def _fault(self, given: dict[str, str]) -> str:
        """Say what the real services would refuse."""
        if given.keys() - _COMMON - _ALLOWED[self.service]:
            return "parameter not allowed"
        if given.get("response_type") != "code" or given.get("client_id") != self._client()["client_id"]:
            return "client"
        if "openid" not in given.get("scope", "").split():
            return "scope"
        if min(len(given.get("state", "")), len(given.get("nonce", ""))) < 32:
            return "state or nonce under 32 characters"
        if not (given.get("acr_values") or given.get("claims")):
            return "no level asked"
        return ""

    def _client(self) -> dict[str, Any]:
        return settings.IDENTITY_SERVICES[self.service]

    def _choose(self, given: dict[str, str]) -> Answer:
        person = given.pop("person", "")
        fault = self._fault(given)
        if fault:
            return Answer(400, fault, "text/plain")
        if person not in PEOPLE[self.service]:
            return self._back(given, error="access_denied")
        kept = {"p": person, "n": given["nonce"], "r": given["redirect_uri"], "i": secrets.token_hex(4)}
        return self._back(given, code=signing.dumps(kept, salt=_SALT))

    def _back(self, given: dict[str, str], **more: str) -> Answer:
        return Answer(302, location=f"{given['redirect_uri']}?{urlencode({**more, 'state': given['state']})}")

    def _token(self, given: dict[str, str]) -> Answer:
        client, code = self._client(), given.get("code", "")
        try:
            kept = signing.loads(code, salt=_SALT, max_age=_CODE_SECONDS)
        except signing.BadSignature:
            return _json({"error": "invalid_grant"}, 400)
        right = (client["client_id"], client["secret"], kept["r"])
        if (given.get("client_id"), given.get("client_secret"), given.get("redirect_uri")) != right:
            return _json({"error": "invalid_client"}, 401)
        if code in self._used:
            return _json({"error": "invalid_grant"}, 400)
        self._used.add(code)
        access = signing.dumps(kept["p"], salt=f"{_SALT}.access")
        half = hashlib.sha256(access.encode()).digest()[:16]
        claims = {
            "sub": sub(self.service, kept["p"]),
            "nonce": "another-nonce-than-the-one-that-was-sent" if self.switch == "nonce" else kept["n"],
            "acr": "eidas0" if self.switch == "low_acr" else "eidas1",
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
            "auth_time": int(time.time()),
        }
        if self.switch == "no_sub":
            del claims["sub"]
        token = self._sign(claims)
        return _json({"access_token": access, "token_type": "Bearer", "expires_in": 60, "id_token": token})

    def _userinfo(self, authorization: str) -> Answer:
        try:
            person = signing.loads(authorization.removeprefix("Bearer "), salt=f"{_SALT}.access", max_age=60)
        except signing.BadSignature:
            return _json({"error": "invalid_token"}, 401)
        who = "someone-else" if self.switch == "other_sub" else person
        claims = {**PEOPLE[self.service][person], **self.changed.get(person, {}), "sub": sub(self.service, who)}
        if self.switch == "plain_userinfo":
            return _json(claims)
        return Answer(body=self._sign(claims), kind="application/jwt")

    def _sign(self, claims: dict[str, Any]) -> str:
        """Sign a token of 60 seconds, or make one that must be refused."""
        now = int(time.time()) - (3600 if self.switch == "expired" else 0)
        audience = "someone-else" if self.switch == "audience" else self._client()["client_id"]
        whole = {"iss": self.issuer, "aud": audience, "iat": now, "exp": now + 60, **claims}
        headers = {"kid": "double:unknown" if self.switch == "unknown_key" else f"double:{self.number}"}
        match self.switch:
            case "none":
                return jwt.encode(whole, "", algorithm="none", headers=headers)
            case "hs256":
                # The secret that both sides hold proves nothing of who signed.
                return jwt.encode(whole, self._client()["secret"], algorithm="HS256", headers=headers)
            case "signature":
                return jwt.encode(whole, make_key(), algorithm="RS256", headers=headers)
        return jwt.encode(whole, self.key, algorithm="RS256", headers=headers)

    def _end(self, given: dict[str, str]) -> Answer:
        """End the session of the person whose token is shown, expired or not, and lead back."""
        try:
            jwt.decode(
                given.get("id_token_hint", ""),
                self.key.public_key(),
                algorithms=["RS256"],
                audience=self._client()["client_id"],
                issuer=self.issuer,
                options={"verify_exp": False},
            )
        except jwt.PyJWTError:
            return Answer(400, "id_token_hint", "text/plain")
        return Answer(302, location=f"{given['post_logout_redirect_uri']}?{urlencode({'state': given['state']})}")


def _json(content: dict[str, Any], status: int = 200) -> Answer:
    return Answer(status, json.dumps(content))
