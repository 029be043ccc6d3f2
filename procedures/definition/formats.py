"""What files may be: families of formats, kinds of documents and what becomes of them, forms to download and fill in."""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _
from pydantic import Field as Meta
from pydantic import PositiveInt, model_validator

from .base import Node, Words

Family = Literal["pdf", "image", "office", "text"]
Kind = Literal["", "identity", "bank", "income", "medical", "diploma", "other"]
_OOXML = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"
# What each family accepts: content type found in the bytes, and the extension it is given.
FORMATS: dict[str, dict[str, str]] = {
    "pdf": {"application/pdf": ".pdf"},
    "image": {"image/jpeg": ".jpg", "image/png": ".png", "image/heic": ".heic", "image/webp": ".webp"},
    "office": {
        f"{_OOXML}.wordprocessingml.document": ".docx",
        f"{_OOXML}.spreadsheetml.sheet": ".xlsx",
        f"{_ODF}.text": ".odt",
        f"{_ODF}.spreadsheet": ".ods",
    },
    "text": {"text/csv": ".csv", "text/plain": ".txt"},
}
NAMES = {
    "pdf": "PDF",
    "image": _("photos (JPEG, PNG, HEIC, WebP)"),
    "office": _("documents and sheets (DOCX, XLSX, ODT, ODS)"),
    "text": _("CSV or TXT"),
}
EXTENSIONS = {kind: extension for family in FORMATS.values() for kind, extension in family.items()}
# What a town needs for as long as it decides, and no longer (GDPR article 5.1, c and e).
SHORT_LIVED = frozenset({"identity", "bank", "income", "medical"})
_USES = {
    "identity": _("We only use it to check your identity."),
    "bank": _("We only use it for the payment."),
    "income": _("We only use it to work out what you are entitled to, or your price."),
    "medical": _("Only the people who study your request open it."),
    "diploma": _("We only use it to check your diploma."),
}


def size_in_words(size: int) -> str:
    """Say a size: 0,3 Mo, 48 ko."""
    if size >= 100_000:
        return f"{size / 1_000_000:.1f}\u00a0Mo".replace(".", ",")
    return f"{max(1, round(size / 1000))}\u00a0ko"


def format_in_words(content_type: str) -> str:
    """Say a format in short: PDF, JPEG, DOCX."""
    short = {"image/jpeg": "JPEG"}.get(content_type) or EXTENSIONS.get(content_type, "").lstrip(".")
    return (short or content_type.rsplit("/", 1)[-1]).upper()


def kept_in_words(kind: str, *, destroyed: bool) -> str:
    """Say to the person what a document is used for, and until when it is kept; nothing where no rule is set."""
    if not kind and not destroyed:
        return ""
    until = (
        _("It is destroyed %(days)d days after the decision: only its name and its digest stay.")
        % {"days": settings.DECIDED_FILES_DAYS}
        if destroyed
        else _("It is kept as long as your request.")
    )
    return f"{_USES.get(kind, '')} {until}".strip()


class Template(Node):
    """A form to download, fill in and send back: an address elsewhere, or a file of the portal's own."""

    name: Words
    address: Annotated[str, Meta(pattern=r"^(https://[^\s]{1,300})?$")] = ""
    static: Annotated[str, Meta(pattern=r"^([a-z0-9][a-z0-9_-]*/)*([a-z0-9][a-z0-9._-]*)?$", max_length=150)] = ""
    size: PositiveInt | None = None

    @model_validator(mode="after")
    def one_place(self) -> Self:
        """Refuse a form that is nowhere, or in two places."""
        if bool(self.address) == bool(self.static):
            raise ValueError("Give the form an address or a static file, one of the two.")
        return self

    @property
    def link(self) -> str:
        """The address to download it from; empty where the portal has no such file."""
        if self.address:
            return self.address
        return static(self.static) if _weight(self.static) is not None else ""

    @property
    def said(self) -> str:
        """Its format and its weight, where they are known."""
        extension = Path((self.static or self.address).split("?")[0]).suffix.lstrip(".").upper()
        weight = self.size or (_weight(self.static) if self.static else None)
        short = extension if 2 <= len(extension) <= 4 and extension.isalnum() else ""
        return ", ".join(filter(None, (short, size_in_words(weight) if weight else "")))


@lru_cache(maxsize=256)
def _weight(path: str) -> int | None:
    found = finders.find(path)
    return Path(found).stat().st_size if isinstance(found, str) else None
