"""Saving a working copy: readable, canonical, in one transaction, each state kept. It may miss what publication will ask for."""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.permissions import Actor

from ..definition.blocks import expand
from ..definition.document import ProcedureDefinition
from ..definition.upgrade import canonical, dump, parse
from ..models import Procedure, WorkingCopy, WorkingState
from . import configured
from .blocks import known

# How many states one may go back to.
KEPT = 100


@transaction.atomic
def save(procedure: Procedure, content: Any, by: Actor) -> WorkingCopy:
    """Keep ``content`` as what is being written for ``procedure``; saving the same again changes nothing.

    A use of a block of fields is replaced by copies: what is kept depends on no block. Raises DefinitionError, with one
    sentence per fault, for what cannot be read; then nothing is written.
    """
    definition = parse(expand(content, known))
    # Two people who save at once wait for each other, also when there is no copy yet.
    locked = Procedure.objects.select_for_update(of=("self",)).select_related("current_version").get(pk=procedure.pk)
    return keep(locked, WorkingCopy.objects.filter(procedure=locked).first(), definition, by)


def keep(
    locked: Procedure, copy: WorkingCopy | None, definition: ProcedureDefinition, by: Actor, change: str = ""
) -> WorkingCopy:
    """Write what is being written for a procedure that the caller has locked, ``copy`` being what there is of it.

    ``change`` says in words what was done. What had been undone is forgotten.
    """
    words = canonical(dump(definition))
    if copy is not None and copy.content == words:
        return copy
    version = locked.current_version
    before = copy.content if copy is not None else version.content if version is not None else None
    if copy is None:
        copy = WorkingCopy(procedure=locked, revision=0, based_on=version)
    first, undone = copy.position == 0, copy.ahead > 0
    now = timezone.now()
    copy.content, copy.revision, copy.position = words, copy.revision + 1, copy.position + (before is not None)
    copy.updated_at, copy.updated_by, copy.ahead = now, by.user, 0
    copy.save()
    if first and before is not None:
        base = WorkingState(copy=copy, position=0, content=before, made_at=now)
        WorkingState.objects.bulk_create([base], ignore_conflicts=True)
    if undone or copy.position > KEPT:
        ahead = Q(position__gte=copy.position)
        copy.states.filter(ahead | Q(position__lt=copy.position - KEPT)).delete()
    copy.states.create(position=copy.position, content=words, change=change[:200], made_at=now, made_by=by.user)
    configured.note(f"procedure:{locked.public_id}", by)
    _name(locked, definition)
    return copy


def _name(locked: Procedure, definition: ProcedureDefinition) -> None:
    """Call a procedure of which nothing is published by its present name: lists of the studio show it."""
    if locked.current_version_id is None and (locked.title, locked.theme) != (definition.title, definition.theme[:120]):
        locked.title, locked.theme = definition.title, definition.theme[:120]
        locked.save(update_fields=["title", "theme"])


def go_to(copy: WorkingCopy, position: int, by: Actor) -> bool:
    """Show again the state kept at ``position``; return whether there is one. The caller has locked the procedure."""
    state = copy.states.filter(position=position).first()
    if state is None:
        return False
    copy.ahead += copy.position - position
    copy.content, copy.position, copy.revision = state.content, position, copy.revision + 1
    copy.updated_at, copy.updated_by = timezone.now(), by.user
    copy.save()
    configured.note(f"procedure:{copy.procedure.public_id}", by)
    _name(copy.procedure, copy.definition)
    return True
