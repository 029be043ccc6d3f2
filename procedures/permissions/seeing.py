"""What agents see at the desk, and take out of it."""

from collections.abc import Iterable

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONArray

from accounts.models import DESK_ROLES, Role
from accounts.permissions import TOLD, Actor, told_of
from town.models import Sector
from town.tree import Below, Listed

from ..models import CaseAccess, Procedure, Rating, Submission
from ..models.case import SubmissionQuerySet

# Who takes requests out of the desk as a file: an auditor reads where it is written down that she did, and takes nothing.
EXPORTERS = (Role.SIGNATORY, Role.HEAD, Role.AGENT)


def may_use_desk(actor: Actor) -> bool:
    """Agents, heads, signatories and auditors open the desk."""
    return actor.has_any(DESK_ROLES)


def desk_departments(actor: Actor, wanted: Iterable[str] = DESK_ROLES) -> dict[int, frozenset[str] | None]:
    """Return the departments whose requests ``actor`` sees as an agent, in the sector she works in now.

    Each comes with the public ids of the only procedures she sees there; None where she sees them all.
    """
    found: dict[int, frozenset[str] | None] = {}
    for key, roles in actor.departments.items():
        given = [one for role in wanted for one in roles.get(role, ()) if actor.works_under(one)]
        if given:
            limited = all(one.procedures for one in given)
            found[key] = frozenset(public for one in given for public in one.procedures) if limited else None
    return found


def visible_submissions(actor: Actor) -> SubmissionQuerySet:
    """Return the requests that an agent may see: the only door to lists, search, exports and API.

    Someone who works in several sectors sees one at a time (arrêté of 4 July 2013).
    """
    return _submissions(actor, DESK_ROLES)


def may_export(actor: Actor) -> bool:
    """Say whether ``actor`` may take requests out as a file in the sector she works in now."""
    return bool(desk_departments(actor, EXPORTERS))


def may_export_sensitive(actor: Actor) -> bool:
    """Heads alone may take sensitive answers out, and only those of the departments that they lead."""
    return bool(desk_departments(actor, (Role.HEAD,)))


def exportable_submissions(actor: Actor) -> SubmissionQuerySet:
    """Return the requests that ``actor`` may take out as a file: of those she sees, those she does not only audit."""
    return _submissions(actor, EXPORTERS)


def read_ratings(actor: Actor) -> QuerySet[Rating]:
    """Return the words of people about the procedures of her departments."""
    return Rating.objects.filter(department__in=list(desk_departments(actor)), hidden_at=None).exclude(words="")


def may_hide_rating(actor: Actor, rating: Rating) -> bool:
    """A head hides words that name someone."""
    return rating.department_id in desk_departments(actor, (Role.HEAD,))


def other_sector_of(actor: Actor, reference: str) -> Sector | None:
    """Return the other sector of hers in which ``actor`` may see a request; None where she may not see it at all."""
    for sector in actor.sectors:
        if sector != actor.sector:
            there = Actor(user=actor.user, chosen_sector=sector.pk)
            if visible_submissions(there).filter(reference=reference).exists():
                return sector
    return None


def _submissions(actor: Actor, wanted: Iterable[str]) -> SubmissionQuerySet:
    departments = desk_departments(actor, wanted)
    if not departments:
        return Submission.objects.none()
    own = Q(department__in=list(departments))
    if any(departments.values()):
        # Beside the departments, never instead of them: they are what the ordered indexes begin with.
        own &= _procedures_q(departments)
    # Grants are few, and told with the memberships: an OR with a subquery would keep a list from its ordered index.
    told = {(key, case) for one in actor.memberships for key, case in told_of(one, _GRANTED)}
    granted = sorted(case for key, case in told if key in departments)
    return Submission.objects.kept().filter(own | Q(pk__in=granted) if granted else own)


def _granted() -> Subquery:
    """Make the grants of the departments that a membership reaches: ``[[department, request], …]``."""
    reached = Below(OuterRef(OuterRef("department_id")), OuterRef(OuterRef("department__sector_id")))
    newest = CaseAccess.objects.in_force().filter(department__in=reached).order_by("-pk")[:1000]
    pairs = Listed(JSONArray("department_id", "submission_id"))
    return Subquery(CaseAccess.objects.filter(pk__in=newest.values("pk")).order_by().values(all=pairs))


# With each membership, in its own query, since lists ask it of every request.
_GRANTED = "granted"
TOLD[_GRANTED] = _granted


def _procedures_q(departments: dict[int, frozenset[str] | None]) -> Q:
    wanted = Q(department__in=[key for key, only in departments.items() if not only])
    for department, only in departments.items():
        if only:
            wanted |= Q(
                department=department,
                procedure__in=Procedure.objects.filter(public_id__in=only).order_by().values("pk"),
            )
    return wanted
