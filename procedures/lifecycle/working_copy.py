"""Saving a working copy: readable, canonical, in one transaction. It may miss what publication will ask for."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.permissions import Actor

from ..definition.blocks import expand
from ..definition.upgrade import canonical, dump, parse
from ..models import Procedure, WorkingCopy
from . import configured
from .blocks import known


@transaction.atomic
def save(procedure: Procedure, content: Any, by: Actor) -> WorkingCopy:
    """Keep ``content`` as what is being written for ``procedure``; saving the same again changes nothing.

    A use of a block of fields is replaced by copies: what is kept depends on no block. Raises DefinitionError, with one
    sentence per fault, for what cannot be read; then nothing is written.
    """
    definition = parse(expand(content, known))
    words = canonical(dump(definition))
    # Two people who save at once wait for each other, also when there is no copy yet.
    locked = Procedure.objects.select_for_update(of=("self",)).get(pk=procedure.pk)
    copy = WorkingCopy.objects.filter(procedure=locked).first()
    if copy is not None and copy.content == words:
        return copy
    if copy is None:
        copy = WorkingCopy(procedure=locked, revision=0, based_on_id=locked.current_version_id)
    copy.content, copy.revision = words, copy.revision + 1
    copy.updated_at, copy.updated_by = timezone.now(), by.user
    copy.save()
    configured.note(f"procedure:{locked.public_id}", by)
    if locked.current_version_id is None and (locked.title, locked.theme) != (definition.title, definition.theme[:120]):
        # Nothing is published yet: lists of the studio call it by its present name.
        locked.title, locked.theme = definition.title, definition.theme[:120]
        locked.save(update_fields=["title", "theme"])
    return copy
