"""Opening a draft: whoever began it, its owner, or whoever lost her session and signs in again."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import actor_of

from .. import permissions
from ..lifecycle import draft as drafts
from ..models import Draft
from . import session


def load(request: HttpRequest, draft_id: Any, *, lock: bool = False) -> Draft:
    """Return the draft if this person or browser may open it; 404 otherwise, whether it exists or not."""
    try:
        draft = drafts.locked(draft_id) if lock else Draft.objects.opened(draft_id)
    except Draft.DoesNotExist as error:
        raise Http404 from error
    actor = actor_of(request)
    if not permissions.may_edit_draft(actor, draft, session.drafts(request)):
        if actor.user is None and draft.person_id is not None:
            raise SessionEnded(draft)
        raise Http404
    return draft


class SessionEnded(Exception):
    """The draft belongs to an account, and nobody is signed in any more."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(str(draft.public_id))
        self.draft = draft


def signed_in_again(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Send whoever lost her session to the sign-in page, keep what she sent, and bring her back where she was."""

    @wraps(view)
    def wrapped(request: HttpRequest, draft_id: Any, **parts: Any) -> HttpResponse:
        try:
            return view(request, draft_id, **parts)
        except SessionEnded as ended:
            step = parts.get("step")
            if request.method == "POST" and step:
                raw = {key: [str(value) for value in request.POST.getlist(key)] for key in request.POST}
                raw.pop("csrfmiddlewaretoken", None)
                session.keep_typed(request, ended.draft, step, raw)
            if request.POST.get("action") == "autosave":
                return JsonResponse({"ended": True}, status=401)
            if request.method == "POST":
                messages.warning(request, _("Your session had ended. Sign in: you find all that you typed."))
            back = request.path if step or request.method != "POST" else reverse("filing:draft", args=[draft_id])
            return redirect_to_login(back)

    return wrapped


def filed(draft: Draft) -> HttpResponse:
    """Lead to the request that a draft became."""
    assert draft.submission is not None  # noqa: S101 the caller checked
    return redirect("filing:confirmation", draft.submission.reference)
