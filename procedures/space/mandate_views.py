"""Who may act for me: mandates given, offered, taken back at any moment; the page that a link opens without an account."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Mandate, Person
from accounts.permissions import actor_of
from portal.kit.limits import too_many

from ..lifecycle import mandate as mandates
from ..lifecycle import mandate_mail as mails
from ..models import Submission
from .mandate_forms import offer_form
from .mandates import lists
from .own import own_space

_A_DAY = 10
_SOME = 20


@require_safe
@own_space
def given(request: HttpRequest, person: Person) -> HttpResponse:
    """List who may act for this person, who was asked, who could, and what was filed in her name."""
    held = person.mandates_given.select_related("helper", "structure", "principal")
    shown = lists(held, set(person.mandates_given.in_force().values_list("pk", flat=True)))
    filed = Submission.objects.filter(person=person, mandate__isnull=False)
    filed = filed.select_related("procedure", "mandate__helper").defer("acknowledgement", "search_text")
    context = {"lists": shown, "filed": filed.order_by("-received_at", "-pk")[:_SOME]}
    return render(request, "space/mandates.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@own_space
def offer(request: HttpRequest, person: Person) -> HttpResponse:
    """Offer a mandate to someone, by her address."""
    form = offer_form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if too_many(request, "mandate", limit=_A_DAY, seconds=24 * 3600):
            return render(request, "space/too_many_mandates.html", status=429)
        basis = Mandate.Basis(str(form.json["basis"]))
        try:
            made = mandates.offer(person, str(form.json["email"]), form.terms(basis), by=actor_of(request))
        except mandates.Refusal as refusal:
            form.refuse(refusal)
        else:
            words = _("We have written to %(address)s. The mandate holds once she has accepted.")
            messages.success(request, words % {"address": made.helper_email})
            return redirect("space:mandates")
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "questions": form.draw(form.questions)}
    return render(request, "space/offer_mandate.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@own_space
def end(request: HttpRequest, person: Person, mandate_id: Any) -> HttpResponse:
    """End a mandate, from either side, after a page that says what it changes."""
    found = Mandate.objects.filter(Q(principal=person) | Q(helper=person), public_id=mandate_id)
    mandate = found.select_related("principal", "helper", "structure").first()
    if mandate is None:
        raise Http404
    mine = mandate.principal_id == person.pk
    back = "space:mandates" if mine else "space:helping"
    if request.method == "POST":
        mandates.end(mandate, by=actor_of(request).key)
        messages.success(request, _("It is over, from this moment."))
        return redirect(back)
    if not mandate.is_open:
        return redirect(back)
    return render(request, "space/end_mandate.html", {"mandate": mandate, "mine": mine, "back": back})


@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Show a mandate to the bearer of the link sent to her address; she accepts, refuses or ends it."""
    opened = mails.opened_by(token)
    if opened is None:
        raise Http404
    mandate, side = opened
    if request.method == "POST":
        return _answer(request, mandate, side, token)
    context = {
        "mandate": mandate,
        "side": side,
        "titles": mails.titles(mandate),
        "in_force": Mandate.objects.in_force().filter(pk=mandate.pk).exists(),
        "waits": mandate.is_open and mandate.accepted_at is None,
        "token": token,
    }
    return render(request, "space/mandate_link.html", context)


def _answer(request: HttpRequest, mandate: Mandate, side: mails.Side, token: str) -> HttpResponse:
    actor, action = actor_of(request), request.POST.get("action", "")
    # Whoever answers without an account is known by the address that the link went to.
    key = (
        actor.key if actor.user else (mandate.principal.key if side == "principal" else f"mandate:{mandate.public_id}")
    )
    if action == "accept" and side == "helper" and actor.user is None:
        return redirect_to_login(request.path, "account_login")
    try:
        match action:
            case "accept" if side == "helper":
                mandates.accept_offer(mandate, by=actor)
                messages.success(request, _("You can now act for %(name)s.") % {"name": mandate.principal.display_name})
                return redirect("space:helping")
            case "accept":
                mandates.accept_as_principal(mandate)
            case "refuse":
                mandates.refuse(mandate, by=key)
            case "end":
                mandates.end(mandate, by=key)
            case _:
                pass
    except mandates.Refusal as refusal:
        messages.warning(request, refusal.words)
    return redirect("space:mandate_link", token)
