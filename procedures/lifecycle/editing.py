"""Writing a procedure: what is being written, its letters changed against what was shown, and published."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import Actor

from .. import permissions
from ..definition.document import ProcedureDefinition
from ..definition.edits import Content
from ..definition.upgrade import canonical, dump, parse
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


# What ``loaded`` reads of a procedure: one query for all of it.
WITH_COPY = ("current_version", "working_copy__updated_by__person")


def written(procedure: Procedure) -> Written:
    """Return what is being written for a procedure: its working copy as it is now, else what is published."""
    copy = WorkingCopy.objects.select_related("updated_by__person").filter(procedure=procedure).first()
    return _written(procedure, copy)


def loaded(procedure: Procedure) -> Written:
    """Return the same for a procedure that was just read with ``WITH_COPY``, without another query."""
    return _written(procedure, getattr(procedure, "working_copy", None))


def _written(procedure: Procedure, copy: WorkingCopy | None) -> Written:
    version = procedure.current_version
    if copy is not None:
        return Written(copy.definition, f"{version.pk if version else 0}.{copy.pk}.{copy.revision}", copy)
    return Written(version.definition if version else None, f"{version.pk if version else 0}", None)


def _locked(procedure: Procedure, by: Actor, mark: str | None) -> tuple[Procedure, Written]:
    """Lock a procedure for a write, if ``by`` may write it and nobody did since ``mark``. Needs a transaction."""
    if not permissions.may_edit(by, procedure):
        raise PermissionDenied
    current = Procedure.objects.select_for_update(of=("self",)).select_related(*WITH_COPY).get(pk=procedure.pk)
    now = loaded(current)
    if mark is not None and now.mark != mark:
        raise Outdated(now)
    return current, now


@transaction.atomic
def edit(
    procedure: Procedure,
    change: Callable[[Content, ProcedureDefinition], object],
    *,
    by: Actor,
    said: str,
    mark: str = "",
    shown: Callable[[Content], bool] | None = None,
) -> bool:
    """Do one ``change`` to what is being written, in place on its JSON, and keep it; ``said`` names it in words.
    Return whether it changed anything.

    It is done on what was shown: nobody saved since ``mark``, or else the part that matters is as ``shown`` says. So two
    people change two questions at once, and never the same one unknown to each other. Raises PermissionDenied, Outdated,
    DefinitionError for what cannot be read, and whatever ``change`` raises; then nothing is written.
    """
    current, now = _locked(procedure, by, mark if shown is None else None)
    if now.definition is None:
        raise Outdated(now)
    content = dump(now.definition)
    if shown is not None and not shown(content):
        raise Outdated(now)
    change(content, now.definition)
    made = parse(content)
    if canonical(dump(made)) == canonical(dump(now.definition)):
        return False
    working_copy.keep(current, now.copy, made, by, said)
    return True


def change_letters(procedure: Procedure, letters: Sequence[Any], *, by: Actor, mark: str) -> bool:
    """Keep ``letters`` (JSON of each) as those of what is being written. Raises as ``edit`` does."""

    def put(content: Content, _before: ProcedureDefinition) -> None:
        content["letters"] = {**content["letters"], "templates": list(letters)}

    return edit(procedure, put, by=by, said=_("letters"), mark=mark)


@dataclass(frozen=True)
class Steps:
    """What can be undone and done again: in words, None where there is nothing."""

    undo: str | None
    redo: str | None


def steps_of(copy: WorkingCopy | None) -> Steps:
    """Say what the last change was, and the last one undone."""
    if copy is None:
        return Steps(None, None)
    near = [copy.position - 1, copy.position, copy.position + 1]
    rows = copy.states.filter(position__in=near).values_list("position", "change")
    found = dict(rows)
    last = found.get(copy.position) if copy.position - 1 in found else None
    return Steps(last, found.get(copy.position + 1))


@transaction.atomic
def undo(procedure: Procedure, *, by: Actor, mark: str, redo: bool = False) -> bool:
    """Go one state back, or forward again; return whether there was one. Raises PermissionDenied and Outdated."""
    _current, now = _locked(procedure, by, mark)
    if now.copy is None:
        return False
    place = now.copy.position + (1 if redo else -1)
    return place >= 0 and working_copy.go_to(now.copy, place, by)


@transaction.atomic
def publish_written(
    procedure: Procedure,
    *,
    by: Actor,
    mark: str,
    reviewed_by: str = "",
    reviewed_on: date | None = None,
    reason: str = "",
) -> ProcedureVersion:
    """Publish what is being written; nothing is being written any more. Raises PermissionDenied, Outdated, CannotPublish."""
    current, now = _locked(procedure, by, mark)
    if now.definition is None or now.copy is None:
        raise Outdated(now)
    version = publish(current, now.definition, by=by, reviewed_by=reviewed_by, reviewed_on=reviewed_on, reason=reason)
    now.copy.delete()
    return version


@transaction.atomic
def give_up(procedure: Procedure, *, by: Actor, mark: str) -> None:
    """Go back to what is published. Raises PermissionDenied, and Outdated where somebody saved since, or nothing is published."""
    current, now = _locked(procedure, by, mark)
    if current.current_version is None or now.copy is None:
        raise Outdated(now)
    now.copy.delete()
