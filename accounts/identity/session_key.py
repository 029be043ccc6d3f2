"""Another session key whenever a session may do more: a key that someone else knew before opens nothing after."""

from typing import Any

from allauth.account.signals import authentication_step_completed
from allauth.usersessions.models import UserSession
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest


def renew(request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> None:
    """Give the session another key once who is signed in has proven again, or more, that it is she (OWASP ASVS 7.2.4).

    At sign-in itself Django gives it; the list of open sessions follows, so that this one can still be ended from afar.
    """
    if not request.user.is_authenticated or request.user.pk != user.pk:
        return
    known = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=known).update(session_key=request.session.session_key)


def listen() -> None:
    """Hear of each proof: allauth's pages give it in seven places, and tell of it by this signal alone."""
    authentication_step_completed.connect(renew, dispatch_uid="accounts.session_key")
