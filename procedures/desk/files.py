"""Handing a stored file to an agent."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404

from ..models import StoredFile


def download(stored: StoredFile, name: str) -> FileResponse:
    """Hand the bytes over as a download, never shown by the browser as a page of ours; 404 once they are destroyed."""
    if stored.destroyed_at is not None:
        raise Http404
    response = FileResponse(
        default_storage.open(stored.key), as_attachment=True, filename=name, content_type=stored.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
