"""Beginning a procedure that is new: its address, its first draft; and giving up one that was never published."""

from contextlib import suppress
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from town.models import Department

from .. import permissions
from ..definition.document import ProcedureDefinition
from ..definition.edits import slug_of
from ..definition.upgrade import parse
from ..models import Procedure
from ..models.procedure import OldSlug
from . import configured, working_copy
from .editing import Outdated, written

# Words of addresses of the studio.
_RESERVED = frozenset({"nouvelle"})
_TRIES = 3


@transaction.atomic
def begin(content: Any, *, title: str, department: Department, by: Actor) -> Procedure:
    """Write the first draft of a new procedure of ``department``, from a definition's JSON; nothing is published.

    It gets the ``title``, an address of its own, and the department's own name as its service. Raises PermissionDenied,
    and DefinitionError for what cannot be read.
    """
    if not permissions.may_begin(by, department.pk):
        raise PermissionDenied
    procedure = _created(title, department)
    made: ProcedureDefinition = parse(
        {**content, "title": title, "id": slug_of(procedure.slug.replace("-", "_")), "service": service_of(department)}
    )
    working_copy.keep(procedure, None, made, by, _("begun"))
    return procedure


def _created(title: str, department: Department) -> Procedure:
    """Create it at an address of its own, also where somebody takes the same one at this very moment."""
    for _try in range(_TRIES):
        with suppress(IntegrityError), transaction.atomic():
            return Procedure.objects.create(slug=free_slug(title), title=title, department=department)
    return Procedure.objects.create(slug=free_slug(title), title=title, department=department)


def service_of(department: Department) -> str:
    """Return the abstract key under which a definition names a department."""
    return slug_of(department.slug.replace("-", "_"))


def free_slug(title: str) -> str:
    """Return an address made from a title, that no procedure has or had."""
    stem = slugify(title)[:60].strip("-") or "demarche"
    taken = set(Procedure.objects.filter(slug__startswith=stem).values_list("slug", flat=True)) | _RESERVED
    taken |= set(OldSlug.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(name for n in range(1, 10_000) if (name := stem if n == 1 else f"{stem}-{n}") not in taken)


@transaction.atomic
def discard(procedure: Procedure, *, by: Actor, mark: str) -> None:
    """Give up a procedure that was never published. Raises PermissionDenied, and Outdated where it was, or was changed."""
    if not permissions.may_edit(by, procedure):
        raise PermissionDenied
    locked = Procedure.objects.select_for_update(of=("self",)).select_related("current_version").get(pk=procedure.pk)
    now = written(locked)
    if now.mark != mark or locked.versions.exists():
        raise Outdated(now)
    configured.note(f"procedure:{locked.public_id}", by)
    locked.delete()
