"""The pages of the two services: leave for one, come back from it, link and unlink it."""

import logging
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import get_login_redirect_url, perform_login
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from journal.models import record_access

from ...models import CertifiedIdentity, User
from ...permissions import actor_of
from ..certified import link, sign_in, unlink
from . import refused as refusals
from .leave import leave
from .logout import remember
from .provider import Identified, Provider
from .refused import Refused
from .services import Service, service, services

log = logging.getLogger(__name__)


@never_cache
@require_safe
def start(request: HttpRequest, key: str) -> HttpResponse:
    """Lead to a service, to sign in; an address elsewhere in `next` is forgotten."""
    known = _service(key)
    next_url = request.GET.get("next", "")
    if not get_adapter().is_safe_url(next_url):
        next_url = ""
    if request.user.is_authenticated:
        return redirect(next_url or get_login_redirect_url(request))
    try:
        return redirect(Provider(request, known).begin("login", next_url=next_url))
    except Refused as refused:
        return _refuse(request, known, refused)


@never_cache
@require_safe
def callback(request: HttpRequest, key: str) -> HttpResponse:
    """Come back from a service: verify everything, then sign in or link."""
    known = _service(key)
    provider = Provider(request, known)
    try:
        state = provider.take_state()
        found = provider.identify(state)
        if state["process"] == "connect":
            return _link(request, known, found, state)
        return _sign_in(request, known, found, state)
    except Refused as refused:
        return _refuse(request, known, refused)


def _sign_in(request: HttpRequest, known: Service, found: Identified, state: dict[str, Any]) -> HttpResponse:
    user = sign_in(known.key, found)
    record_authentication(request, user, method="identity", service=known.key)
    # The address is proven later, by a code: it gives no right, so signing in does not wait for it.
    response: HttpResponse = perform_login(
        request, user, email_verification="none", redirect_url=state.get("next") or None
    )
    if request.user.is_authenticated:
        remember(request, known.key, found.id_token)
    return response


def _link(request: HttpRequest, known: Service, found: Identified, state: dict[str, Any]) -> HttpResponse:
    user = request.user
    if not isinstance(user, User) or str(user.public_id) != state["data"]["user"]:
        raise Refused("stale", "another login than the one that began")
    link(known.key, found, user)
    messages.success(request, _("%(name)s is linked to your account.") % {"name": known.name})
    return redirect("identity_links")


@never_cache
@login_required
@require_safe
def links(request: HttpRequest) -> HttpResponse:
    """Show what is linked to one's account, and what can be."""
    person = actor_of(request).person
    held = {identity.issuer: identity for identity in person.certified_identities.all()} if person else {}
    rows = [(one, held.get(one.issuer)) for one in services() if one.key == "franceconnect" or _is_agent(request)]
    return render(request, "account/identity/links.html", {"rows": rows})


@never_cache
@login_required
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def start_link(request: HttpRequest, key: str) -> HttpResponse:
    """Lead to a service, to link it to the account that is signed in and has just proven it again."""
    known = _service(key)
    if request.method != "POST":
        return redirect("identity_links")
    if not _proven_again(request):
        return _ask_again(request)
    assert isinstance(request.user, User), "signed in"  # noqa: S101
    try:
        url = Provider(request, known).begin("connect", user=str(request.user.public_id))
    except Refused as refused:
        return _refuse(request, known, refused)
    return leave(request, known, url, _("You are led to %(name)s") % {"name": known.name})


@never_cache
@login_required
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def remove_link(request: HttpRequest, key: str) -> HttpResponse:
    """Unlink a service from one's account, unless nothing else would open it."""
    known = _service(key)
    if request.method != "POST":
        return redirect("identity_links")
    if not _proven_again(request):
        return _ask_again(request)
    assert isinstance(request.user, User), "signed in"  # noqa: S101
    identity = CertifiedIdentity.objects.filter(person__user=request.user, issuer=known.issuer).first()
    if identity is None:
        raise Http404
    if unlink(identity, request.user):
        messages.success(request, _("%(name)s is no longer linked to your account.") % {"name": known.name})
    else:
        messages.warning(request, _("Confirm an e-mail address first: nothing else would open your account."))
    return redirect("identity_links")


def _service(key: str) -> Service:
    known = service(key)
    if known is None:
        raise Http404
    return known


def _is_agent(request: HttpRequest) -> bool:
    return bool(actor_of(request).memberships)


def _proven_again(request: HttpRequest) -> bool:
    """Say whether who is signed in proved it within minutes: by the password again, or by signing in just now."""
    return not get_adapter().is_reauthentication_required(app="")


def _ask_again(request: HttpRequest) -> HttpResponse:
    messages.warning(request, _("For your safety, sign out, sign in again, then come back to this page."))
    return redirect("identity_links")


def _refuse(request: HttpRequest, known: Service, refused: Refused) -> HttpResponse:
    """Say it to the person, and to the log and the accesses without a word about her."""
    record_access("sign_in_failed", f"sign-in:{known.key}", actor=actor_of(request).key)
    log.warning("%s: %s (%s)", known.key, refused.kind, refused.reason)
    title, text = refusals.words(refused.kind, known.name)
    context = {"service": known, "title": title, "text": text, "kind": refused.kind}
    return render(request, "account/identity/refused.html", context, status=refusals.status(refused.kind))
