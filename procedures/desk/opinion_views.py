"""The pages on which an opinion is asked for, and where its answer is recorded."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.identity.work_session import take_typed
from accounts.permissions import actor_of

from .. import permissions
from ..lifecycle import opinions as verbs
from ..lifecycle.grounds import MissingWords
from ..lifecycle.route import places_for
from ..lifecycle.transition import StaleAction
from ..models import Submission
from .access import desk_only, load, note, page
from .opinion_forms import AnswerForm, DepartmentForm, LinkForm, NotedForm
from .words import due_of

# By each way, what the address says, and the form.
_WAYS: dict[str, tuple[Any, type[DepartmentForm | LinkForm | NotedForm]]] = {
    "service": (gettext_lazy("A department of the town"), DepartmentForm),
    "lien": (gettext_lazy("Someone outside, by e-mail"), LinkForm),
    "ailleurs": (gettext_lazy("By letter or telephone"), NotedForm),
}


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask whose opinion is sought, by one of three ways; the POST asks it."""
    submission, actor = load(request, reference), actor_of(request)
    if not permissions.may_ask_opinion(actor, submission):
        raise PermissionDenied
    if submission.is_over:
        return _changed(request, submission)
    places = places_for(submission)
    way = request.GET.get("par", "")
    if way not in _WAYS:
        way = "service" if places else "lien"
    kind = _WAYS[way][1]
    typed = take_typed(request, request.path)
    initial = (
        {name: str(value)[:5000] for name, value in typed.items()} if typed else {"asked_on": timezone.localdate()}
    )
    form, status = kind(initial=initial, places=places), 200
    if request.method == "POST":
        form, status = kind(request.POST, places=places), 422
        if form.is_valid():
            try:
                verbs.ask(submission, form.question, by=actor)
            except MissingWords as missing:
                form.add_error("words" if missing.field not in form.fields else missing.field, str(missing))
            except StaleAction:
                return _changed(request, submission)
            else:
                sent = _("It is noted. The legal date does not move for it.")
                if way != "ailleurs":
                    sent = _("It is asked, and you are told when it is answered. The legal date does not move for it.")
                messages.success(request, sent)
                return redirect("desk:case", submission.reference)
    ways = [(key, label, key == way) for key, (label, _form) in _WAYS.items() if key != "service" or places]
    return _draw(request, submission, "desk/opinion_ask.html", {"form": form, "way": way, "ways": ways}, status)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def answer(request: HttpRequest, reference: str, opinion_id: uuid.UUID) -> HttpResponse:
    """Ask what was answered; the POST records it, gives the waiting up, or sends the link again."""
    submission, actor = load(request, reference), actor_of(request)
    opinion = submission.opinions.filter(public_id=opinion_id).select_related("department").first()
    own = permissions.may_ask_opinion(actor, submission)
    if opinion is None:
        if own:
            raise Http404
        raise PermissionDenied
    if not own and not permissions.may_give_opinion(actor, opinion):
        raise PermissionDenied
    if submission.is_over or not opinion.is_awaited:
        return _changed(request, submission)
    typed = take_typed(request, request.path)
    initial = (
        {name: str(value)[:5000] for name, value in typed.items()} if typed else {"given_on": timezone.localdate()}
    )
    form, status = AnswerForm(initial=initial), 200
    if request.method == "POST":
        plain = own and bool({"drop", "again"} & request.POST.keys())
        form, status = AnswerForm(request.POST), 422
        if plain or form.is_valid():
            try:
                if not plain:
                    verbs.record(submission, opinion.public_id, form.answer, by=actor)
                    said = _("The opinion is recorded.")
                elif "again" in request.POST:
                    verbs.send_again(submission, opinion.public_id, by=actor)
                    said = _("Another link is sent; the one before opens nothing any more.")
                else:
                    verbs.drop(submission, opinion.public_id, by=actor)
                    said = _("It is no longer waited for.")
            except MissingWords as missing:
                form.add_error(missing.field, str(missing))
            except StaleAction:
                return _changed(request, submission)
            else:
                messages.success(request, said)
                # Whoever was asked no longer reads the request.
                return redirect("desk:case", submission.reference) if own else redirect("desk:list")
    context = {"form": form, "opinion": opinion, "own": own}
    return _draw(request, submission, "desk/opinion.html", context, status)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def seen(request: HttpRequest, reference: str) -> HttpResponse:
    """Note that the department has read what was answered; a GET leads to the request."""
    submission, actor = load(request, reference), actor_of(request)
    if request.method == "POST":
        verbs.seen(submission, by=actor)
        messages.success(request, _("Noted: you have read it."))
    return redirect("desk:case", submission.reference)


def _draw(request: HttpRequest, submission: Submission, name: str, more: dict[str, Any], status: int) -> HttpResponse:
    note(actor_of(request), "read", submission)
    context = {"submission": submission, "applicant": submission.applicant, "due": due_of(submission), **more}
    return page(request, name, context, section="case", status=status)


def _changed(request: HttpRequest, submission: Submission) -> HttpResponse:
    messages.warning(request, _("This request is over, or this opinion is no longer waited for. Nothing was done."))
    return redirect("desk:case", submission.reference)
