"""Asking again that it is really her, before what a borrowed session must not do: role changes, exports, deletion."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def proved_again(view: View[P]) -> View[P]:
    """Let a POST through when the person proved it was her within minutes; else ask, then do what she had sent.

    Who has neither password nor second factor here signed in by an identity service: she is asked to do it anew.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        adapter = get_adapter()
        if request.method != "POST" or not adapter.is_reauthentication_required(app=""):
            return view(request, *args, **kwargs)
        if adapter.get_reauthentication_methods(request.user):
            raise ReauthenticationRequired
        messages.warning(request, _("For your safety, sign out, sign in again, then come back to this page."))
        return redirect(request.get_full_path())

    return guarded
