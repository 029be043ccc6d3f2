"""Files that the person joins; what is kept in the answer is their description, never their bytes."""

from collections.abc import Mapping, Sequence
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
from ..formats import (
    FORMATS,
    NAMES,
    SHORT_LIVED,
    Family,
    Kind,
    Template,
    format_in_words,
    kept_in_words,
    size_in_words,
)
from ..lookups import Context
from .base import Field, Raw, ValueType

__all__ = ["FORMATS", "Family", "FileField", "FilesControl", "size_in_words"]

# How a file stands, as the person reads it; a file that nobody checks is shown without a word.
_STATES = {
    "pending": _("being checked"),
    "clean": _("checked"),
    "infected": _("blocked"),
    "unscannable": _("could not be checked"),
}
# What a page adds to the description of a file, and an answer does not keep.
_OF_THE_MOMENT = frozenset({"scan"})


def _is_none(value: object) -> bool:
    return value is None


class FileField(Field):
    type: Literal["file"]
    formats: list[Family] = ["pdf", "image"]
    max_files: PositiveInt = 5
    # Each of these is left out of the bytes while it is empty: what was published before it existed keeps its digest.
    max_mb: Annotated[PositiveInt | None, Meta(exclude_if=not_)] = None
    kind: Annotated[Kind, Meta(exclude_if=not_)] = ""
    # Not said: by the kind. What tells most of a person is destroyed once it has served.
    destroy_after_decision: Annotated[bool | None, Meta(exclude_if=_is_none)] = None
    template: Annotated[Template | None, Meta(exclude_if=not_)] = None

    grouped: ClassVar[bool] = True
    value_type: ClassVar[ValueType] = "rows"

    @property
    def is_short_lived(self) -> bool:
        """Say whether the files are destroyed some time after the decision."""
        said = self.destroy_after_decision
        return self.kind in SHORT_LIVED if said is None else said

    @property
    def content_types(self) -> dict[str, str]:
        """Content types accepted, each with its extension."""
        return {kind: ext for family in self.formats for kind, ext in FORMATS[family].items()}

    @property
    def max_bytes(self) -> int:
        """The heaviest file accepted: the town's limit, or the question's own under it."""
        limit: int = settings.UPLOAD_MAX_BYTES
        return min(limit, self.max_mb * 1_000_000) if self.max_mb else limit

    def formats_in_words(self) -> str:
        """Say which formats are accepted."""
        return ", ".join(str(NAMES[family]) for family in self.formats)

    def limits(self, max_bytes: int) -> str:
        """Say before sending what is accepted (RGESN 4.11)."""
        names = self.formats_in_words()
        said = ngettext(
            "%(formats)s. One file, %(size)s at most.",
            "%(formats)s. %(count)d files at most, %(size)s each.",
            self.max_files,
        )
        parts = {"formats": names[:1].upper() + names[1:], "count": self.max_files, "size": size_in_words(max_bytes)}
        return said % parts

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build the native file input, under the files already sent and what was wrong with the last ones."""
        accept = ",".join([*self.content_types.values(), *(["image/*"] if "image" in self.formats else [])])
        control = FilesControl(widget=Files(attrs={"accept": accept}), **self.common())
        kept = kept_in_words(self.kind, destroyed=self.is_short_lived)
        control.help_text = followed(self.help, " ".join(filter(None, (self.limits(self.max_bytes), kept))))
        if context is not None:
            control.kept = context.files.get(context.path, [])
            control.refused = list(context.refused.get(context.path, []))
        control.widget.kept = [
            {**item, "said": _said(item), "wrong": blocked(item), "note": protected(item)} for item in control.kept
        ]
        if context is not None and len(control.kept) < self.max_files:
            joined = {item["sha256"] for item in control.kept}
            control.widget.offers = [one for one in self._fitting(context.papers) if one["sha256"] not in joined]
        if self.template is not None:
            control.widget.template = (self.template.name, self.template.link, self.template.said)
        return control

    def _fitting(self, papers: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Return the papers that this question takes, those of its kind first."""
        fit = [one for one in papers if one["type"] in self.content_types and one["size"] <= self.max_bytes]
        return sorted(fit, key=lambda one: one["kind"] != self.kind)

    def missing(self) -> str:
        """Say to join a file."""
        return str(_("Join a file: “%(label)s”.") % {"label": self.name})

    def to_initial(self, value: Json) -> Any:
        """The files are listed above the input, never inside it."""
        return None

    def display(self, value: Json) -> str:
        """Say one file a line, with its size, and how it stands where a page knows it."""
        return "\n".join(
            f"{item['name']} ({', '.join(filter(None, (size_in_words(item['size']), state(item))))})"
            for item in value or []
        )

    def files(self, value: Json) -> list[dict[str, Any]]:
        """Return the files themselves."""
        return list(value or [])

    def warnings(self, value: Json, context: Context | None = None) -> list[str]:
        """Name the files that may ask for a password."""
        return [words for item in value or [] if (words := protected(item))]

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
        """Return a required proof of identity, of any family, with a form to fill in."""
        template = Template(name="Attestation à remplir", address="https://exemple.fr/attestation.pdf", size=84_000)
        return cls.model_validate(
            {
                "type": "file",
                "id": "q",
                "label": "Livret de famille",
                "max_files": 2,
                "max_mb": 5,
                "formats": list(FORMATS),
                "kind": "identity",
                "template": template,
            }
        )

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return one file already kept by the wizard."""
        kept = [{"id": "0b0e8e4c", "name": "livret.pdf", "size": 1204318, "type": "application/pdf", "sha256": "9f2c"}]
        return {"kept": kept}, kept

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return no file, and a file that was blocked."""
        blocked_one = {
            "id": "1",
            "name": "a.pdf",
            "size": 9,
            "type": "application/pdf",
            "sha256": "",
            "scan": "infected",
        }
        return [{}, {"kept": [blocked_one]}]


def state(item: dict[str, Any]) -> str:
    """Say how a file stands; nothing of a file that is not checked, or where only its description is at hand."""
    return str(_STATES.get(str(item.get("scan", "")), ""))


def blocked(item: dict[str, Any]) -> str:
    """Say what to do where the scanner found something in a file."""
    if item.get("scan") != "infected":
        return ""
    return str(
        _("We blocked “%(name)s”: something suspicious was found in it. Remove it, then send another copy or a photo.")
        % {"name": item["name"]}
    )


def protected(item: dict[str, Any]) -> str:
    """Say what to look at again where a file may ask for a password."""
    if not item.get("protected"):
        return ""
    return str(
        _("“%(name)s” is protected. If it opens only with a password, we cannot read it: send a copy without one.")
        % {"name": item["name"]}
    )


def _said(item: dict[str, Any]) -> str:
    return ", ".join(filter(None, (format_in_words(item["type"]), size_in_words(item["size"]), state(item))))


class FilesControl(forms.Field):
    """Validates what the wizard kept and refused before it built the form."""

    kept: list[dict[str, Any]] = []
    refused: list[str] = []

    def clean(self, value: Any) -> list[dict[str, Any]]:
        """Return the descriptions of the files kept; raise what was refused or blocked, each with its remedy."""
        wrong = [*self.refused, *filter(None, map(blocked, self.kept))]
        if wrong:
            raise ValidationError(wrong)
        if self.required and not self.kept:
            raise ValidationError(self.error_messages["required"], code="required")
        return [{name: part for name, part in item.items() if name not in _OF_THE_MOMENT} for item in self.kept]
