"""What the worker does for the journal: it seals what was written, and forgets who looked at what after a year."""

from datetime import timedelta

from django.utils import timezone

from .models import AccessLog
from .seals import seal

# RGPD-10.
KEPT = timedelta(days=366)
_AT_ONCE = 5000


def sweep() -> int:
    """Seal the journal; remove accesses past their year, a few thousand at a time; return how many."""
    seal()
    old = AccessLog.objects.filter(at__lt=timezone.now() - KEPT).order_by("at").values_list("pk", flat=True)
    return AccessLog.objects.filter(pk__in=list(old[:_AT_ONCE])).delete()[0]
