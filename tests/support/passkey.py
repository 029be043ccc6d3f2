"""A software authenticator: what a phone does with our challenges, for tests without a browser."""

import hashlib
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from tests.support.client import Portal, page_of

ORIGIN = "http://localhost"
FLAG = AuthenticatorData.FLAG


def browser() -> Portal:
    """Return a browser at an address that passkeys can be tied to."""
    return Portal(HTTP_HOST="localhost")


def options_of(page: Any) -> dict[str, Any]:
    """Return the options that a page holds for its script."""
    (block,) = (one for one in page_of(page).find_all("script") if one.get("id") == "passkey-options")
    found: dict[str, Any] = json.loads(block.text)["publicKey"]
    return found


class Passkey:
    """One credential; ``verified`` says whether the device asks for the person's PIN."""

    def __init__(self, *, verified: bool = True) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.flags = FLAG.UP | (FLAG.UV if verified else FLAG(0))
        self.handle = ""

    def _client(self, kind: str, challenge: str, origin: str) -> CollectedClientData:
        return CollectedClientData.create(type=kind, challenge=challenge, origin=origin)

    def create(self, options: dict[str, Any], *, origin: str = ORIGIN) -> dict[str, Any]:
        """Answer a request for a new passkey."""
        self.handle = options["user"]["id"]
        public = ES256.from_cryptography_key(self.private.public_key())  # type: ignore[no-untyped-call]
        data = AuthenticatorData.create(
            hashlib.sha256(options["rp"]["id"].encode()).digest(),
            self.flags | FLAG.AT,
            0,
            AttestedCredentialData.create(Aaguid.NONE, self.id, public),
        )
        return self._written(
            {
                "clientDataJSON": self._client("webauthn.create", options["challenge"], origin),
                "attestationObject": AttestationObject.create("none", data, {}),
            }
        )

    def get(self, options: dict[str, Any], *, origin: str = ORIGIN, handle: str = "") -> dict[str, Any]:
        """Answer a challenge."""
        client = self._client("webauthn.get", options["challenge"], origin)
        data = AuthenticatorData.create(hashlib.sha256(options["rpId"].encode()).digest(), self.flags, 0)
        signature = self.private.sign(data + client.hash, ec.ECDSA(hashes.SHA256()))
        answer = self._written({"clientDataJSON": client, "authenticatorData": data, "signature": signature})
        answer["response"]["userHandle"] = handle or self.handle
        return answer

    def _written(self, response: dict[str, bytes]) -> dict[str, Any]:
        key = websafe_encode(self.id)
        return {
            "id": key,
            "rawId": key,
            "type": "public-key",
            "response": {name: websafe_encode(value) for name, value in response.items()},
            "clientExtensionResults": {},
        }


def add(portal: Portal, name: str = "Téléphone", **options: bool) -> tuple[Any, Passkey]:
    """Add a passkey through its page; return the answer and the passkey."""
    page = portal.get("/comptes/securite/cles/ajouter/")
    passkey = Passkey(**options)
    made = json.dumps(passkey.create(options_of(page)))
    return portal.post("/comptes/securite/cles/ajouter/", {"name": name, "credential": made}), passkey


def challenge(portal: Portal) -> dict[str, Any]:
    """Ask for a challenge to sign in with, as the script does."""
    answer = portal.get("/comptes/connexion/cle/", headers={"accept": "application/json"})
    found: dict[str, Any] = answer.json()["request_options"]["publicKey"]
    return found


def sign_in(portal: Portal, answer: Any, **more: str) -> Any:
    """Post an answer to the challenge."""
    return portal.post("/comptes/connexion/cle/", {"credential": json.dumps(answer), **more})
