"""Which requests a view of the list holds, among those that may be seen; each filter is a condition on an index."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.models import Role
from accounts.permissions import Actor

from .. import permissions
from ..definition.document import ProcedureDefinition
from ..lifecycle import undelivered
from ..models import (
    Decision,
    LabelMark,
    Mention,
    Message,
    Notification,
    Opinion,
    Procedure,
    ProcedureVersion,
    Submission,
    Watch,
)
from ..models.case import SubmissionQuerySet
from . import facets
from .view import View
from .words import SOON, is_to_sign, is_to_visa

# Who answers for a department that is asked for an opinion.
COLLEAGUES = (Role.AGENT, Role.HEAD, Role.SIGNATORY)
OPEN = ("submitted", "under_review", "awaiting_citizen")


def shown_procedure(view: View) -> Procedure | None:
    """Return the procedure that a view shows alone, with its current version; None where it shows several."""
    if not view.procedure:
        return None
    known = Procedure.objects.select_related("current_version").defer("current_version__content", "search_text")
    return known.filter(slug=view.procedure).first()


def definition_of(procedure: Procedure | None) -> ProcedureDefinition | None:
    """Return the definition that is published now; None where there is none."""
    return procedure.current_version.definition if procedure and procedure.current_version else None


def _to_sign(visible: SubmissionQuerySet, *, visa: bool = False) -> SubmissionQuerySet:
    """Return what was proposed and waits for a signatory, or for a visa; states are the version's own: versions are asked."""
    unsigned = Decision.objects.filter(signed_at=None, basis="").values("submission")
    withdrawals = Q(pk__in=Decision.objects.filter(signed_at=None).exclude(basis="").values("submission"))
    proposed = visible.filter(pk__in=unsigned, status="under_review")
    pairs = set(proposed.order_by().values_list("version", "state").distinct())
    versions = ProcedureVersion.objects.in_bulk({version for version, _state in pairs})
    wanted, waits = (Q(pk__in=[]), is_to_visa) if visa else (withdrawals, is_to_sign)
    for version, state in pairs:
        if waits(versions[version].definition.workflow, state):
            wanted |= Q(version=version, state=state, status="under_review", pk__in=unsigned)
    return visible.filter(wanted)


def selected(
    actor: Actor, view: View, among: SubmissionQuerySet | None = None, procedure: Procedure | None = None
) -> SubmissionQuerySet:
    """Return the requests of a view, among those that ``actor`` may see, or some of them.

    ``procedure`` is the one that the view shows, where it is known already.
    """
    found, today = permissions.visible_submissions(actor) if among is None else among, timezone.localdate()
    if view.state == "open":
        found = found.filter(status__in=OPEN)
    elif view.state == "answered":
        found = found.filter(pk__in=Message.objects.filter(from_citizen=True, read_at=None).values("submission"))
    elif view.state == "noted":
        found = found.filter(pk__in=Mention.objects.filter(user=actor.user, seen_at=None).values("note__submission"))
    elif view.state in {"watched", "watched_news"}:
        watched = Watch.objects.filter(user=actor.user)
        watched = watched.with_news(actor.key) if view.state == "watched_news" else watched
        found = found.filter(pk__in=watched.values("submission"))
    elif view.state == "opinion_asked":
        asked = Opinion.objects.awaited().filter(department__in=permissions.desk_departments(actor, COLLEAGUES))
        found = found.filter(status__in=OPEN, pk__in=asked.values("submission"))
    elif view.state == "opinion_here":
        came = Q(pk__in=Opinion.objects.to_read().values("submission"))
        late = Q(status__in=OPEN, pk__in=Opinion.objects.late().values("submission"))
        found = found.filter(came | late, department__in=permissions.desk_departments(actor))
    elif view.state == "undelivered":
        found = undelivered.waiting(found).filter(department__in=permissions.desk_departments(actor))
    elif view.state == "to_sign":
        found = _to_sign(found)
    elif view.state == "to_visa":
        found = _to_sign(found, visa=True)
    elif view.state == "to_post":
        unposted = Notification.objects.filter(way="post", posted_on=None)
        found = found.filter(pk__in=unposted.values("decision__submission"))
    elif view.state in Submission.Status.values:
        found = found.filter(status=view.state)
    if view.procedure:
        found = found.filter(procedure__slug=view.procedure)
    if view.deadline == "late":
        found = found.filter(status__in=OPEN, outcome_by="", due_on__lt=today)
    elif view.deadline == "soon":
        found = found.filter(status__in=OPEN, due_on__gte=today, due_on__lte=today + timedelta(days=SOON))
    if view.agent == "mine":
        # A stand-in follows what is in the name of who is away.
        names = {one.user_id for one in actor.memberships if actor.is_lent(one)}
        found = found.filter(assigned_to__in=[actor.user, *names]) if names else found.filter(assigned_to=actor.user)
    elif view.agent == "nobody":
        found = found.filter(assigned_to=None)
    if view.facets:
        procedure = procedure or shown_procedure(view)
        definition = definition_of(procedure)
        if procedure and definition:
            found = facets.narrowed(found, definition, procedure, dict(view.facets))
    if view.by_date:
        # What has a legal date that still runs: a list by date cannot place the others.
        found = found.filter(status__in=OPEN, outcome_by="", due_on__isnull=False)
    if view.label:
        found = found.filter(pk__in=LabelMark.objects.filter(label__folded=view.label).values("submission"))
    return found.matching(view.q) if view.q else found
