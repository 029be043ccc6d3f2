"""The pages of an act on many requests: chosen and tried, then followed to its report."""

import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.permissions import Actor, actor_of
from portal.kit.text import whole
from portal.kit.widgets import Radios

from .. import permissions
from ..lifecycle import batch as verbs
from ..lifecycle import colleagues
from ..lifecycle.grounds import MissingWords
from ..models import Batch, BatchItem, Label
from ..models.case import SubmissionQuerySet
from . import found
from .access import desk_only, name_of, page
from .forms import DeskForm, Words
from .view import View

_LISTED = 50
_FIELDS = {"assign": "agent", "label": "label", "message": "message", "move": "move"}


@dataclass(frozen=True)
class Choice:
    """The requests that were chosen: those ticked, or a whole view as it was when the page was drawn."""

    rows: SubmissionQuerySet
    query: str
    back: str
    is_whole: bool

    @classmethod
    def read(cls, request: HttpRequest, actor: Actor) -> "Choice":
        """Read what the address says was chosen, among what ``actor`` may see."""
        view, is_whole = View.read(request.GET), "tout" in request.GET
        if is_whole:
            rows = found.selected(actor, view)
            until = whole(request.GET.get("jusqu", ""))
            if until >= 0:
                rows = rows.filter(pk__lte=until)
        else:
            references = [one.replace("\x00", "")[:20] for one in request.GET.getlist("d")[:100]]
            rows = permissions.visible_submissions(actor).filter(reference__in=references)
        return cls(rows, request.GET.urlencode(), view.address, is_whole)


class BatchForm(DeskForm):
    """What to do to the requests that were chosen: one act, and its word."""

    act = forms.ChoiceField(
        label=gettext_lazy("What to do"),
        widget=Radios,
        error_messages={
            "required": gettext_lazy("Choose what to do."),
            "invalid_choice": gettext_lazy("Choose one of the answers of the list."),
        },
    )
    agent = forms.ChoiceField(label=gettext_lazy("To give them: to whom"), required=False)
    label = forms.CharField(
        label=gettext_lazy("To label them: the label"),
        required=False,
        max_length=Label.MOST,
        widget=forms.TextInput(attrs={"size": 24}),
        error_messages={"max_length": gettext_lazy("This label is too long: keep it under 40 letters.")},
    )
    message = Words(
        rows=4,
        label=gettext_lazy("To write to the applicants: the message"),
        help_text=gettext_lazy("Each one receives it on her own request; an e-mail says that a message waits."),
        required=False,
    )
    move = forms.ChoiceField(label=gettext_lazy("To move them on: the next step"), required=False)

    def __init__(self, *args: Any, agents: list[User], moves: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        acts = [
            (value, label)
            for value, label in Batch.Act.choices
            if (value != Batch.Act.MOVE or moves) and (value != Batch.Act.ASSIGN or agents)
        ]
        self.fields["act"].choices = acts  # type: ignore[attr-defined]
        people = [(str(one.public_id), name_of(one)) for one in agents]
        self.fields["agent"].choices = [("", _("Nobody: the whole department")), *people]  # type: ignore[attr-defined]
        self.fields["move"].choices = [("", _("Choose a step")), *moves.items()]  # type: ignore[attr-defined]
        if not moves:
            del self.fields["move"]
        if not agents:
            del self.fields["agent"]

    @property
    def asked(self) -> verbs.Asked:
        """What the form says."""
        act = self.cleaned_data["act"]
        return verbs.Asked(act, str(self.cleaned_data.get(_FIELDS[act]) or "").strip())

    def clean(self) -> dict[str, Any]:
        """Refuse an act without its word, beside the field of that word."""
        given = super().clean() or {}
        act = given.get("act")
        if act and _FIELDS[act] in given:
            try:
                verbs.check(self.asked)
            except MissingWords as missing:
                self.add_error(_FIELDS[act], str(missing))
        return given


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def prepare(request: HttpRequest) -> HttpResponse:
    """Ask what to do to the requests that were chosen; a POST tries it, or asks for it."""
    actor = actor_of(request)
    if not permissions.may_batch(actor):
        raise PermissionDenied
    choice = Choice.read(request, actor)
    if choice.is_whole and "jusqu" not in request.GET:
        # What comes in meanwhile is not among them: she has not seen it.
        last = choice.rows.order_by("-pk").values_list("pk", flat=True).first()
        return redirect(f"{reverse('desk:prepare')}?{choice.query}&jusqu={last or 0}")
    count = choice.rows.order_by()[: verbs.MOST + 1].count()
    if not 0 < count <= verbs.MOST:
        context = {"choice": choice, "count": count, "most": verbs.MOST}
        return page(request, "desk/batch_none.html", context, section="list", status=422 if choice.is_whole else 200)
    some = verbs.one_of_each(choice.rows)
    agents, moves = colleagues.followers_of(some), verbs.moves_from(some, actor)
    form, trial, status = BatchForm(agents=agents, moves=moves), None, 200
    if request.method == "POST":
        form = BatchForm(request.POST, agents=agents, moves=moves)
        if not form.is_valid():
            status = 422
        elif "go" in request.POST:
            return _ask(request, actor, choice, form.asked)
        else:
            trial = verbs.tried(choice.rows, form.asked, by=actor)
    context = {
        "choice": choice,
        "count": count,
        "form": form,
        "trial": trial,
        "reasons": trial.reasons.most_common() if trial else [],
        "token": request.POST.get("token") or uuid.uuid4(),
    }
    return page(request, "desk/batch_prepare.html", context, section="list", status=status)


def _ask(request: HttpRequest, actor: Actor, choice: Choice, asked: verbs.Asked) -> HttpResponse:
    try:
        token = uuid.UUID(request.POST.get("token", ""))
    except ValueError:
        token = uuid.uuid4()
    try:
        batch = verbs.ask(choice.rows, asked, by=actor, token=token)
    except ValueError:
        # What was chosen has changed meanwhile: there is nothing left of it, or too much.
        return redirect(f"{reverse('desk:prepare')}?{choice.query}")
    return redirect("desk:batch", batch.public_id)


@require_safe
@desk_only
def batches(request: HttpRequest) -> HttpResponse:
    """Show what was asked for on many requests lately, and how far it is."""
    actor = actor_of(request)
    if not permissions.may_batch(actor):
        raise PermissionDenied
    shown = list(permissions.batches(actor).order_by("-pk")[:_LISTED])
    counts = verbs.counts(shown)
    rows = [(one, counts[one.pk]) for one in shown]
    return page(request, "desk/batches.html", {"rows": rows, "days": verbs.KEPT.days}, section="batches")


@require_safe
@desk_only
def batch(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Show how far an act on many requests is, and what was left as it was, with the reason."""
    one = _load(request, batch_id)
    refused = one.items.filter(state=BatchItem.State.REFUSED).order_by("pk")
    refused = refused.filter(pk__gt=whole(request.GET.get("apres", "")))
    listed = list(refused.select_related("submission")[: _LISTED + 1])
    context = {
        "batch": one,
        "counts": verbs.counts([one])[one.pk],
        "said": _said(one),
        "refused": listed[:_LISTED],
        "next": listed[_LISTED - 1].pk if len(listed) > _LISTED else None,
        "is_running": one.state in ("queued", "working"),
    }
    return page(request, "desk/batch.html", context, section="batches")


def _said(one: Batch) -> str:
    """Return the word of an act, as it is read."""
    if one.act == Batch.Act.ASSIGN:
        user = User.objects.select_related("person").filter(public_id=one.given).first() if one.given else None
        return name_of(user) or _("Nobody: the whole department")
    if one.act == Batch.Act.MOVE:
        item = one.items.select_related("submission__version").first()
        move = verbs.move_of(item.submission, one.given) if item else None
        return move.label if move else one.given
    return one.given


def _load(request: HttpRequest, batch_id: uuid.UUID) -> Batch:
    one = permissions.batches(actor_of(request)).filter(public_id=batch_id).first()
    if one is None:
        raise Http404
    return one


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def stop(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Leave what waits as it is; a GET leads to the report."""
    one = _load(request, batch_id)
    if request.method == "POST" and verbs.stop(one):
        messages.success(request, _("It is stopped: what was done stays done, what waited is as it was."))
    return redirect("desk:batch", one.public_id)
