"""Sign out here, then at the service the session came from (OpenID Connect RP-Initiated Logout 1.0)."""

import logging
import secrets
from urllib.parse import urlencode

from allauth.account.views import logout as allauth_logout
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from . import discovery
from .leave import leave
from .refused import Refused
from .services import Service, service

log = logging.getLogger(__name__)
SESSION_KEY = "identity"
_STATE_KEY = "identity_logout"


def remember(request: HttpRequest, key: str, id_token: str) -> None:
    """Note that this session came from a service, with what ends it there."""
    request.session[SESSION_KEY] = {"service": key, "id_token": id_token}


@never_cache
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """Sign out by a POST; a session that came from a service is ended there too."""
    came_from = request.session.get(SESSION_KEY) if request.method == "POST" else None
    response: HttpResponseBase = allauth_logout(request)
    known = service(came_from["service"]) if came_from and not request.user.is_authenticated else None
    if known is None or came_from is None:
        return response
    try:
        url = _end_url(request, known, came_from["id_token"])
    except Refused as refused:
        log.warning("%s: signed out here only (%s)", known.key, refused.reason)
        return response
    return leave(request, known, url, _("You are signed out here")) if url else response


def _end_url(request: HttpRequest, known: Service, id_token: str) -> str:
    """Return the address that ends the session at the service; empty when it publishes none."""
    endpoint = discovery.document(known).get("end_session_endpoint")
    if not endpoint:
        return ""
    state = secrets.token_urlsafe(32)
    request.session[_STATE_KEY] = {"service": known.key, "state": state}
    parameters = {
        "id_token_hint": id_token,
        "state": state,
        "post_logout_redirect_uri": request.build_absolute_uri(reverse("identity_signed_out", args=[known.key])),
    }
    return f"{endpoint}?{urlencode(parameters)}"


@never_cache
@require_safe
def signed_out(request: HttpRequest, key: str) -> HttpResponse:
    """Come back from the service; only the return that this browser asked for is told as such."""
    asked = request.session.get(_STATE_KEY)
    if (
        asked
        and asked["service"] == key
        and secrets.compare_digest(asked["state"].encode(), request.GET.get("state", "").encode())
    ):
        del request.session[_STATE_KEY]
        known = service(key)
        if known:
            messages.success(request, _("You are signed out here and at %(name)s.") % {"name": known.name})
    return redirect("home")
