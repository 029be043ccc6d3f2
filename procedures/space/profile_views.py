"""The profile of whoever is signed in: seen and corrected by her alone (GDPR articles 15 and 16)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import profile as profiles
from accounts.models import Person
from accounts.permissions import actor_of

from .own import own_space
from .profile_form import ProfileForm


@require_http_methods(["GET", "HEAD", "POST"])
@own_space
def profile(request: HttpRequest, person: Person) -> HttpResponse:
    """Show the profile, or keep what it says now."""
    if request.method != "POST":
        return _page(request, ProfileForm(person))
    form = ProfileForm(person, request.POST)
    if not form.is_valid():
        return _page(request, form, 422)
    profiles.correct(person, form.fields_of_person, form.points, by=actor_of(request).key)
    messages.success(request, _("Your profile is saved."))
    return redirect("space:profile")


def _page(request: HttpRequest, form: ProfileForm, status: int = 200) -> HttpResponse:
    # Drawn by the form: an answer that is only read is no control.
    context = {"form": form, "questions": form.draw(form.questions), "is_certified": bool(form.context.locked)}
    return render(request, "space/profile.html", context, status=status)
