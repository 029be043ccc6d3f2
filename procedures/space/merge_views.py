"""An address just proven that opens another account: is it the same person's, and then what was there comes here."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.identity import addresses
from accounts.identity.proof import proved_again
from accounts.models import Person
from portal.kit.widgets import Radios

from ..lifecycle import merge as merging
from .own import login_of, own_space

# Why two accounts stay apart, and what the person may do.
_APART = {
    "works": gettext_lazy(
        "The other account works for the town hall: its acts bear its name, and it stays apart. "
        "Go on with your own requests in this one."
    ),
    "closed": gettext_lazy("The other account is closed. Call us if you think it should be open."),
    "factor": gettext_lazy(
        "The other account asks for a second proof, which this address alone does not give. "
        "Sign in to it, remove that proof there, then come back."
    ),
    "identities": gettext_lazy(
        "Each of the two accounts is linked to an identity of its own at the same service: they are two persons’."
    ),
    "names": gettext_lazy(
        "The two accounts bear different names, one of them certified. If both are yours, correct your name in your "
        "profile, or call us."
    ),
}


class SamePersonForm(forms.Form):
    """The one question that decides."""

    same = forms.ChoiceField(
        label=gettext_lazy("Is that account yours too?"),
        choices=[
            ("yes", gettext_lazy("Yes, it is mine: join it to this one")),
            ("no", gettext_lazy("No, it is someone else’s")),
        ],
        widget=Radios(),
        error_messages={
            "required": gettext_lazy("Say whether that account is yours."),
            "invalid_choice": gettext_lazy("Choose one of the two answers."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "f-%s", **kwargs})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@own_space
@proved_again
def same_person(request: HttpRequest, person: Person) -> HttpResponse:
    """Ask whether the account that a proven address opens is the same person's; join it, or leave both as they are."""
    user = login_of(request)
    found = addresses.proof(request, user)
    if found is None:
        messages.warning(request, _("Add the address again: what you proved has served, or was too long ago."))
        return redirect("account_email")
    email, other = found
    form = SamePersonForm(request.POST if request.method == "POST" else None)
    try:
        what = merging.moving(person, other)
        if form.is_valid() and form.cleaned_data["same"] == "yes":
            merging.merge(user, other, email=email)
            addresses.forget_proof(request)
            messages.success(request, _("Your two accounts are now one: all is here."))
            return redirect("space:home")
    except merging.CannotMerge as refused:
        addresses.forget_proof(request)
        context = {"email": email, "reason": _APART[refused.kind]}
        return render(request, "space/kept_apart.html", context, status=409)
    if form.is_valid():
        addresses.forget_proof(request)
        return render(request, "space/kept_apart.html", {"email": email})
    asked = {"email": email, "form": form, "what": what}
    return render(request, "space/same_person.html", asked, status=422 if form.is_bound else 200)
