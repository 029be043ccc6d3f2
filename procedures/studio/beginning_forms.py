"""What is asked of who begins a procedure: its name and department, and where it comes from."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from town.models import Department

from ..definition.blank import blank
from ..definition.upgrade import DefinitionError, dump
from ..interchange import foreign, library, paper, reading
from ..models import Procedure
from .forms import TeamForm

_LONGEST_TEXT = 60_000


class BeginForm(TeamForm):
    """A procedure from a blank page; the others add where it comes from. ``content`` is its JSON once it is valid."""

    title = forms.CharField(
        label=gettext_lazy("Name of the procedure"),
        help_text=gettext_lazy("What one does: “Borrow equipment”."),
        max_length=200,
        widget=forms.TextInput(attrs={"class": "wide"}),
        error_messages={"required": gettext_lazy("Write the title.")},
    )
    department = forms.ModelChoiceField(
        Department.objects.none(),
        label=gettext_lazy("Department in charge"),
        empty_label=gettext_lazy("Choose"),
        error_messages={
            "required": gettext_lazy("Choose a department."),
            "invalid_choice": gettext_lazy("Choose a department of the list."),
        },
    )
    content: dict[str, Any]
    # What became of each line or question that was read, to be looked at before anything is written.
    account: list[Any]

    def __init__(self, data: Any = None, files: Any = None, *, departments: Any, mine: Any, **kwargs: Any) -> None:
        super().__init__(data, files, **kwargs)
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]
        if len(departments) == 1:
            self.initial["department"] = departments[0].pk
        self.mine, self.content, self.account = mine, {}, []

    def clean(self) -> dict[str, Any]:
        """Read what it comes from."""
        given = super().clean() or self.cleaned_data
        if given.get("department") is not None and not self.errors:
            try:
                self.content = self.read(given)
            except (DefinitionError, reading.Unreadable) as error:
                for fault in getattr(error, "faults", [str(error)])[:10]:
                    self.add_error(self.origin, fault.replace("%", "%%"))
        return given

    origin: str | None = None

    def read(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return the JSON of the first draft. Raises DefinitionError and Unreadable, in words."""
        return blank(given["department"].name)


class LibraryForm(BeginForm):
    """One of the ready procedures."""

    origin = "entry"
    field_order = ("entry", "title", "department")
    entry = forms.ChoiceField(
        label=gettext_lazy("Ready procedure"),
        error_messages={
            "required": gettext_lazy("Choose one of them."),
            "invalid_choice": gettext_lazy("Choose one of the list."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].required = False
        self.fields["title"].help_text = _("Empty: its own.")
        self.fields["entry"].choices = [("", _("Choose")), *library.titles()]  # type: ignore[attr-defined]

    def read(self, given: dict[str, Any]) -> dict[str, Any]:
        """Read the file of the library."""
        definition = library.read(library.FOLDER / f"{given['entry']}.yaml")
        given["title"] = given["title"] or definition.title
        return dump(definition)


class CopyForm(BeginForm):
    """A copy of a procedure that one writes: what is being written of it, or what is published."""

    origin = "of"
    field_order = ("of", "title", "department")
    of = forms.ModelChoiceField(
        Procedure.objects.none(),
        label=gettext_lazy("Procedure to copy"),
        empty_label=gettext_lazy("Choose"),
        error_messages={
            "required": gettext_lazy("Choose a procedure."),
            "invalid_choice": gettext_lazy("Choose one of the list."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["of"].queryset = self.mine  # type: ignore[attr-defined]

    def read(self, given: dict[str, Any]) -> dict[str, Any]:
        """Read the other procedure."""
        found = foreign.written_of(given["of"])
        if found is None:
            raise reading.Unreadable(_("nothing is written of it yet"))
        return dump(found)


class FileForm(BeginForm):
    """A file, or its words pasted: ours, or a descriptor of demarches-simplifiees."""

    origin = "pasted"
    field_order = ("file", "pasted", "title", "department")
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("Exported from a portal like this one (YAML or JSON), or from demarches-simplifiees."),
        required=False,
        widget=forms.FileInput(),
    )
    pasted = forms.CharField(
        label=gettext_lazy("Or its words, pasted"),
        required=False,
        strip=False,
        max_length=settings.IMPORT_MAX_BYTES,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].required = False
        self.fields["title"].help_text = _("Empty: its own.")

    def read(self, given: dict[str, Any]) -> dict[str, Any]:
        """Read the file, else the words."""
        sent = given.get("file")
        if sent is not None:
            if sent.size > settings.IMPORT_MAX_BYTES:
                limit = f"{settings.IMPORT_MAX_BYTES / 1_000_000:g}"
                raise reading.Unreadable(
                    _("the file is over %(limit)s MB, the limit of this portal") % {"limit": limit}
                )
            data = sent.read()
        else:
            data = given["pasted"].encode()
        made = foreign.read(data, name=sent.name if sent is not None else "")
        self.account = made.account
        given["title"] = given["title"] or made.content.get("title", "")
        # From here on the page holds the words: a browser chooses its files anew each time.
        self.words = data.decode("utf-8-sig", "replace")
        return made.content

    words = ""


class PaperForm(BeginForm):
    """The words of a paper form."""

    origin = "text"
    field_order = ("text", "title", "department")
    text = forms.CharField(
        label=gettext_lazy("Words of the form"),
        help_text=gettext_lazy("Copied from the form: titles, questions followed by dots or a colon, boxes."),
        max_length=_LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 14}),
        error_messages={"required": gettext_lazy("Paste the words of the form.")},
    )

    def read(self, given: dict[str, Any]) -> dict[str, Any]:
        """Read it line by line."""
        made = paper.read(given["text"], given["department"].name)
        self.account = made.account
        return made.content


WAYS: dict[str, type[BeginForm]] = {
    "vierge": BeginForm,
    "bibliotheque": LibraryForm,
    "copie": CopyForm,
    "fichier": FileForm,
    "papier": PaperForm,
}


def is_reported(way: str) -> bool:
    """Say whether what was read is shown before anything is written."""
    return way in {"fichier", "papier"}
