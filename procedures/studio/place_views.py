"""The places that the town recognises to help citizens: named, with the addresses of their helpers, closed."""

import uuid

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.identity.proof import proved_again
from accounts.identity.work_session import sent
from accounts.models import HelpStructure
from accounts.permissions import actor_of, may_recognise_places
from accounts.team import places as verbs
from accounts.team.rules import Refusal

from .access import page, status_of, town_admins_only
from .forms import TeamForm


class PlaceForm(TeamForm):
    """A place to recognise."""

    name = forms.CharField(
        label=gettext_lazy("Name of the place"),
        max_length=120,
        widget=forms.TextInput(attrs={"size": 40}),
        error_messages={"required": gettext_lazy("Write the name of the place.")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of place"),
        choices=[("", gettext_lazy("Choose")), *HelpStructure.Kind.choices],
        error_messages={"required": gettext_lazy("Choose the kind of place.")},
    )


class HelperForm(TeamForm):
    """Someone who helps there."""

    email = forms.EmailField(
        label=gettext_lazy("Address of one more helper"),
        help_text=gettext_lazy("The one that she signs in with: her account must have proven it."),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "size": 40}),
        error_messages={
            "required": gettext_lazy("Write an e-mail address."),
            "invalid": gettext_lazy("This e-mail address is not complete: name@example.fr."),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@town_admins_only
@proved_again
def places(request: HttpRequest) -> HttpResponse:
    """List the places recognised; the POST adds one."""
    actor = actor_of(request)
    if not may_recognise_places(actor):
        raise PermissionDenied
    form = PlaceForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            place = verbs.recognise(form.cleaned_data["name"], form.cleaned_data["kind"], by=actor)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The place is recognised: add those who help there."))
            return redirect("studio:place", place.public_id)
    known = HelpStructure.objects.annotate(helping=verbs.helping())
    context = {"form": form, "now": known.filter(ended_at=None), "over": known.exclude(ended_at=None)}
    return page(request, "studio/places.html", context, section="places", status=status_of(request, form))


@require_http_methods(["GET", "HEAD", "POST"])
@town_admins_only
@proved_again
def place(request: HttpRequest, place_id: uuid.UUID) -> HttpResponse:
    """Show a place with its helpers; the POST adds a helper, removes one, or closes the place."""
    actor = actor_of(request)
    if not may_recognise_places(actor):
        raise PermissionDenied
    found = HelpStructure.objects.filter(public_id=place_id).first()
    if found is None:
        raise Http404
    given = sent(request)
    if request.method == "POST" and "close" in request.POST:
        verbs.close(found, by=actor)
        messages.success(request, _("This place is no longer recognised: its helpers act for nobody any more."))
        return redirect("studio:places")
    if request.method == "POST" and request.POST.get("remove", "").isdecimal():
        helper = found.helpers.filter(pk=request.POST["remove"]).first()
        if helper is None:
            raise Http404
        verbs.remove_helper(helper, by=actor)
        messages.success(request, _("%(email)s no longer helps for this place.") % {"email": helper.email})
        return redirect("studio:place", found.public_id)
    form = HelperForm(given)
    if request.method == "POST" and form.is_valid():
        try:
            verbs.add_helper(found, form.cleaned_data["email"], by=actor)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(
                request, _("%(email)s may now help for this place.") % {"email": form.cleaned_data["email"]}
            )
            return redirect("studio:place", found.public_id)
    helpers = list(found.helpers.filter(ended_at=None))
    known = verbs.proven(helpers)
    context = {
        "place": found,
        "form": form,
        "helpers": [(one, one.pk in known) for one in helpers],
        "mandates": found.mandates.in_force().count(),
    }
    return page(request, "studio/place.html", context, section="places", status=status_of(request, form))
