"""What is not kept: drafts past their date, files that nothing links any more."""

from datetime import timedelta

from django.core.files.storage import default_storage
from django.utils import timezone

from ..models import Draft, StoredFile
from .draft import discard


def purge_drafts(limit: int = 200) -> int:
    """Remove drafts past their date; return how many."""
    old = list(Draft.objects.filter(expires_at__lt=timezone.now(), submission=None)[:limit])
    for draft in old:
        discard(draft)
    return len(old)


def purge_orphans(limit: int = 200) -> int:
    """Remove stored files without any link, an hour after they came; return how many."""
    orphans = StoredFile.objects.filter(
        draft_link=None,
        answer_link=None,
        message_link=None,
        document=None,
        created_at__lt=timezone.now() - timedelta(hours=1),
    )
    count = 0
    for stored in list(orphans[:limit]):
        key = stored.key
        stored.delete()
        default_storage.delete(key)
        count += 1
    return count
