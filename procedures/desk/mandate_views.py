"""Mandates at the desk: signed papers to check, and the mandates that someone asks to end by telephone or at the counter."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.identity.work_session import sent
from accounts.models import Mandate
from accounts.permissions import Actor, actor_of
from journal.models import record_access
from portal.kit.text import fold

from .. import permissions
from ..lifecycle import mandate as verbs
from ..lifecycle.mandate_mail import address_of, titles, titles_of
from ..lifecycle.scanning import openable
from ..models.storage import download
from .access import desk_only, note_search, page
from .forms import DeskForm, Words

_MOST = 50


@require_safe
@desk_only
def mandates(request: HttpRequest) -> HttpResponse:
    """List the signed papers that wait for an agent, and the mandates of the person searched by name."""
    actor, text = actor_of(request), request.GET.get("qui", "").strip()[:100]
    if not permissions.may_enter_any(actor):
        raise PermissionDenied
    if text and actor.must_choose_sector:
        # Before a search by name, who works in several sectors says in which.
        return redirect(f"{reverse('desk:sector')}?{urlencode({'next': request.get_full_path()})}")
    found = _named(actor, text) if text else []
    if text:
        note_search(actor, text)
    waiting = list(permissions.treated_mandates(actor).to_check().order_by("created_at", "pk")[:_MOST])
    told = titles_of([*waiting, *found])
    context = {
        "waiting": [(one, told.get(one.pk, [])) for one in waiting],
        "found": [(one, told.get(one.pk, [])) for one in found],
        "text": text,
    }
    return page(request, "desk/mandates.html", context, section="mandates")


def _named(actor: Actor, text: str) -> list[Mandate]:
    """Return the open mandates that name someone, on either side, accents and case aside."""
    words = fold(text).split()[:6]
    held = permissions.treated_mandates(actor).open()
    sides = ("principal", "helper")
    names = [f"{side}__{part}" for side in sides for part in ("family_name", "usage_name", "given_names")]
    matching = [
        pk
        for pk, *said in held.values_list("pk", *names).iterator()
        if all(any(part.startswith(word) for part in fold(" ".join(filter(None, said))).split()) for word in words)
    ]
    return list(held.filter(pk__in=matching[:_MOST]).select_related("principal", "helper", "structure"))


class AnswerForm(DeskForm):
    """Why a mandate is refused or ended; accepting one needs no word."""

    words = Words(
        rows=2,
        label=gettext_lazy("Reason, for a refusal or an end"),
        help_text=gettext_lazy("Both sides read it. For an end: who asked for it, and how."),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Ask for words wherever something is taken away."""
        given: dict[str, Any] = super().clean() or {}
        if self.data.get("action") in {"refuse", "end"} and not given.get("words") and "words" not in self.errors:
            self.add_error("words", forms.ValidationError(_("Write the reason: both sides read it.")))
        return given


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def mandate(request: HttpRequest, mandate_id: uuid.UUID) -> HttpResponse:
    """Show a mandate with its paper; the POST accepts it, refuses it with a reason, or ends it for who asks."""
    found = _mandate(request, mandate_id)
    form = AnswerForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            _answer(request, found, form.cleaned_data["words"])
        except verbs.Refusal as refusal:
            form.add_error(None, refusal.words)
        else:
            return redirect("desk:mandates")
    if request.method != "POST":
        record_access("read", f"mandate:{found.public_id}", actor=actor_of(request).key, role="agent")
    context = {
        "mandate": found,
        "titles": titles(found),
        "paper": getattr(found, "paper", None),
        "openable": openable(),
        "helper_address": address_of(found.helper) or found.helper_email,
        "waits": found.is_open and found.accepted_at is None,
        "to_check": Mandate.objects.to_check().filter(pk=found.pk).exists(),
        "form": form,
    }
    wrong = request.method == "POST"
    return page(request, "desk/mandate.html", context, section="mandates", status=422 if wrong else 200)


def _mandate(request: HttpRequest, mandate_id: uuid.UUID) -> Mandate:
    """Return a mandate for procedures that she treats; 404 otherwise, whether it exists or not."""
    known = permissions.treated_mandates(actor_of(request)).filter(public_id=mandate_id)
    found = known.select_related("principal__user", "helper__user", "structure", "paper__stored").first()
    if found is None:
        raise Http404
    return found


def _answer(request: HttpRequest, found: Mandate, words: str) -> None:
    actor, action = actor_of(request), request.POST.get("action", "")
    if actor.person is not None and actor.person.pk in {found.principal_id, found.helper_id}:
        raise verbs.Refusal(_("It is about you: a colleague answers, or you do so from your own space."))
    match action:
        case "accept":
            verbs.vouch(found, by=actor)
            messages.success(request, _("The mandate is accepted: both sides are told."))
        case "refuse":
            verbs.refuse(found, by=actor.key, because=words)
            messages.success(request, _("The mandate is refused: the helper is told why."))
        case "end":
            verbs.end(found, by=actor.key, because=words)
            messages.success(request, _("The mandate has ended: both sides are told."))
        case _:
            raise Http404


@require_safe
@desk_only
def paper(request: HttpRequest, mandate_id: uuid.UUID) -> HttpResponseBase:
    """Download the signed paper, to check it; one that is not scanned yet, or blocked, is not given out."""
    found = _mandate(request, mandate_id)
    joined = getattr(found, "paper", None)
    if joined is None or joined.stored.scan not in openable() or joined.stored.destroyed_at is not None:
        raise Http404
    record_access("download", f"mandate:{found.public_id}", actor=actor_of(request).key, role="agent")
    return download(joined.stored, joined.stored.name)
