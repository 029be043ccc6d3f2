"""The receipt of a filing."""

from ..models import Document


def issue(document: Document) -> None:
    """Render it."""
