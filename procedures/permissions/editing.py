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


def may_begin(actor: Actor, department_id: int) -> bool:
    """Say whether ``actor`` may begin a procedure in a department: a role limited to some procedures begins none."""
    held = actor.departments.get(department_id, {})
    return any(not one.procedures for role in _EDITORS for one in held.get(role, ()))


def begun_in(actor: Actor) -> list[int]:
    """Return the departments in which ``actor`` may begin a procedure."""
    return [key for key in actor.departments if may_begin(actor, key)]


def edited(actor: Actor) -> ProcedureQuerySet:
    """Return the procedures of the departments that ``actor`` configures; ``may_edit`` says which of them."""
    reached = [key for key, roles in actor.departments.items() if set(roles) & set(_EDITORS)]
    return Procedure.objects.filter(department__in=reached)
