"""Whether citizens are given the name of an agent who follows their request (CRPA L111-2)."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from ..models import User
from ..permissions import Actor, may_administer
from .rules import write_down


@transaction.atomic
def withhold(user: User, withheld: bool, *, by: Actor) -> None:
    """Withhold someone's name from citizens for reasons of safety, or give it again; it leaves a trace.

    Raises PermissionDenied unless ``by`` administers a department of hers. Decisions keep the name of who signs them
    (L212-1). Twice is once.
    """
    if not may_administer(by, user):
        raise PermissionDenied
    # Twice is once, also from two tabs.
    if not User.objects.filter(pk=user.pk).exclude(unnamed=withheld).update(unnamed=withheld):
        return
    user.unnamed = withheld
    write_down(user.key, "name.withheld" if withheld else "name.given", by)
