"""django-q2 entry points: take ids, may run twice, call one function."""

from portal.kit.owed import sweep as sweep_owed

from .documents import receipt
from .lifecycle import prefill, retain
from .models import Document


def issue_document(pk: int) -> None:
    """Render a document once and store it; a failure is noted on the row and tried again later."""
    document = Document.claim(pk)
    if document is None:
        return
    try:
        receipt.issue(document)
    except Exception as error:
        document.fail(error)


def sweep() -> int:
    """Wake the worker for the documents that are due; remove drafts past their date and files without a link."""
    retain.purge_drafts()
    retain.purge_orphans()
    prefill.purge()
    return sweep_owed(Document)
