"""Time-stamps (RFC 3161): since when a document exists, said by an authority that is not the town (eIDAS, articles 41, 42)."""

import asyncio
import hashlib
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from portal.kit import outside

# After a call that failed, none is made for so long: an authority that is down never slows each document.
_QUIET_SECONDS = 60.0
_HEADERS = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}


class StampUnavailable(Exception):
    """The authority did not answer, refused, or answered what is no time-stamp of what was sent."""


@dataclass(frozen=True)
class Stamp:
    """What a time-stamp says: since when, and by whom."""

    at: datetime
    authority: str


def authority() -> Any | None:
    """Return what asks the town's authority; None where the town names none."""
    url = settings.SEAL["timestamp_url"]
    return _client(url, settings.SEAL["timestamp_timeout"]) if url else None


def of_bytes(data: bytes, by: Any) -> tuple[bytes, Stamp]:
    """Ask for the stamp of a whole file, of which the digest alone leaves; return the token (DER), and what it says.

    Raises StampUnavailable.
    """
    token = asyncio.run(by.async_timestamp(hashlib.sha256(data).digest(), "sha256"))
    return token.dump(), judged(token["content"], data)


def signers(tokens: Iterable[Any]) -> list[Any]:
    """Return the certificates that sign these tokens, those that can be read."""
    from pyhanko.sign.general import extract_certificate_info

    found = []
    for signed in tokens:
        with suppress(Exception):
            found.append(extract_certificate_info(signed).signer_cert)
    return found


def judged(signed: Any, data: bytes) -> Stamp:
    """Return what the signed data of a token say of some bytes.

    Raises StampUnavailable where they speak of other bytes, or their own signature is wrong or made for something else.
    As for seals, no chain is followed and no address is called: whom to believe, the town said when it named the authority.
    """
    from pyhanko.sign.general import extract_certificate_info
    from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
    from pyhanko.sign.validation.status import TimestampSignatureStatus
    from pyhanko_certvalidator import ValidationContext

    try:
        signer = extract_certificate_info(signed).signer_cert
        when = signed["encap_content_info"]["content"].parsed["gen_time"].native
        context = ValidationContext(trust_roots=[signer], allow_fetching=False, moment=when)
        reading = validate_tst_signed_data(signed, context, lambda algorithm: hashlib.new(algorithm, data).digest())
        status = TimestampSignatureStatus(**asyncio.run(reading))
        usage = signer.extended_key_usage_value
    except Exception as error:
        # What an address sends may be anything.
        raise StampUnavailable(_("what came is no time-stamp")) from error
    # A certificate believed without a chain is not asked what it is for: only one made for time-stamps may say when.
    if not (status.intact and status.valid and usage is not None and usage.native == ["time_stamping"]):
        raise StampUnavailable(_("what came is not a time-stamp of this document"))
    return Stamp(when, str(signer.subject.native.get("common_name") or signer.subject.human_friendly)[:200])


@lru_cache(maxsize=2)
def _client(url: str, seconds: float) -> Any:
    """Return the client of an authority, kept by the process: it learns once how long an answer is."""
    from asn1crypto import tsp
    from pyhanko.sign.timestamps import TimeStamper

    class Authority(TimeStamper):
        quiet_until, failure = 0.0, ""

        async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> Any:
            """Ask for a token; whoever called reads it before it is believed. Raises StampUnavailable."""
            if time.monotonic() < self.quiet_until:
                raise StampUnavailable(self.failure)
            try:
                return await super().async_timestamp(message_digest, md_algorithm)
            except Exception as error:
                # An address that answers anything, read by a library that raises anything.
                self.quiet_until = time.monotonic() + _QUIET_SECONDS
                words = _("the authority of time-stamps does not answer, or refuses")
                self.failure = f"{words}: {type(error).__name__}: {error}"[:200]
                raise StampUnavailable(self.failure) from error

        async def async_request_tsa_response(self, req: Any) -> Any:
            """Call the authority as the portal calls everything outside."""
            status, content = outside.ask("POST", url, seconds=seconds, data=req.dump(), headers=_HEADERS)
            if status != 200:
                raise outside.Unreachable(f"HTTP {status}")
            return tsp.TimeStampResp.load(content)

    return Authority()  # type: ignore[no-untyped-call]
