"""The settings of what stands outside the portal: services that identify people, and the key that seals documents."""

from pathlib import Path
from typing import Any

from environ import Env

# Demo mode signs in with invented people at a double of both services, in the portal itself.
DOUBLE_PREFIX = "demo/identite"
_SERVICES = {"franceconnect": "FRANCECONNECT", "proconnect": "PROCONNECT"}


def identity_services(env: Env, *, public_url: str, demo: bool) -> dict[str, dict[str, Any]]:
    """Return each service whose address is given; "acr" is the lowest level of assurance accepted."""
    if demo:
        return {
            key: {
                "issuer": f"{public_url}/{DOUBLE_PREFIX}/{key}",
                "client_id": "portail",
                "secret": "demo",
                "acr": "eidas1",
            }
            for key in _SERVICES
        }
    return {
        key: {
            "issuer": env.str(f"{prefix}_ISSUER").rstrip("/"),
            "client_id": env.str(f"{prefix}_CLIENT_ID", default=""),
            "secret": env.str(f"{prefix}_CLIENT_SECRET", default=""),
            "acr": env.str(f"{prefix}_ACR", default="eidas1"),
            "algorithms": tuple(env.list(f"{prefix}_ALGORITHMS", default=["ES256", "RS256"])),
            "timeout": env.float(f"{prefix}_TIMEOUT", default=5.0),
        }
        for key, prefix in _SERVICES.items()
        if env.str(f"{prefix}_ISSUER", default="")
    }


def seal(env: Env, *, folder: Path, demo: bool) -> dict[str, Any]:
    """Return where the key of the seal is: a PKCS#12 file, or a token that a PKCS#11 module speaks to.

    ``required`` says that no document leaves without a seal; it is so wherever a key is named. ``timestamp_url`` is that of
    an authority of time-stamps (RFC 3161), with its name and password where it wants them: https://name:password@host/.
    """
    file = env.str("SEAL_FILE", default=str(folder / "seal.p12") if demo else "")
    module = env.str("SEAL_PKCS11_MODULE", default="")
    return {
        "file": file,
        "passphrase": env.str("SEAL_PASSPHRASE", default=""),
        "module": module,
        "token": env.str("SEAL_PKCS11_TOKEN", default=""),
        "label": env.str("SEAL_PKCS11_LABEL", default=""),
        "required": env.bool("SEAL_REQUIRED", default=bool(file or module)),
        "timestamp_url": env.str("SEAL_TIMESTAMP_URL", default=""),
        "timestamp_timeout": env.float("SEAL_TIMESTAMP_TIMEOUT", default=5.0),
    }
