"""When a procedure can be filed: opened, closed, withdrawn, offered again; its runs; its address. No version changes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.permissions import Actor

from .. import permissions
from ..models import Edition, Procedure
from ..models.procedure import OldSlug
from . import configured


class InUse(Exception):
    """A run that requests or drafts belong to cannot be taken away."""


class Taken(Exception):
    """Another procedure has, or had, this address; or two runs of one would share a name."""


@dataclass(frozen=True)
class Opening:
    """When it is open, what is said while it is not, and which procedure takes its place."""

    opens_at: datetime | None
    closes_at: datetime | None
    message: str
    successor: Procedure | None


def _locked(procedure: Procedure, by: Actor) -> Procedure:
    if not permissions.may_edit(by, procedure):
        raise PermissionDenied
    locked = Procedure.objects.select_for_update(of=("self",)).get(pk=procedure.pk)
    configured.note(f"procedure:{locked.public_id}", by)
    return locked


@transaction.atomic
def set_opening(procedure: Procedure, opening: Opening, *, by: Actor) -> None:
    """Say when it is open. Raises PermissionDenied. Drafts that are begun keep their answers while it is closed."""
    found = _locked(procedure, by)
    found.opens_at, found.closes_at = opening.opens_at, opening.closes_at
    found.closed_message, found.successor = opening.message, opening.successor
    found.save(update_fields=["opens_at", "closes_at", "closed_message", "successor"])


@transaction.atomic
def close_now(procedure: Procedure, *, by: Actor) -> None:
    """Close it from this moment on. Raises PermissionDenied."""
    found = _locked(procedure, by)
    found.closes_at = timezone.now()
    found.save(update_fields=["closes_at"])


@transaction.atomic
def withdraw(procedure: Procedure, *, by: Actor, again: bool = False) -> None:
    """Take it off the public lists, or offer it again; requests under way go on. Raises PermissionDenied."""
    found = _locked(procedure, by)
    found.withdrawn_at = None if again else found.withdrawn_at or timezone.now()
    found.save(update_fields=["withdrawn_at"])


@transaction.atomic
def move(procedure: Procedure, slug: str, *, by: Actor) -> None:
    """Give it another address; the old one leads there for ever. Raises PermissionDenied and Taken."""
    found = _locked(procedure, by)
    if slug == found.slug:
        return
    others = Procedure.objects.exclude(pk=found.pk)
    if others.filter(slug=slug).exists() or OldSlug.objects.exclude(procedure=found).filter(slug=slug).exists():
        raise Taken
    OldSlug.objects.filter(procedure=found, slug=slug).delete()
    OldSlug.objects.create(procedure=found, slug=found.slug)
    found.slug = slug
    try:
        with transaction.atomic():
            found.save(update_fields=["slug"])
    except IntegrityError as error:
        # Somebody took it at this very moment.
        raise Taken from error


@transaction.atomic
def set_edition(procedure: Procedure, edition: Edition | None, values: dict[str, Any], *, by: Actor) -> Edition:
    """Write a run, new where ``edition`` is None. Raises PermissionDenied and Taken."""
    found = _locked(procedure, by)
    others = found.editions.exclude(pk=edition.pk) if edition is not None else found.editions.all()
    if others.filter(name=values["name"]).exists():
        raise Taken
    made = edition or Edition(procedure=found)
    for name, value in values.items():
        setattr(made, name, value)
    made.save()
    return made


@transaction.atomic
def drop_edition(edition: Edition, *, by: Actor) -> None:
    """Take a run away. Raises PermissionDenied, and InUse where a request or a draft belongs to it."""
    _locked(edition.procedure, by)
    if edition.submissions.exists() or edition.drafts.exists():
        raise InUse
    edition.delete()
