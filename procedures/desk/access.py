"""The door of the desk: who enters, which requests she opens, and the note that she did."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from accounts.identity.work_session import keep_typed
from accounts.models import Role, User
from accounts.permissions import Actor, actor_of, administered, may_audit
from journal.models import record_access
from town.models import Sector

from .. import permissions
from ..definition.reference import normalise_reference
from ..models import Submission, bare

P = ParamSpec("P")
# Under which of her roles someone acts, when she holds several in a department.
_ORDER = (Role.SIGNATORY, Role.HEAD, Role.AGENT, Role.AUDITOR)


def desk_only(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Send a stranger to the sign-in page, and refuse whoever has no role in the desk."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        actor = actor_of(request)
        if actor.user is None:
            return redirect_to_login(request.get_full_path(), "account_login")
        if not permissions.may_use_desk(actor):
            raise PermissionDenied
        try:
            return view(request, *args, **kwargs)
        except OtherSector as elsewhere:
            return _offer_change(request, elsewhere.sector)

    return guarded


class OtherSector(Exception):
    """The request is in another sector of hers than the one that the desk works in now."""

    def __init__(self, sector: Sector) -> None:
        super().__init__(sector.code)
        self.sector = sector


def _offer_change(request: HttpRequest, other: Sector) -> HttpResponse:
    """Propose the sector of a request that she may see; what she typed waits for her there."""
    kept = request.method == "POST" and keep_typed(request)
    return page(
        request,
        "desk/other_sector.html",
        {"other": other, "next": request.path, "kept": kept},
        section="case",
        status=409,
    )


def load(request: HttpRequest, reference: str, *, to_show: bool = False) -> Submission:
    """Return the request if this agent may see it; 404 otherwise, whether it exists or not. May raise OtherSector.

    ``to_show`` learns with it what it has nothing of, for a page that shows everything and writes nothing.
    """
    actor, wanted = actor_of(request), normalise_reference(reference) or reference
    visible = permissions.visible_submissions(actor)
    rows = (
        (bare.with_flags(visible) if to_show else visible)
        .for_list()
        .select_related("department__place", "department__entity")
        .filter(reference=wanted)
    )
    if to_show:
        rows = rows.defer(None).defer("search_text", "version__content", "procedure__search_text")
    found = rows.first()
    if found is not None:
        if to_show:
            bare.settle(found)
        return found
    other = permissions.other_sector_of(actor, wanted)
    if other is not None:
        raise OtherSector(other)
    raise Http404


def note(actor: Actor, action: str, submission: Submission) -> None:
    """Write down that an agent looked at a request, under the role she holds there, and for which department."""
    held = permissions.roles_on(actor, submission)
    role = next((role for role in _ORDER if role in held), "")
    record_access(action, submission.key, actor=actor.key, role=role, service=_service(actor, submission, role))


def _service(actor: Actor, submission: Submission, role: str) -> str:
    """Return the department that an agent looks for: her own, or the one that was given this request to read."""
    membership = actor.membership_for(submission.department_id, role)
    if membership is not None:
        return membership.department.name
    granted = submission.accesses.filter(department__in=permissions.desk_departments(actor))
    access = granted.select_related("department").first()
    return access.department.name if access and access.department else ""


def note_search(actor: Actor, text: str) -> None:
    """Write down the words that an agent searched people by."""
    held = {membership.role for membership in actor.memberships}
    role = next((role for role in _ORDER if role in held), "")
    record_access("search", f"search:{text[:60]}", actor=actor.key, role=role)


def name_of(user: User | None) -> str:
    """Return the name of the human being behind a login; her address where no name is recorded."""
    if user is None:
        return ""
    person = getattr(user, "person", None)
    return (person.display_name if person else "") or str(user)


def short_name_of(user: User | None) -> str:
    """Return the name as lists have room for it: "N. Roussel"."""
    person = getattr(user, "person", None)
    if person is None or not person.given_names or not (person.usage_name or person.family_name):
        return name_of(user)
    return f"{person.given_names[0]}.\u00a0{person.usage_name or person.family_name}"


def page(
    request: HttpRequest, template: str, context: dict[str, Any], *, section: str, status: int = 200
) -> HttpResponse:
    """Draw a page of the desk with what its frame shows: who is signed in, and where she is."""
    actor = actor_of(request)
    name = (actor.person.display_name if actor.person else "") or (str(actor.user) if actor.user else "")
    frame = {
        "agent_name": name,
        "section": section,
        "may_enter": permissions.may_enter_any(actor),
        "may_sign": permissions.works_as(actor, Role.SIGNATORY),
        "may_export": permissions.may_export(actor),
        "may_batch": permissions.may_batch(actor),
        "shortcuts": actor.user is not None and actor.user.shortcuts,
        "may_audit": may_audit(actor),
        "administers": bool(administered(actor)),
        "edits": permissions.edits_any(actor),
        # Named where there are several: with one, there is nothing to choose.
        "sectors": actor.sectors if len(actor.sectors) > 1 else [],
        "sector": actor.sector,
    }
    return render(request, template, {**context, **frame}, status=status)
