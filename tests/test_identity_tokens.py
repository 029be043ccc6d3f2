"""Tokens of an identity service, one by one: what is believed, and each thing that makes one refused."""

import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.core.cache import caches

from accounts.identity.oidc.refused import Refused
from accounts.identity.oidc.services import Service
from accounts.identity.oidc.tokens import identity_token, user_information

ISSUER = "https://identite.example"
NONCE = "n" * 43
SERVICE = Service(key="franceconnect", issuer=ISSUER, client_id="portail", secret="s", acr="eidas1", timeout=0.1)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(autouse=True)
def published() -> Iterator[None]:
    """Publish one key of each kind; nothing else may be asked for, as nobody listens."""
    keys = [
        {**jwt.algorithms.ECAlgorithm.to_jwk(EC_KEY.public_key(), as_dict=True), "kid": "ec", "alg": "ES256"},
        {**jwt.algorithms.RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True), "kid": "rsa", "use": "sig"},
        {**jwt.algorithms.RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True), "kid": "enc", "use": "enc"},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "oct"},
    ]
    caches["local"].set(f"oidc.keys:{ISSUER}", keys)
    caches["local"].set(f"oidc.keys:{ISSUER}:refresh", True)
    yield
    caches["local"].clear()


def signed(alg: str = "ES256", kid: str | None = "ec", key: Any = EC_KEY, **changes: Any) -> str:
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": "portail", "sub": "s", "iat": now, "exp": now + 60, "nonce": NONCE, "acr": "eidas1"}
    whole = {name: value for name, value in (claims | changes).items() if value is not None}
    return jwt.encode(whole, key, algorithm=alg, headers={"kid": kid} if kid else {})


def believe(token: Any) -> dict[str, Any]:
    return identity_token(SERVICE, token, nonce=NONCE, access_token="access")


@pytest.mark.parametrize(("alg", "kid", "key"), [("ES256", "ec", EC_KEY), ("RS256", "rsa", RSA_KEY)])
def test_both_kinds_of_signature_are_believed(alg: str, kid: str, key: Any) -> None:
    assert believe(signed(alg, kid, key))["sub"] == "s"


def test_an_audience_of_us_alone_may_be_a_list() -> None:
    assert believe(signed(aud=["portail"]))["aud"] == ["portail"]


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://autre.example"},
        {"iss": None},
        {"aud": "autre"},
        {"aud": None},
        {"aud": ["portail", "autre"]},
        {"exp": int(time.time()) - 60},
        {"exp": None},
        {"iat": int(time.time()) + 600},
        {"iat": None},
        {"nbf": int(time.time()) + 600},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"nonce": None},
        {"nonce": "m" * 43},
        {"nonce": ["n"]},
        {"nonce": "é"},
        {"at_hash": "x"},
    ],
)
def test_a_token_with_one_thing_wrong_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        believe(signed(**changes))
    assert refused.value.kind == "invalid"


@pytest.mark.parametrize("acr", [None, "eidas0", "eidas0-mfa", "EIDAS1", ""])
def test_a_level_under_the_one_asked_is_said_as_such(acr: str | None) -> None:
    with pytest.raises(Refused) as refused:
        believe(signed(acr=acr))
    assert refused.value.kind == "level"


@pytest.mark.parametrize("acr", ["eidas1", "eidas1-mfa", "eidas2", "eidas3"])
def test_a_stronger_level_is_accepted(acr: str) -> None:
    assert believe(signed(acr=acr))["acr"] == acr


@pytest.mark.parametrize(
    ("alg", "kid", "key"),
    [
        ("RS256", "ec", RSA_KEY),  # the name of a key of another kind
        ("ES256", "rsa", EC_KEY),
        ("RS256", "enc", RSA_KEY),  # a key for encryption
        ("HS256", "oct", "secret" * 8),
        ("HS256", "rsa", "secret" * 8),
        ("RS512", "rsa", RSA_KEY),
        ("PS256", "rsa", RSA_KEY),
        ("none", "rsa", ""),
        ("ES256", None, EC_KEY),
        ("ES256", "unknown", EC_KEY),
        ("ES256", "ec", ec.generate_private_key(ec.SECP256R1())),
    ],
)
def test_a_signature_by_another_key_or_algorithm_is_refused(alg: str, kid: str | None, key: Any) -> None:
    with pytest.raises(Refused):
        believe(signed(alg, kid, key))


def test_an_algorithm_that_the_settings_leave_out_is_refused() -> None:
    only = Service(
        key="franceconnect", issuer=ISSUER, client_id="portail", secret="s", acr="eidas1", algorithms=("ES256",)
    )
    with pytest.raises(Refused):
        identity_token(only, signed("RS256", "rsa", RSA_KEY), nonce=NONCE, access_token="access")


@pytest.mark.parametrize("token", [None, "", "x", "a.b.c", "é", {"sub": "s"}, "." * 50_000])
def test_what_is_no_token_is_refused(token: Any) -> None:
    with pytest.raises(Refused):
        believe(token)


def test_user_information_is_of_the_same_person() -> None:
    assert user_information(SERVICE, signed(family_name="Morvan"), sub="s")["family_name"] == "Morvan"
    with pytest.raises(Refused):
        user_information(SERVICE, signed(), sub="t")
