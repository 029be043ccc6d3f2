"""Who acts on many requests at once, and sees what became of it."""

from django.db.models import QuerySet

from accounts.models import Role
from accounts.permissions import Actor

from ..models import Batch
from .seeing import desk_departments

_ACTORS = (Role.AGENT, Role.HEAD, Role.SIGNATORY)


def may_batch(actor: Actor) -> bool:
    """Whoever prepares or signs requests acts on many at once; each request is judged by itself when its turn comes."""
    return bool(desk_departments(actor, _ACTORS))


def batches(actor: Actor) -> QuerySet[Batch]:
    """Return what ``actor`` asked for in her sector of the moment: nobody else's."""
    return Batch.objects.filter(by=actor.user, sector=actor.sector) if may_batch(actor) else Batch.objects.none()
