"""Writing a procedure: what is being written, its letters changed against what was shown, and published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.permissions import Actor

from .. import permissions
from ..definition.document import ProcedureDefinition
from ..definition.upgrade import dump
from ..models import Procedure, ProcedureVersion, WorkingCopy
from . import working_copy
from .publish import publish


@dataclass(frozen=True)
class Written:
    """What is being written, or what is published where nothing is; ``definition`` None: nothing yet.

    ``mark`` tells it from all that was or will be written: the version, the copy, its revision. None of them comes back.
    """

    definition: ProcedureDefinition | None
    mark: str
    copy: WorkingCopy | None


class Outdated(Exception):
    """Somebody else has saved meanwhile; ``written`` is what she wrote."""

    def __init__(self, written: Written) -> None:
        super().__init__(written.mark)
        self.written = written


def written(procedure: Procedure) -> Written:
    """Return what is being written for a procedure: its working copy, else what is published."""
    copy = WorkingCopy.objects.select_related("updated_by__person").filter(procedure=procedure).first()
    version = procedure.current_version
    if copy is not None:
        return Written(copy.definition, f"{version.pk if version else 0}.{copy.pk}.{copy.revision}", copy)
    return Written(version.definition if version else None, f"{version.pk if version else 0}", None)


def _locked(procedure: Procedure, by: Actor, mark: str) -> tuple[Procedure, Written]:
    """Lock a procedure for a write, if ``by`` may write it and nobody did since. Needs a transaction."""
    if not permissions.may_edit(by, procedure):
        raise PermissionDenied
    rows = Procedure.objects.select_for_update(of=("self",)).select_related("current_version")
    current = rows.get(pk=procedure.pk)
    now = written(current)
    if now.mark != mark:
        raise Outdated(now)
    return current, now


@transaction.atomic
def change_letters(procedure: Procedure, letters: Sequence[Any], *, by: Actor, mark: str) -> WorkingCopy:
    """Keep ``letters`` (JSON of each) as those of what is being written.

    Raises PermissionDenied, Outdated, and DefinitionError for what cannot be read; then nothing is written.
    """
    current, now = _locked(procedure, by, mark)
    if now.definition is None:
        raise ValueError(procedure.slug)
    content = dump(now.definition)
    content["letters"] = {**content["letters"], "templates": list(letters)}
    return working_copy.save(current, content, by)


@transaction.atomic
def publish_written(
    procedure: Procedure, *, by: Actor, mark: str, reviewed_by: str = "", reviewed_on: date | None = None
) -> ProcedureVersion:
    """Publish what is being written; nothing is being written any more. Raises PermissionDenied, Outdated, CannotPublish."""
    current, now = _locked(procedure, by, mark)
    if now.definition is None or now.copy is None:
        raise Outdated(now)
    version = publish(current, now.definition, by=by, reviewed_by=reviewed_by, reviewed_on=reviewed_on)
    now.copy.delete()
    return version


@transaction.atomic
def give_up(procedure: Procedure, *, by: Actor, mark: str) -> None:
    """Go back to what is published. Raises PermissionDenied, and Outdated where somebody saved since, or nothing is published."""
    current, now = _locked(procedure, by, mark)
    if current.current_version is None or now.copy is None:
        raise Outdated(now)
    now.copy.delete()
