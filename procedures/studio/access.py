"""The door of the studio: who enters, and the frame of its pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from accounts.permissions import actor_of, administered, may_recognise_places

from .. import permissions

P = ParamSpec("P")


def town_admins_only(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Send a stranger to the sign-in page, and refuse whoever administers no department."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        actor = actor_of(request)
        if actor.user is None:
            return redirect_to_login(request.get_full_path(), "account_login")
        if not administered(actor):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def editors_only(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Send a stranger to the sign-in page, and refuse whoever writes no procedure."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        actor = actor_of(request)
        if actor.user is None:
            return redirect_to_login(request.get_full_path(), "account_login")
        if not permissions.edits_any(actor):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def page(
    request: HttpRequest, template: str, context: dict[str, Any], *, section: str, status: int = 200
) -> HttpResponse:
    """Draw a page of the studio with what its frame shows: who is signed in, and where she is."""
    actor = actor_of(request)
    name = (actor.person.display_name if actor.person else "") or str(actor.user or "")
    frame = {
        "agent_name": name,
        "section": section,
        "may_use_desk": permissions.may_use_desk(actor),
        "recognises_places": may_recognise_places(actor),
        "administers": bool(administered(actor)),
        "edits": permissions.edits_any(actor),
    }
    return render(request, template, {**context, **frame}, status=status)


def status_of(request: HttpRequest, form: BaseForm) -> int:
    """Return the status of a page with a form: 422 when what was sent is to be corrected."""
    return 422 if request.method == "POST" and form.errors else 200
