"""Who enters requests for others, and treats their mandates."""

from functools import partial

from django.db.models import Exists, F, OuterRef, Q, TextField, Value
from django.db.models.functions import Cast, Replace

from accounts.models import Mandate, MandateQuerySet, Membership, Role
from accounts.permissions import Actor
from town.models import Sector

from ..models import Draft, Procedure
from ..models.draft import DraftQuerySet
from ..models.procedure import ProcedureQuerySet
from .seeing import desk_departments

_ENTERERS = (Role.AGENT, Role.HEAD)


def enterable(actor: Actor) -> ProcedureQuerySet:
    """Return the procedures of which ``actor`` enters requests for others: an agent or a head, in one sector at a time."""
    departments = desk_departments(actor, _ENTERERS)
    wanted = Q(department__in=[key for key, only in departments.items() if only is None])
    for key, only in departments.items():
        if only is not None:
            wanted |= Q(department=key, public_id__in=only)
    return Procedure.objects.filter(wanted)


def entries(actor: Actor) -> DraftQuerySet:
    """Return what agents of her departments are entering for others: never a citizen's own draft."""
    return Draft.objects.filter(entered_by__isnull=False, submission=None, procedure__in=enterable(actor))


def enters_as(actor: Actor, procedure: Procedure) -> Membership | None:
    """Return the membership under which ``actor`` enters requests of this procedure for others; None: she may not."""
    held = actor.departments.get(procedure.department_id, {})
    given = (one for role in _ENTERERS for one in held.get(role, ()))
    return next((one for one in given if actor.works_under(one) and one.covers(procedure.public_id)), None)


def enters_for(actor: Actor, procedure: Procedure) -> str:
    """Return the journal's key of the absent colleague in whose place ``actor`` enters a request; else nothing."""
    absent = actor.stands_for(procedure.department_id, _ENTERERS, procedure.public_id)
    return absent.key if absent else ""


def may_enter(actor: Actor, procedure: Procedure) -> bool:
    """Say whether ``actor`` may enter a request of this procedure for someone."""
    return enters_as(actor, procedure) is not None


def may_enter_any(actor: Actor) -> bool:
    """Say whether ``actor`` enters requests for others in the sector she works in now."""
    return bool(desk_departments(actor, _ENTERERS))


def other_sector_to_enter(actor: Actor, procedure: Procedure) -> Sector | None:
    """Return the other sector of hers in which ``actor`` may enter a request; None where she may not at all."""
    others = (one for one in actor.sectors if one != actor.sector)
    return next((one for one in others if may_enter(Actor(user=actor.user, chosen_sector=one.pk), procedure)), None)


def treated_mandates(actor: Actor) -> MandateQuerySet:
    """Return the mandates that ``actor`` checks at the desk, or ends for who asks: those for a procedure that she treats.

    She reads one once it has ended, too.
    """
    ours = enterable(actor).order_by()
    # What a mandate names is a list in JSON: no database but PostgreSQL looks into one, so both compare the bare ids as text.
    bare = partial(Replace, text=Value("-"), replacement=Value(""), output_field=TextField())
    named = ours.annotate(
        held=bare(Cast(OuterRef("procedures"), TextField())), code=bare(Cast("public_id", TextField()))
    )
    every = Q(procedures=[]) & Exists(ours)
    return Mandate.objects.filter(every | Exists(named.filter(held__contains=F("code"))))
