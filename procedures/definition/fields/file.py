"""Files that the person joins; what is kept in the answer is their description, never their bytes."""

from operator import not_
from typing import Annotated, Any, ClassVar, Literal, Self

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from pydantic import Field as Meta
from pydantic import PositiveInt

from portal.kit.prose import followed
from portal.kit.widgets import Files

from ..base import Json
from ..lookups import Context
from .base import Field, Raw, ValueType

Family = Literal["pdf", "image"]
# What each family accepts: content type found in the bytes, and the extension it is given.
FORMATS: dict[str, dict[str, str]] = {
    "pdf": {"application/pdf": ".pdf"},
    "image": {"image/jpeg": ".jpg", "image/png": ".png", "image/heic": ".heic", "image/webp": ".webp"},
}
_NAMES = {"pdf": "PDF", "image": _("photos (JPEG, PNG, HEIC, WebP)")}


def size_in_words(size: int) -> str:
    """Say a size: 0,3 Mo, 48 ko."""
    if size >= 100_000:
        return f"{size / 1_000_000:.1f}\u00a0Mo".replace(".", ",")
    return f"{max(1, round(size / 1000))}\u00a0ko"


class FileField(Field):
    type: Literal["file"]
    formats: list[Family] = ["pdf", "image"]
    max_files: PositiveInt = 5
    # What is asked for, where the town must treat it apart. Left out of the bytes while it is empty.
    kind: Annotated[Literal["", "identity", "bank_details"], Meta(exclude_if=not_)] = ""

    grouped: ClassVar[bool] = True
    value_type: ClassVar[ValueType] = "rows"

    @property
    def content_types(self) -> dict[str, str]:
        """Content types accepted, each with its extension."""
        return {kind: ext for family in self.formats for kind, ext in FORMATS[family].items()}

    def limits(self, max_bytes: int) -> str:
        """Say before sending what is accepted (RGESN 4.11)."""
        names = ", ".join(str(_NAMES[family]) for family in self.formats)
        words = ngettext(
            "%(formats)s. %(count)d file, %(size)s at most.",
            "%(formats)s. %(count)d files at most, %(size)s each.",
            self.max_files,
        )
        return words % {
            "formats": names[:1].upper() + names[1:],
            "count": self.max_files,
            "size": size_in_words(max_bytes),
        }

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build the native file input, under the files already sent and what was wrong with the last ones."""
        accept = ",".join([*self.content_types.values(), *(["image/*"] if "image" in self.formats else [])])
        control = FilesControl(widget=Files(attrs={"accept": accept}), **self.common())
        control.help_text = followed(self.help, self.limits(settings.UPLOAD_MAX_BYTES))
        if context is not None:
            control.kept = context.files.get(context.path, [])
            control.refused = list(context.refused.get(context.path, []))
        control.widget.kept = [{**item, "said": _said(item)} for item in control.kept]
        return control

    def missing(self) -> str:
        """Say to join a file."""
        return str(_("Join a file: “%(label)s”.") % {"label": self.name})

    def to_initial(self, value: Json) -> Any:
        """The files are listed above the input, never inside it."""
        return None

    def display(self, value: Json) -> str:
        """Say one file a line, with its size."""
        return "\n".join(f"{item['name']} ({size_in_words(item['size'])})" for item in value or [])

    def files(self, value: Json) -> list[dict[str, Any]]:
        """Return the files themselves."""
        return list(value or [])

    def search_terms(self, value: Json) -> list[str]:
        """A file name is no search word."""
        return []

    def facet(self, value: Json) -> None:
        """Lists do not sort on files."""
        return

    def export_columns(self) -> list[str]:
        """Return a column for the count of files and one for their names."""
        return [f"{self.name} – {part}" for part in (_("number of files"), _("names of the files"))]

    def export(self, value: Json) -> list[Json]:
        """Export how many files were joined, and their names."""
        return [len(value), "; ".join(item["name"] for item in value)] if value else [None, None]

    @classmethod
    def sample(cls) -> Self:
        """Return a required proof."""
        return cls(type="file", id="q", label="Livret de famille", max_files=2)

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return one file already kept by the wizard."""
        kept = [{"id": "0b0e8e4c", "name": "livret.pdf", "size": 1204318, "type": "application/pdf", "sha256": "9f2c"}]
        return {"kept": kept}, kept

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return no file."""
        return [{}]


def _said(item: dict[str, Any]) -> str:
    kind = {"application/pdf": "PDF"}.get(item["type"], item["type"].split("/")[-1].upper())
    return f"{kind}, {size_in_words(item['size'])}"


class FilesControl(forms.Field):
    """Validates what the wizard kept and refused before it built the form."""

    kept: list[dict[str, Any]] = []
    refused: list[str] = []

    def clean(self, value: Any) -> list[dict[str, Any]]:
        """Return the descriptions of the files kept; raise what was refused, each with its remedy."""
        if self.refused:
            raise ValidationError(list(self.refused))
        if self.required and not self.kept:
            raise ValidationError(self.error_messages["required"], code="required")
        return list(self.kept)
