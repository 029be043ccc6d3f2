"""The town's seal on a document (PAdES, eIDAS articles 35 to 38): put once, read again by whoever wants to know."""

import hashlib
import io
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from .render import AMBIGUOUS, SEAL_FIELD
from .stamp import Stamp, StampUnavailable, judged, signers

_MARK = b"/ETSI.CAdES.detached"


class SealUnavailable(Exception):
    """The key that must seal is missing, locked, out of its dates or not where it should be: what is owed waits."""


@dataclass(frozen=True)
class Certificate:
    """Who seals, as the certificate says."""

    name: str
    fingerprint: str  # SHA-256 of ``der``, hexadecimal
    der: bytes
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True)
class Sealer:
    """A certificate, and what signs with its key."""

    certificate: Certificate
    signer: Any


@dataclass(frozen=True)
class Reading:
    """What a file says of its seal: by which certificate, whether not one byte changed since, and since when it was there."""

    fingerprint: str
    is_intact: bool
    stamp: Stamp | None = None


def sealer() -> Sealer | None:
    """Return what seals now; None where no key is named and none is required. Raises SealUnavailable."""
    config = settings.SEAL
    if not (config["file"] or config["module"]):
        if config["required"]:
            raise SealUnavailable(_("a seal is required, and no key is named (SEAL_FILE or SEAL_PKCS11_MODULE)"))
        return None
    found = _of_token() if config["module"] else _of_file(config["file"], config["passphrase"])
    now = datetime.now(UTC)
    if now < found.certificate.not_before:
        raise SealUnavailable(
            _("the certificate is not valid before %(day)s") % {"day": f"{found.certificate.not_before:%Y-%m-%d}"}
        )
    if now > found.certificate.not_after:
        raise SealUnavailable(
            _("the certificate expired on %(day)s") % {"day": f"{found.certificate.not_after:%Y-%m-%d}"}
        )
    return found


def warm() -> None:
    """Load what sealing takes, where the town seals; a key that cannot be used is told when a document waits for it."""
    from pyhanko.sign import signers  # noqa: F401 loaded for those who come after

    with suppress(SealUnavailable):
        sealer()


def put(data: bytes, by: Sealer, stamper: Any = None) -> bytes:
    """Return the document with its seal, in the place that was left for it; with a time-stamp where ``stamper`` is given.

    Raises SealUnavailable, and StampUnavailable where the authority of time-stamps does not do its part.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.fields import SigSeedSubFilter

    class Writer(IncrementalPdfFileWriter):
        def _update_meta(self) -> None:
            """Leave the metadata as they are: written again, they lose what makes both claims hold."""

    def sealed(location: str | None) -> bytes:
        meta = signers.PdfSignatureMetadata(
            field_name=SEAL_FIELD,
            subfilter=SigSeedSubFilter.PADES,
            md_algorithm="sha256",
            reason="Cachet de la collectivité",
            name=by.certificate.name,
            location=location,
        )
        made = signers.sign_pdf(
            Writer(io.BytesIO(data)), meta, signer=by.signer, timestamper=stamper, existing_fields_only=True
        )
        return bytes(made.getvalue())

    try:
        found = sealed(None)
        # See render.py: what is said of the place, of no effect, moves what is added to the file.
        return sealed("France") if AMBIGUOUS in found[len(data) :] else found
    except StampUnavailable:
        raise
    except Exception as error:
        # A token taken out, a card that locks itself, a library that gives up: none of them is the document's fault.
        _token.cache_clear()
        raise SealUnavailable(_("the key does not sign") + f": {type(error).__name__}: {error}") from error


def read(data: bytes) -> list[Reading]:
    """Return what each seal of a file says, whoever put it; none where there is none, or the file cannot be read."""
    if _MARK not in data:
        return []
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        return [_judged(found) for found in PdfFileReader(io.BytesIO(data)).embedded_signatures]
    except Exception:
        # A file from anywhere, read by a library that raises anything.
        return []


def _judged(found: Any) -> Reading:
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    fingerprint = hashlib.sha256(found.signer_cert.dump()).hexdigest()
    tokens = list(extract_tst_data_iter(found.signer_info, signed=False))
    try:
        # Whether the certificate is ours is for the caller to say: no chain is followed, no address is called.
        context = ValidationContext(trust_roots=[found.signer_cert, *signers(tokens)], allow_fetching=False)
        status = validate_pdf_signature(found, context)
        whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        return Reading(fingerprint, bool(status.intact and status.valid and whole), _stamp(tokens, found))
    except Exception:
        return Reading(fingerprint, is_intact=False)


def _stamp(tokens: list[Any], found: Any) -> Stamp | None:
    """Return since when a seal was there, by a time-stamp that holds."""
    for signed in tokens:
        with suppress(StampUnavailable):
            return judged(signed, found.signer_info["signature"].native)
    return None


def _of_file(path: str, passphrase: str) -> Sealer:
    try:
        changed = Path(path).stat().st_mtime_ns
    except OSError as error:
        raise SealUnavailable(_("the key file cannot be found or read") + f": {error.strerror}") from error
    # A key renewed in place is taken up by workers that run; parsing it costs more than sealing.
    return _opened(path, passphrase, changed)


@lru_cache(maxsize=1)
def _opened(path: str, passphrase: str, changed: int) -> Sealer:
    from cryptography.hazmat.primitives.serialization import pkcs12

    try:
        secret = passphrase.encode() if passphrase else None
        key, cert, others = pkcs12.load_key_and_certificates(Path(path).read_bytes(), secret)
    except OSError as error:
        raise SealUnavailable(_("the key file cannot be found or read") + f": {error.strerror}") from error
    except ValueError as error:
        raise SealUnavailable(_("the key file is damaged, or its passphrase (SEAL_PASSPHRASE) is wrong")) from error
    if key is None or cert is None:
        raise SealUnavailable(_("the key file holds no key with its certificate"))
    return Sealer(_described(cert), _signer(key, cert, others))


def _signer(key: Any, cert: Any, others: list[Any]) -> Any:
    """Return what signs with a key that is parsed once; the library's own parses it twice for each signature."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from pyhanko.keys.internal import translate_pyca_cryptography_cert_to_asn1 as translated
    from pyhanko.sign.signers import Signer
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    class KeptKey(Signer):
        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            algorithm = getattr(hashes, digest_algorithm.upper())()
            if isinstance(key, RSAPrivateKey):
                return key.sign(data, PKCS1v15(), algorithm)
            return bytes(key.sign(data, ECDSA(algorithm)))

    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise SealUnavailable(_("the key is neither RSA nor on an elliptic curve"))
    chain = SimpleCertificateStore()
    chain.register_multiple([translated(one) for one in others])
    return KeptKey(signing_cert=translated(cert), cert_registry=chain)


def _of_token() -> Sealer:
    config = settings.SEAL
    try:
        return _token(config["module"], config["token"], config["label"], config["passphrase"])
    except Exception as error:
        # The module is a library of the token's maker.
        raise SealUnavailable(_("the token does not answer") + f": {type(error).__name__}: {error}") from error


@lru_cache(maxsize=1)
def _token(module: str, token: str, label: str, pin: str) -> Sealer:
    """Open a session with a token, kept by the process: opening one may take a second."""
    from cryptography.x509 import load_der_x509_certificate
    from pyhanko.config.pkcs11 import TokenCriteria
    from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

    session = open_pkcs11_session(module, token_criteria=TokenCriteria(label=token), user_pin=pin)
    signer = PKCS11Signer(session, cert_label=label, key_label=label)
    certificate = signer.signing_cert
    # Every token signs a digest on a curve; few compute it too.
    signer.use_raw_mechanism = certificate.public_key.algorithm == "ec"
    return Sealer(_described(load_der_x509_certificate(certificate.dump())), signer)


def _described(cert: Any) -> Certificate:
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import NameOID

    der = cert.public_bytes(Encoding.DER)
    names = [
        str(found[0].value)
        for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
        if (found := cert.subject.get_attributes_for_oid(oid))
    ]
    return Certificate(
        name=", ".join(dict.fromkeys(names))[:200] or cert.subject.rfc4514_string()[:200],
        fingerprint=hashlib.sha256(der).hexdigest(),
        der=der,
        not_before=cert.not_valid_before_utc,
        not_after=cert.not_valid_after_utc,
    )
