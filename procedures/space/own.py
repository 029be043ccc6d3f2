"""Whose space this is: the person behind the login, and nobody she acts for."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.models import Person, User
from accounts.permissions import actor_of

P = ParamSpec("P")


def own_space(
    view: Callable[Concatenate[HttpRequest, Person, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Give the view the person who is signed in: a mandate opens requests, never a profile, papers or data."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        actor = actor_of(request)
        # A login made by a command has no person yet.
        person = actor.person or Person.objects.get_or_create(user=actor.user)[0]
        return view(request, person, *args, **kwargs)

    return login_required(guarded)


def login_of(request: HttpRequest) -> User:
    """Return the login of whoever is signed in."""
    user = actor_of(request).user
    assert user is not None, "own_space lets nobody else in"  # noqa: S101
    return user
