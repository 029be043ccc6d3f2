"""Keys that seal, made for the tests: in a file, in a token of software, out of their dates."""

import os
import subprocess
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from cryptography.x509.oid import NameOID

from procedures.documents import seal
from procedures.documents.certificates import self_signed

PASSPHRASE = "phrase du cachet"
NOBODY: dict[str, Any] = {
    "file": "",
    "passphrase": "",
    "module": "",
    "token": "",
    "label": "",
    "required": False,
    "timestamp_url": "",
    "timestamp_timeout": 5.0,
}
_MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")


@cache
def made(name: str = "Mairie d’Exemple") -> bytes:
    """Return a key file such as ``manage.py make_seal`` writes."""
    return self_signed(name, PASSPHRASE)


def use(settings: Any, folder: Path, data: bytes | None = None, **change: Any) -> Path:
    """Let the portal seal with a key file; return where it is."""
    path = folder / "seal.p12"
    path.write_bytes(made() if data is None else data)
    settings.SEAL = NOBODY | {"file": str(path), "passphrase": PASSPHRASE, "required": True} | change
    return path


def dated(first: timedelta, last: timedelta) -> bytes:
    """Return a key file on an elliptic curve whose certificate is valid from and until these times from now."""
    key, certificate = _signed(first, last)
    return pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, NoEncryption())


def _signed(first: timedelta, last: timedelta) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Cachet daté")])
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(x509.random_serial_number()).not_valid_before(now + first).not_valid_after(now + last)
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    return key, built.add_extension(usage, critical=True).sign(key, hashes.SHA256())


def use_token(settings: Any, folder: Path, monkeypatch: Any) -> None:
    """Let the portal seal with a key that never leaves a token: one of software, as a test may have."""
    config = folder / "softhsm2.conf"
    (folder / "tokens").mkdir()
    config.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(config))
    module = next(path for path in _MODULES if Path(path).exists())
    key, certificate = _signed(timedelta(hours=-1), timedelta(days=1))
    run("softhsm2-util", "--init-token", "--free", "--label", "mairie", "--pin", "1234", "--so-pin", "5678")
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    run("softhsm2-util", "--import", str(folder / "key.pem"), "--token", "mairie", "--label", "cachet", "--id", "01",
        "--pin", "1234")  # fmt: skip
    _import_certificate(module, certificate)
    settings.SEAL = NOBODY | {
        "module": module,
        "token": "mairie",
        "label": "cachet",
        "passphrase": "1234",
        "required": True,
    }
    seal._token.cache_clear()


def run(*command: str) -> None:
    """Run a program that must end well."""
    subprocess.run(command, check=True, capture_output=True, env=dict(os.environ))


def _import_certificate(module: str, certificate: x509.Certificate) -> None:
    import pkcs11

    token = pkcs11.lib(module).get_token(token_label="mairie")
    with token.open(user_pin="1234", rw=True) as session:
        session.create_object(
            {
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                pkcs11.Attribute.TOKEN: True,
                pkcs11.Attribute.LABEL: "cachet",
                pkcs11.Attribute.ID: b"\x01",
                pkcs11.Attribute.SUBJECT: certificate.subject.public_bytes(),
                pkcs11.Attribute.VALUE: certificate.public_bytes(Encoding.DER),
            }
        )
