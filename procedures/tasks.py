"""django-q2 entry points: take ids, may run twice, call one function."""

from portal.kit.owed import sweep as sweep_owed

from .documents import receipt
from .lifecycle import prefill, retain, scanning, uploads
from .models import Document, FileScan


def issue_document(pk: int) -> None:
    """Render a document once and store it; a failure is noted on the row and tried again later."""
    document = Document.claim(pk)
    if document is None:
        return
    try:
        receipt.issue(document)
    except Exception as error:
        document.fail(error)


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
            row.fail(error)


def sweep() -> int:
    """Wake the worker for what is due; remove what is not kept: old drafts, files without a link or that have served."""
    retain.purge_drafts()
    retain.purge_orphans()
    prefill.purge()
    retain.destroy_decided()
    uploads.purge()
    scanning.enrol()
    return sweep_owed(FileScan) + sweep_owed(Document)
