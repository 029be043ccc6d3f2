"""The double inside the portal, for the demonstration: its key is kept, as two web processes sign for each other."""

import os
from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from .double import Double, make_key


@cache
def double(service: str) -> Double:
    """Return the double of one service, at the address the settings give."""
    return Double(service, f"{settings.PUBLIC_URL}/{settings.DOUBLE_PREFIX}/{service}", _kept_key())


@cache
def _kept_key() -> rsa.RSAPrivateKey:
    """Return the key of this installation, made the first time; good for nothing but its own invented people."""
    kept = settings.DATA_DIR / "double.pem"
    if not kept.exists():
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        pem = make_key().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        mine = kept.with_suffix(f".{os.getpid()}")
        mine.touch(mode=0o600)
        mine.write_bytes(pem)
        try:
            os.link(mine, kept)  # whole at once, and only if no other process was first
        except FileExistsError:
            pass
        finally:
            mine.unlink()
    key = serialization.load_pem_private_key(kept.read_bytes(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey), "made above"  # noqa: S101
    return key


@csrf_exempt
def serve(request: HttpRequest, service: str, place: str) -> HttpResponse:
    """Answer as the service would (demo mode and tests only)."""
    given = {key: str(value) for key, value in (request.POST if request.method == "POST" else request.GET).items()}
    answer = double(service).answer(str(request.method), f"/{place}", given, request.headers.get("Authorization", ""))
    if answer.location:
        return HttpResponseRedirect(answer.location)
    if answer.choices:
        return render(request, "account/identity/double.html", {"choices": answer.choices, "service": service})
    return HttpResponse(answer.body, status=answer.status, content_type=answer.kind)


urlpatterns = [
    path("franceconnect/<path:place>", serve, {"service": "franceconnect"}, name="demo_franceconnect"),
    path("proconnect/<path:place>", serve, {"service": "proconnect"}, name="demo_proconnect"),
]
