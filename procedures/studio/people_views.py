"""The team and each of its people: who works where, who is away, who leaves, who lost her second factor."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.identity.proof import proved_again
from accounts.identity.work_session import sent
from accounts.models import Absence, User
from accounts.permissions import Actor, actor_of
from accounts.team import absences, factors
from accounts.team import naming as name
from accounts.team.forms import AbsenceForm
from accounts.team.rules import Refusal
from journal.models import record_access

from ..lifecycle.departure import leave
from . import team as reads
from .access import page, status_of, town_admins_only
from .forms import DepartureForm


@require_safe
@town_admins_only
def team(request: HttpRequest) -> HttpResponse:
    """Show the departments as a tree, with who works there in which role, and the invitations that wait."""
    return page(
        request,
        "studio/team.html",
        {"team": reads.team_of(actor_of(request)), "today": timezone.localdate()},
        section="team",
    )


@require_safe
@town_admins_only
def person(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """Show one person: her roles, her absences, her second factor, and what can be done about them."""
    actor = actor_of(request)
    user = reads.member(actor, user_id)
    record_access("team", user.key, actor=actor.key, role="town_admin")
    roles = reads.memberships_of(actor, user)
    context = {
        "who": user,
        "roles": roles,
        "oneself": user == actor.user,
        "here": any(one.ends_on is None or one.ends_on >= timezone.localdate() for one in roles),
        "today": timezone.localdate(),
        "titles": reads.procedures_of(actor),
        "absences": _absences(actor, user),
        "factor": factors.factors_of([user])[user.pk],
    }
    return page(request, "studio/person.html", context, section="team")


def _absences(actor: Actor, user: User) -> list[tuple[Absence, str]]:
    """Return the absences to come, each with the name of the stand-in; of another sector's, only that there is one."""
    known = set(reads.colleagues_of(actor, user).values_list("pk", flat=True))
    found = user.absences.to_come().select_related("stand_in__person")
    return [
        (
            one,
            "" if one.stand_in is None else one.stand_in.display_name if one.stand_in_id in known else _("a colleague"),
        )
        for one in found
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@town_admins_only
@proved_again
def departure(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """See someone off: what hangs on her is said first, then handed over; her access is cut."""
    actor = actor_of(request)
    user = reads.member(actor, user_id, here=True)
    form = DepartureForm(sent(request), colleagues=reads.colleagues_of(actor, user))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            handed, left = leave(user, by=actor, from_day=given["from_day"], heir=given["heir"])
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The departure of %(name)s is noted.") % {"name": user.display_name})
            if handed:
                said = ngettext("%(count)d request is handed over.", "%(count)d requests are handed over.", handed)
                messages.success(request, said % {"count": handed})
            if left:
                said = ngettext("%(count)d request is to assign.", "%(count)d requests are to assign.", left)
                messages.success(request, said % {"count": left})
            return redirect("studio:person", user.public_id)
    context = {"form": form, "who": user, "burden": reads.burden_of(actor, user), "oneself": user == actor.user}
    return page(request, "studio/departure.html", context, section="team", status=status_of(request, form))


@require_http_methods(["GET", "HEAD", "POST"])
@town_admins_only
@proved_again
def absence(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """Note that someone is away, and who stands in."""
    actor = actor_of(request)
    user = reads.member(actor, user_id, here=True)
    colleagues = absences.possible_stand_ins(user).filter(pk__in=reads.colleagues_of(actor, user).values("pk"))
    form = AbsenceForm(sent(request), colleagues=colleagues)
    if request.method == "POST" and form.is_valid():
        try:
            absences.announce(user, by=actor, **form.cleaned_data)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The absence is noted."))
            return redirect("studio:person", user.public_id)
    context = {"form": form, "who": user}
    return page(request, "studio/absence.html", context, section="team", status=status_of(request, form))


@require_http_methods(["GET", "HEAD", "POST"])
@town_admins_only
@proved_again
def cancel_absence(request: HttpRequest, user_id: uuid.UUID, pk: int) -> HttpResponse:
    """Cancel an absence, or what is left of it; a GET leads to the person."""
    actor = actor_of(request)
    user = reads.member(actor, user_id, here=True)
    found = user.absences.to_come().select_related("user", "stand_in").filter(pk=pk).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        absences.cancel(found, by=actor)
        messages.success(request, _("The absence is cancelled."))
    return redirect("studio:person", user.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@town_admins_only
@proved_again
def reset_factor(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """Remove the second factor of a colleague who lost it, after saying what that does."""
    actor = actor_of(request)
    user = reads.member(actor, user_id, here=True)
    if request.method == "POST":
        try:
            factors.reset(user, by=actor)
            messages.success(request, _("The account is open again: a new application is asked at the next sign-in."))
        except Refusal as refusal:
            messages.warning(request, str(refusal))
        return redirect("studio:person", user.public_id)
    return page(request, "studio/reset_factor.html", {"who": user, "oneself": user == actor.user}, section="team")


@require_http_methods(["GET", "HEAD", "POST"])
@town_admins_only
@proved_again
def naming(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """Withhold the name of a colleague from citizens, or give it again; a GET leads to her page."""
    actor = actor_of(request)
    user = reads.member(actor, user_id, here=True)
    if request.method == "POST":
        withheld = request.POST.get("withheld") == "1"
        name.withhold(user, withheld, by=actor)
        said = _("Citizens are no longer given her name.") if withheld else _("Citizens are given her name again.")
        messages.success(request, said)
    return redirect("studio:person", user.public_id)
