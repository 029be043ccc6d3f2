"""django-q2 entry points: take ids, may run twice, call one function."""

from django.core.cache import cache
from django_q.tasks import async_task

from portal.kit.owed import sweep as sweep_owed

from .documents import issuing, seal, seal_alert, stamp
from .lifecycle import (
    batch,
    draft_end,
    eliminate,
    legal_watch,
    opinions,
    prefill,
    quality,
    registration,
    retain,
    rules,
    scanning,
    sensitive,
    uploads,
    watch,
)
from .models import Batch, Document, FileScan, TimeStamp


def issue_document(pk: int) -> None:
    """Render a document once and store it; a failure is noted on the row and tried again later."""
    document = Document.claim(pk)
    if document is None:
        return
    try:
        issuing.issue(document)
    except seal.SealUnavailable as error:
        # Nothing leaves unsealed where a seal is wanted: it waits for the key, and whoever keeps the key is told.
        document.wait(error)
        seal_alert.tell(error)
    except Exception as error:
        document.fail(error)


def stamp_document(pk: int) -> None:
    """Ask an authority for the time-stamp that a document left without; while it does not answer, it is owed."""
    row = TimeStamp.claim(pk)
    if row is None:
        return
    try:
        issuing.stamp_later(row)
    except stamp.StampUnavailable as error:
        row.wait(error)
    except Exception as error:
        row.fail(error)


def carry_batch(pk: int) -> None:
    """Do an act on many requests, from where it was left; a failure is noted on the row and tried again later."""
    row = Batch.claim(pk)
    if row is None:
        return
    try:
        batch.carry(row)
    except batch.Stopped:
        return
    except Exception as error:
        row.fail(error)


def scan_file(pk: int) -> None:
    """Have a file checked; while the scanner does not answer, it is noted on the row and tried again later."""
    row = FileScan.claim(pk)
    if row is None:
        return
    try:
        scanning.settle(row)
    except Exception as error:
        # A file that its person removed meanwhile took its check with it.
        if FileScan.objects.filter(pk=pk).exists():
            row.wait(error)


def sweep() -> int:
    """Wake the worker for what is due; remove what is not kept: old drafts, told of before, files without a link."""
    registration.tell_late()
    draft_end.warn()
    draft_end.purge()
    opinions.remind()
    retain.purge_corrections()
    retain.purge_mandates()
    retain.purge_pieces()
    retain.purge_orphans()
    prefill.purge()
    retain.destroy_decided()
    uploads.purge()
    scanning.enrol()
    batch.purge()
    return sweep_owed(Batch) + sweep_owed(FileScan) + sweep_owed(Document) + sweep_owed(TimeStamp)


def watch_readings() -> int:
    """Examine who read what on the days that are over; apart from the sweep, which must not wait for it."""
    return watch.examine() + watch.purge()


def tend_archives() -> int:
    """Destroy what is due: what lists answered by the archives name, and sensitive answers at their own time."""
    return eliminate.carry_out() + sensitive.destroy_due()


def watch_rules() -> int:
    """Have the rules that wait for days looked at, once an hour; return whether they are."""
    if not rules.may_be_due() or not cache.add("procedures.rules", 1, 3600):
        return 0
    async_task("procedures.tasks.run_rules", cluster="bulk")
    return 1


def run_rules() -> int:
    """Do what the rules of procedures want of the requests that have waited, or whose date comes."""
    return rules.run_due()


def watch_month() -> int:
    """Have the figures that the town publishes taken, once the month has ended; return whether they were owed."""
    if not quality.is_due():
        return 0
    async_task("procedures.tasks.take_figures", cluster="bulk")
    return 1


def take_figures() -> int:
    """Take the figures that the town publishes, once the month has ended."""
    return quality.take()


def watch_legal_dates() -> int:
    """Warn agents of the legal dates that come, and of those that silence has decided."""
    return legal_watch.warn()
