"""Who is invited to what, and which role each person holds: every change is asked twice who makes it."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.identity.proof import proved_again
from accounts.identity.work_session import sent
from accounts.models import Invitation
from accounts.permissions import Actor, actor_of
from accounts.team import invitations, memberships
from accounts.team.rules import Refusal

from ..lifecycle.departure import end_role
from . import team
from .access import page, status_of, town_admins_only
from .forms import ChangeForm, InvitationForm, RoleForm


@require_http_methods(["GET", "HEAD", "POST"])
@town_admins_only
@proved_again
def invite(request: HttpRequest) -> HttpResponse:
    """Invite someone by e-mail to a department, in a role."""
    actor = actor_of(request)
    form = InvitationForm(
        sent(request),
        departments=team.departments_of(actor),
        procedures=team.procedures_of(actor),
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            invitations.invite(given["email"], given["department"], given["role"], by=actor, **form.role_given)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The invitation is sent to %(email)s.") % {"email": given["email"]})
            return redirect("studio:team")
    return page(request, "studio/invite.html", {"form": form}, section="team", status=status_of(request, form))


def _invitation(actor: Actor, pk: int) -> Invitation:
    found = team.invitations_of(actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@town_admins_only
@proved_again
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Send an invitation again, with a new link; a GET leads to the team."""
    actor = actor_of(request)
    found = _invitation(actor, pk)
    if request.method == "POST":
        try:
            invitations.resend(found, by=actor)
            messages.success(request, _("The invitation is sent to %(email)s.") % {"email": found.email})
        except Refusal as refusal:
            messages.warning(request, str(refusal))
    return redirect("studio:team")


@require_http_methods(["GET", "HEAD", "POST"])
@town_admins_only
@proved_again
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel an invitation; a GET leads to the team."""
    actor = actor_of(request)
    found = _invitation(actor, pk)
    if request.method == "POST":
        try:
            invitations.cancel(found, by=actor)
            messages.success(request, _("The invitation of %(email)s is cancelled.") % {"email": found.email})
        except Refusal as refusal:
            messages.warning(request, str(refusal))
    return redirect("studio:team")


@require_http_methods(["GET", "HEAD", "POST"])
@town_admins_only
@proved_again
def grant(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """Give someone of the team one more role."""
    actor = actor_of(request)
    user = team.member(actor, user_id)
    form = RoleForm(
        sent(request),
        departments=team.departments_of(actor),
        procedures=team.procedures_of(actor),
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            memberships.grant(user, given["department"], given["role"], by=actor, **form.role_given)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The role is given."))
            return redirect("studio:person", user.public_id)
    context = {"form": form, "who": user, "oneself": user == actor.user}
    return page(request, "studio/grant.html", context, section="team", status=status_of(request, form))


@require_http_methods(["GET", "HEAD", "POST"])
@town_admins_only
@proved_again
def change(request: HttpRequest, user_id: uuid.UUID, pk: int) -> HttpResponse:
    """Change the title, the days or the procedures of a role."""
    actor = actor_of(request)
    user = team.member(actor, user_id)
    membership = team.membership_of(actor, user, pk)
    form = ChangeForm(
        sent(request),
        membership=membership,
        procedures=team.procedures_of(actor),
    )
    if request.method == "POST" and form.is_valid():
        try:
            memberships.change(membership, by=actor, **form.role_given)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The role is changed."))
            return redirect("studio:person", user.public_id)
    context = {"form": form, "who": user, "membership": membership, "oneself": user == actor.user}
    return page(request, "studio/change_role.html", context, section="team", status=status_of(request, form))


@require_http_methods(["GET", "HEAD", "POST"])
@town_admins_only
@proved_again
def end(request: HttpRequest, user_id: uuid.UUID, pk: int) -> HttpResponse:
    """End a role today; a GET leads to where it is changed."""
    actor = actor_of(request)
    user = team.member(actor, user_id)
    membership = team.membership_of(actor, user, pk)
    if request.method != "POST":
        return redirect("studio:change_role", user.public_id, pk)
    try:
        left = end_role(membership, by=actor)
        messages.success(request, _("The role has ended: it gives nothing any more."))
        if left:
            said = ngettext("%(count)d request is to assign.", "%(count)d requests are to assign.", left)
            messages.success(request, said % {"count": left})
    except Refusal as refusal:
        messages.warning(request, str(refusal))
    return redirect("studio:person", user.public_id)
