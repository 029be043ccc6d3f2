"""How long a session may work for the town: locked when idle, ended in time; what was typed is kept over both.

An agent who comes back to a locked page proves again that it is her, and finds the page and her words. The session of a
citizen is left alone. Nothing is read but the session, and the memberships that the page reads anyway.
"""

import time
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from ..models import DESK_ROLES, User
from ..permissions import actor_of
from .second_factor import GUARDED

_BEGAN, _SEEN, _KEPT = "work_began", "work_seen", "work_typed"
# A page's text over this size is not kept.
_TYPED_LIMIT = 200_000
# The session is written once a minute at most.
_PRECISION = 60


class WorkSessionMiddleware:
    """Locks the pages of work after some idle time, and ends the session after a working day."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the request through, or ask for the proof again and keep what was typed."""
        if request.path.startswith(GUARDED) and (found := stopped(request)):
            return ask(request, found)
        return self.get_response(request)


def stopped(request: HttpRequest) -> str:
    """Say what stops this session of work: "idle", or "over"; nothing where it goes on, and where it is no work."""
    user = request.user
    kind = _kind(request, user) if isinstance(user, User) else ""
    if not kind or not isinstance(user, User):
        return ""
    idle, whole = settings.WORK_SESSIONS[kind]
    now = time.time()
    proofs = [record["at"] for record in get_authentication_records(request, user)]
    began = min(proofs) if proofs else request.session.setdefault(_BEGAN, now)
    # A proof given just now is a presence, as a page is.
    seen = max(request.session.get(_SEEN, began), *proofs, began)
    if now - began > whole:
        return "over"
    if now - seen > idle:
        return "idle"
    if now - request.session.get(_SEEN, 0) > _PRECISION:
        request.session[_SEEN] = now
    return ""


def ask(request: HttpRequest, found: str) -> HttpResponse:
    """Lead whoever was stopped to the proof, or to the sign-in page; what a form sent is kept meanwhile."""
    user = request.user
    assert isinstance(user, User), "only a session of work is stopped"  # noqa: S101
    return _end(request, user) if found == "over" else _lock(request, user)


def _kind(request: HttpRequest, user: User) -> str:
    """Return whose limits hold: an administrator's, an agent's, or none."""
    roles = {membership.role for membership in actor_of(request).memberships}
    if user.is_staff or roles - set(DESK_ROLES):
        return "admin"
    return "agent" if roles else ""


def _lock(request: HttpRequest, user: User) -> HttpResponse:
    if not get_adapter().get_reauthentication_methods(user):
        return _end(request, user)
    kept = keep_typed(request)
    messages.warning(
        request,
        _("You were away for a while. Confirm that it is you: you find the page, and all that you typed.")
        if kept
        else _("You were away for a while. Confirm that it is you: you find the page as you left it."),
    )
    return redirect(reverse("account_reauthenticate") + "?" + urlencode({"next": _back(request)}))


def _end(request: HttpRequest, user: User) -> HttpResponse:
    typed = _typed(request)
    logout(request)
    if typed:
        request.session[_KEPT] = {"user": str(user.public_id), "path": request.path, "typed": typed}
    messages.warning(
        request,
        _("Your session has ended, as it does after a working day. Sign in: you find all that you typed.")
        if typed
        else _("Your session has ended, as it does after a working day. Sign in again."),
    )
    return redirect_to_login(_back(request), "account_login")


def _back(request: HttpRequest) -> str:
    """Return where to come back to: a page's own address, or the one that a form was sent to."""
    return request.path if request.method == "POST" else request.get_full_path()


def _typed(request: HttpRequest) -> str:
    # Django's own admin has forms of passwords: nothing of it is kept.
    if request.method != "POST" or request.path.startswith("/admin/"):
        return ""
    data = request.POST.copy()
    data.pop("csrfmiddlewaretoken", None)
    typed = data.urlencode()
    return typed if len(typed) <= _TYPED_LIMIT else ""


def keep_typed(request: HttpRequest) -> bool:
    """Keep what a form sent, for whoever is signed in and for the address it was sent to; say whether there is any."""
    typed = _typed(request)
    if typed and isinstance(request.user, User):
        request.session[_KEPT] = {"user": str(request.user.public_id), "path": request.path, "typed": typed}
    return bool(typed)


def take_typed(request: HttpRequest, path: str) -> QueryDict | None:
    """Return once what was sent to ``path`` while it was locked; another person's words are forgotten, never shown."""
    kept: dict[str, Any] | None = request.session.get(_KEPT)
    if not kept or request.method != "GET":
        return None
    mine = isinstance(request.user, User) and kept["user"] == str(request.user.public_id)
    if mine and kept["path"] != path:
        return None
    del request.session[_KEPT]
    return QueryDict(kept["typed"]) if mine else None


def sent(request: HttpRequest) -> QueryDict | None:
    """Return what a form of this very address sent, now or while it was locked; None where it is shown anew."""
    return request.POST if request.method == "POST" else take_typed(request, request.path)
