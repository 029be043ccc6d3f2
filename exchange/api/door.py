"""The door of the API: who comes in, from where, how often, what for; and an act that is sent twice is done once."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja.security import HttpBearer

from accounts.permissions import Actor
from portal.kit.limits import count, visitor
from procedures import permissions
from procedures.definition.reference import normalise_reference
from procedures.desk.access import note
from procedures.models import Submission

from ..permissions import actor_in
from . import tokens
from .models import ApiAnswer, ApiToken
from .problems import KIND, Problem, answer

LARGEST = 64 * 1024
_SENDS = {"POST", "PUT", "PATCH"}


@dataclass(frozen=True)
class Caller:
    """A program, and under whose rights it acts."""

    token: ApiToken
    actor: Actor


class Bearer(HttpBearer):
    """A token in the Authorization header; a session opens nothing here."""

    openapi_bearerFormat = "portail_…"  # noqa: N815 the name is the library's

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """Return who calls. None for a token that opens nothing; Problem where it may not come in now."""
        found = tokens.recognise(token, visitor(request))
        if found is None:
            return None
        minute = int(time.time() // 60)
        if count(f"api:{found.public_id}:{minute}", seconds=60) > settings.API_CALLS_A_MINUTE:
            raise Problem(429, "Attendez la minute qui vient.", retry_after=60 - int(time.time() % 60))
        actor = actor_in(found.user, found.sector_id)
        if actor is None:
            raise Problem(403, "Le compte de cette clé ne travaille plus dans ce secteur.")
        return Caller(found, actor)


def caller_of(request: HttpRequest, scope: str, *known: str) -> Caller:
    """Return who calls, for what the scope lets be done; Problem 403 otherwise, and 422 for an unknown parameter.

    A filter that is misspelt and passed over would give everything for a part.
    """
    caller: Caller = request.auth  # type: ignore[attr-defined]
    unknown = sorted(set(request.GET) - set(known))
    if unknown:
        raise Problem(422, f"Paramètre inconnu : « {unknown[0][:40]} ».")
    if scope not in caller.token.scopes:
        raise Problem(403, f"Cette clé n’a pas le droit « {scope} ».")
    return caller


def load(caller: Caller, reference: str) -> Submission:
    """Return the request of a number, if the account of the token sees it; Problem 404 otherwise, existing or not."""
    wanted = normalise_reference(reference)
    visible = permissions.visible_submissions(caller.actor).for_list().select_related("department__entity")
    found = visible.filter(reference=wanted).first() if wanted else None
    if found is None:
        raise Problem(404, "Aucune demande visible ne porte ce numéro.")
    return found


def noted(caller: Caller, submission: Submission) -> Submission:
    """Write down that a request was read: its person is told by which department."""
    note(caller.actor, "read", submission)
    return submission


def once(request: HttpRequest, caller: Caller, act: Callable[[], HttpResponse]) -> HttpResponse:
    """Do an act in one transaction; under a key that served, give the answer that it got and do nothing.

    Problem 409 where the key served for something else.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        with transaction.atomic():
            return act()
    if len(key) > 80 or not key.isprintable():
        raise Problem(422, "La clé d’idempotence a 80 signes au plus.")
    asked = hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.body).hexdigest()
    known = _known(caller, key, asked)
    if known is not None:
        return known
    try:
        with transaction.atomic():
            done = act()
            body = done.content.decode()
            ApiAnswer.objects.create(token=caller.token, key=key, asked=asked, status=done.status_code, body=body)
            return done
    except IntegrityError:
        # The same act arrived at the same moment and was first: what was done here is undone.
        known = _known(caller, key, asked)
        if known is None:
            raise
        return known


def _known(caller: Caller, key: str, asked: str) -> HttpResponse | None:
    found = ApiAnswer.objects.filter(token=caller.token, key=key).first()
    if found is None:
        return None
    if found.asked != asked:
        raise Problem(409, "Cette clé d’idempotence a déjà servi pour autre chose.")
    return HttpResponse(found.body, status=found.status, content_type="application/json")


def guarded(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Refuse what is too long or not JSON before it is read; say every refusal as a problem."""

    @wraps(view)
    def inside(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method in _SENDS:
            length = request.META.get("CONTENT_LENGTH") or "0"
            if not length.isdecimal() or len(length) > 9 or int(length) > LARGEST:
                return answer(413, "Un envoi fait 64 ko au plus.")
            if request.content_type != "application/json":
                return answer(415, "Envoyez du JSON : Content-Type: application/json.")
        if any(len(values) > 1 for _name, values in request.GET.lists()):
            return answer(422, "Un paramètre est donné deux fois.")
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            return answer(404)
        if response.status_code == 405:
            refused = answer(405)
            refused["Allow"] = response["Allow"]
            return refused
        if response.status_code >= 400 and not response["Content-Type"].startswith(KIND):
            return answer(response.status_code)
        return response

    inside.csrf_exempt = True  # type: ignore[attr-defined]
    return inside
