"""The second factor: asked of everyone who works for the town, before anything of a citizen is shown."""

from collections.abc import Callable

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from ..models import User
from ..permissions import actor_of

# Where agents and administrators work.
GUARDED = ("/agent/", "/atelier/", "/admin/")


def proved(request: HttpRequest, user: User) -> bool:
    """Say whether this session gave a second factor: a code by e-mail is none (it is what the password can be reset by)."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, user))


def missing(request: HttpRequest) -> bool:
    """Say whether whoever is signed in works for the town and has still to give her second factor."""
    user = request.user
    if not settings.SECOND_FACTOR or not isinstance(user, User) or proved(request, user):
        return False
    return bool(user.is_staff or actor_of(request).memberships)


def ask(request: HttpRequest) -> HttpResponse:
    """Lead to where the factor is given, or set up where there is none yet; then back to this page."""
    query = "?" + urlencode({"next": request.get_full_path()})
    held = set(Authenticator.objects.filter(user=request.user.pk).values_list("type", flat=True))
    if held:
        # Recovery codes come with either; who has passkeys alone is asked for one first.
        by_code = Authenticator.Type.TOTP in held or Authenticator.Type.WEBAUTHN not in held
        return redirect(reverse("mfa_reauthenticate" if by_code else "mfa_reauthenticate_webauthn") + query)
    messages.warning(
        request,
        _("Your work opens the files of citizens: add a second proof that it is you. It takes two minutes, once."),
    )
    return redirect(reverse("mfa_activate_totp") + query)


class SecondFactorMiddleware:
    """Leads whoever works for the town to her second factor; costs nothing once it is given, nor to citizens."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the request through, or lead to where the factor is set up or given."""
        if request.path.startswith(GUARDED) and missing(request):
            return ask(request)
        return self.get_response(request)
