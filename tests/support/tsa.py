"""The double of an authority of time-stamps (RFC 3161) on the loopback, that may be told to fail."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper

NAME = "Horodatage d’Exemple"


@cache
def _stamper(usage: x509.ObjectIdentifier) -> DummyTimeStamper:
    key, now = rsa.generate_private_key(public_exponent=65537, key_size=2048), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(x509.random_serial_number())
    built = built.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
    certificate = built.add_extension(x509.ExtendedKeyUsage([usage]), critical=True).sign(key, hashes.SHA256())
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return DummyTimeStamper(
        asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER)), asn1_keys.PrivateKeyInfo.load(der)
    )


class Tsa:
    """What the double does: ``switch`` is "" or how it fails; ``asked`` counts its calls."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.switch = ""
        self.asked = 0

    def answer(self, body: bytes) -> tuple[int, bytes]:
        """Return the status and the content of an answer."""
        self.asked += 1
        if self.switch == "down":
            return 503, b""
        if self.switch == "garbage":
            return 200, b"<html>Maintenance</html>"
        query = tsp.TimeStampReq.load(body)
        if self.switch == "refuses":
            # Without a token, as RFC 3161 has it.
            status = tsp.PKIStatusInfo({"status": "rejection", "status_string": ["quota"]}).dump()
            return 200, bytes([0x30, len(status)]) + status
        if self.switch == "other":
            query["message_imprint"]["hashed_message"] = bytes(32)
        usage = ExtendedKeyUsageOID.SERVER_AUTH if self.switch == "no authority" else ExtendedKeyUsageOID.TIME_STAMPING
        made: tsp.TimeStampResp = asyncio.run(_stamper(usage).async_request_tsa_response(query))
        return 200, made.dump()


@contextmanager
def running() -> Iterator[Tsa]:
    """Run the double on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Answer with the double."""
            status, content = double.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        double = Tsa(f"http://127.0.0.1:{server.server_port}/")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield double
        finally:
            server.shutdown()
            thread.join()
