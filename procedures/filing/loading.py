"""Opening a draft: whoever began it, its owner, whoever lost her session and signs in again, agents and helpers for someone."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.identity import second_factor, work_session
from accounts.permissions import actor_of

from .. import permissions
from ..lifecycle import draft as drafts
from ..lifecycle import entry
from ..lifecycle.submit import MandateEnded
from ..models import Draft
from . import session


def load(request: HttpRequest, draft_id: Any, *, lock: bool = False, page: bool = True) -> Draft:
    """Return the draft if this person or browser may open it; 404 otherwise, whether it exists or not.

    ``page`` says that a person reads it, not a script. May raise SessionEnded, WorkStopped and MandateEnded,
    which ``signed_in_again`` answers.
    """
    try:
        draft = drafts.locked(draft_id) if lock else Draft.objects.opened(draft_id)
    except Draft.DoesNotExist as error:
        raise Http404 from error
    actor = actor_of(request)
    if not permissions.may_edit_draft(actor, draft, session.drafts(request)):
        if actor.user is None and (draft.person_id is not None or draft.is_entered):
            raise SessionEnded(draft)
        if draft.is_entered and permissions.other_sector_to_enter(actor, draft.procedure):
            raise WorkStopped(draft, lambda: redirect(f"{reverse('desk:sector')}?{urlencode({'next': request.path})}"))
        if permissions.helped_with(actor, draft):
            raise MandateEnded
        raise Http404
    if draft.is_entered:
        _ask_as_at_the_desk(request, draft)
        if page and request.method != "POST" and not draft.submission_id:
            entry.note_access("read", draft, by=actor)
    return draft


def _ask_as_at_the_desk(request: HttpRequest, draft: Draft) -> None:
    """Ask of an agent what every page of the desk asks of her: these addresses do not tell that she works there."""
    if found := work_session.stopped(request):
        raise WorkStopped(draft, lambda: work_session.ask(request, found))
    if second_factor.missing(request):
        raise WorkStopped(draft, lambda: second_factor.ask(request))


class SessionEnded(Exception):
    """The draft belongs to an account, and nobody is signed in any more."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(str(draft.public_id))
        self.draft = draft


class WorkStopped(Exception):
    """An agent must prove again that it is her, or change sector, before she goes on; ``lead`` takes her there."""

    def __init__(self, draft: Draft, lead: Callable[[], HttpResponse]) -> None:
        super().__init__(str(draft.public_id))
        self.draft, self.lead = draft, lead


def signed_in_again(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Send whoever lost her session to the sign-in page, keep what she sent, and bring her back where she was."""

    @wraps(view)
    def wrapped(request: HttpRequest, draft_id: Any, **parts: Any) -> HttpResponse:
        try:
            return view(request, draft_id, **parts)
        except MandateEnded:
            return mandate_ended(request, draft_id)
        except (SessionEnded, WorkStopped) as stopped:
            step = parts.get("step")
            quiet = request.POST.get("action") == "autosave"
            # First: a session that ends takes along what it holds. Outside the view's transaction, it ends for good.
            answer = stopped.lead() if isinstance(stopped, WorkStopped) and not quiet else None
            if request.method == "POST" and step:
                raw = {key: [str(value) for value in request.POST.getlist(key)] for key in request.POST}
                raw.pop("csrfmiddlewaretoken", None)
                session.keep_typed(request, stopped.draft, step, raw)
            if quiet:
                return JsonResponse({"ended": True}, status=401)
            if answer is not None:
                return answer
            if request.method == "POST":
                messages.warning(request, _("Your session had ended. Sign in: you find all that you typed."))
            back = request.path if step or request.method != "POST" else reverse("filing:draft", args=[draft_id])
            return redirect_to_login(back)

    return wrapped


def mandate_ended(request: HttpRequest, draft_id: Any) -> HttpResponse:
    """Say to a helper that she may no longer act: what she had saved is the person's, what she just typed goes nowhere."""
    if request.POST.get("action") == "autosave":
        return JsonResponse({"ended": True}, status=403)
    draft = get_object_or_404(Draft.objects.select_related("procedure", "person"), public_id=draft_id)
    return render(request, "filing/mandate_ended.html", {"draft": draft}, status=403)


def filed(draft: Draft) -> HttpResponse:
    """Lead to the request that a draft became: an agent to the receipt that she hands over."""
    assert draft.submission is not None  # noqa: S101 the caller checked
    if draft.is_entered:
        return redirect("desk:entered", draft.submission.reference)
    return redirect("filing:confirmation", draft.submission.reference)
