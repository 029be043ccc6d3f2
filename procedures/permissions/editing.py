"""Who configures procedures: their administrators, and those of the whole department."""

from accounts.models import Role
from accounts.permissions import Actor

from ..models import Procedure
from ..models.procedure import ProcedureQuerySet

_EDITORS = (Role.PROCEDURE_ADMIN, Role.TOWN_ADMIN)


def edits_any(actor: Actor) -> bool:
    """Say whether ``actor`` configures procedures somewhere."""
    return actor.has_any(_EDITORS)


def may_edit(actor: Actor, procedure: Procedure) -> bool:
    """Say whether ``actor`` writes this procedure and publishes it; a role may be limited to some procedures."""
    return bool(actor.roles_in(procedure.department_id, procedure.public_id) & set(_EDITORS))


def edited(actor: Actor) -> ProcedureQuerySet:
    """Return the procedures of the departments that ``actor`` configures; ``may_edit`` says which of them."""
    reached = [key for key, roles in actor.departments.items() if set(roles) & set(_EDITORS)]
    return Procedure.objects.filter(department__in=reached)
