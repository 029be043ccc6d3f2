"""How the decision reaches the person: by the portal, or by post as she may always ask (CRPA L112-14, L112-15)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.permissions import actor_of
from portal.kit.widgets import Radios

from .. import permissions
from ..lifecycle import notification as verbs
from ..lifecycle.grounds import MissingWords
from ..lifecycle.transition import StaleAction
from ..models import Submission
from .case_views import load


class WayForm(forms.Form):
    """By the portal or by post."""

    way = forms.ChoiceField(
        label=gettext_lazy("How do you want to receive the decision?"),
        widget=Radios,
        error_messages={
            "required": gettext_lazy("Choose how you want to receive the decision."),
            "invalid_choice": gettext_lazy("Choose one of the answers of the list."),
        },
    )

    def __init__(self, data: Any = None, *, submission: Submission) -> None:
        super().__init__(data, initial={"way": submission.reached_by}, auto_id="f-%s")
        registered = submission.version.definition.legal.registered_basis
        words = {
            "portal": _("Here, in place of a registered letter: I agree to it")
            if registered
            else _("Here, on the portal"),
            "post": _("By registered letter, at my postal address")
            if registered
            else _("By post, at my postal address"),
        }
        self.fields["way"].choices = [(way, words[way]) for way in submission.ways]  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask how the decision is to reach her; the POST keeps it for the decisions to come."""
    submission, actor = load(request, reference), actor_of(request)
    form, status = WayForm(request.POST if request.method == "POST" else None, submission=submission), 200
    if request.method == "POST" and form.is_valid():
        try:
            verbs.choose(submission, form.cleaned_data["way"], by=actor)
        except MissingWords as missing:
            form.add_error(missing.field, str(missing))
        except StaleAction:
            messages.warning(request, _("Your request has changed meanwhile: here is where it stands now."))
            return redirect("filing:case", submission.reference)
        else:
            messages.success(request, _("It is noted: the decision will reach you so."))
            return redirect("filing:case", submission.reference)
    if request.method == "POST":
        status = 422
    context = {
        "submission": submission,
        "form": form,
        "applicant": submission.applicant,
        "registered": submission.version.definition.legal.registered_basis,
        "mandate": permissions.mandate_over(actor, submission),
    }
    return render(request, "filing/notification.html", context, status=status)
