"""The lists of the desk: today, and the requests of a view."""

from dataclasses import replace
from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.permissions import actor_of
from portal.kit.moments import long_day

from .. import permissions
from ..definition.reference import normalise_reference
from . import beside, facets, found, inbox, selection
from .access import desk_only, note_search, page
from .view import View


@require_safe
@desk_only
def home(request: HttpRequest) -> HttpResponse:
    """Show what waits, and the requests that are mine."""
    actor = actor_of(request)
    here = [one.department for one in actor.memberships if one.department.sector == actor.sector]
    departments = sorted({department.name for department in here})
    context = {
        "counters": inbox.counters(actor),
        "rows": inbox.mine(actor),
        "today": long_day(timezone.localdate()),
        "departments": departments,
        "for_others": actor.user.stands_in.in_force().select_related("user__person") if actor.user else [],
        "mine_address": View(state="open", agent="mine").address,
        "all_address": View(state="open").address,
    }
    return page(request, "desk/home.html", context, section="home")


@require_safe
@desk_only
def listing(request: HttpRequest) -> HttpResponse:
    """Show a view of the requests; an exact reference leads straight to its case."""
    actor, view = actor_of(request), View.read(request.GET)
    reference = normalise_reference(view.q) if view.q else None
    if reference and permissions.visible_submissions(actor).filter(reference=reference).exists():
        return redirect("desk:case", reference)
    if view.q and actor.must_choose_sector:
        if reference and permissions.other_sector_of(actor, reference):
            return redirect("desk:case", reference)
        # Before a search by name, who works in several sectors says in which.
        return redirect(f"{reverse('desk:sector')}?{urlencode({'next': request.get_full_path()})}")
    if view.q and "apres" not in request.GET and "avant" not in request.GET:
        note_search(actor, view.q)
    procedure = found.shown_procedure(view)
    after, before = request.GET.get("apres", ""), request.GET.get("avant", "")
    if view.q:
        shown = inbox.searched(actor, view, procedure, start=after or before)
    else:
        shown = inbox.listed(actor, view, procedure, after=after, before=before)
    beside.remember(request.session, view)
    kept = list(permissions.saved_views(actor))
    context = {
        "view": view,
        "title": selection.title(view, kept),
        "filters": selection.filters(actor, view),
        "controls": facets.controls(found.definition_of(procedure), view),
        "rail": selection.rail(view, kept),
        "has_kept": bool(kept),
        "without_search": replace(view, q="", state="").address,
        "shown": shown,
        "may_enter": permissions.may_enter_any(actor),
        "may_batch": permissions.may_batch(actor),
        "params": parse_qsl(view.query),
    }
    return page(request, "desk/list.html", context, section="list")
