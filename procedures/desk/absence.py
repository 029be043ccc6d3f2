"""One's own absences: announced with a stand-in, seen, cancelled."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.identity.proof import proved_again
from accounts.identity.work_session import sent
from accounts.permissions import actor_of
from accounts.team import absences
from accounts.team.forms import AbsenceForm
from accounts.team.rules import Refusal

from .access import desk_only, page


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
@proved_again
def absence(request: HttpRequest) -> HttpResponse:
    """Show when I am away and for whom I stand in; the POST announces an absence."""
    actor = actor_of(request)
    assert actor.user is not None, "the desk is for who is signed in"  # noqa: S101
    form = AbsenceForm(sent(request), colleagues=absences.possible_stand_ins(actor.user))
    if request.method == "POST" and form.is_valid():
        try:
            absences.announce(actor.user, by=actor, **form.cleaned_data)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Your absence is noted."))
            return redirect("desk:absence")
    context = {
        "form": form,
        "mine": actor.user.absences.to_come().select_related("stand_in__person"),
        "for_others": actor.user.stands_in.to_come().select_related("user__person"),
    }
    wrong = request.method == "POST" and bool(form.errors)
    return page(request, "desk/absence.html", context, section="absence", status=422 if wrong else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
@proved_again
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel an absence of mine, or what is left of it; a GET leads to my absences."""
    actor = actor_of(request)
    assert actor.user is not None, "the desk is for who is signed in"  # noqa: S101
    found = actor.user.absences.to_come().select_related("user", "stand_in").filter(pk=pk).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        absences.cancel(found, by=actor)
        messages.success(request, _("The absence is cancelled."))
    return redirect("desk:absence")
