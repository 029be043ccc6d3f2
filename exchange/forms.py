"""What is asked before requests leave as a file: the format, and which columns."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kit.widgets import Radios, Tick
from procedures.desk.forms import DeskForm

from .models import Export

_CHOOSE = {
    "required": _("Choose a format."),
    "invalid_choice": _("Choose one of the answers of the list."),
}


class ExportForm(DeskForm):
    """The format and the columns of an export; nothing about persons leaves unless it is ticked."""

    format = forms.ChoiceField(
        label=_("Format"), choices=Export.Format.choices, widget=Radios, error_messages=_CHOOSE, initial="xlsx"
    )
    identity = forms.BooleanField(
        label=_("The identity of the applicants"),
        help_text=_("Name, address, telephone, e-mail. Without it, each person has an id that leads back to nobody."),
        required=False,
        widget=Tick,
    )
    answers = forms.BooleanField(
        label=_("The answers"),
        help_text=_("One column a question, over all the versions of each procedure."),
        required=False,
        widget=Tick,
        initial=True,
    )
    sensitive = forms.BooleanField(
        label=_("The sensitive answers too"),
        help_text=_("Only of the departments that you lead, and only if the task cannot be done without them."),
        required=False,
        widget=Tick,
    )

    def __init__(self, data: Any = None, *, sensitive: bool, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if not sensitive:
            del self.fields["sensitive"]

    def clean(self) -> dict[str, Any]:
        """Refuse sensitive answers without the others; leave out what was not offered."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        said.setdefault("sensitive", False)
        if said["sensitive"] and not said.get("answers"):
            self.add_error("sensitive", _("Tick the answers too: sensitive ones never leave alone."))
        if said.get("format") == Export.Format.ZIP and not (said.get("identity") and said.get("answers")):
            self.add_error(
                "format", _("Receipts and files hold the identity and the answers: tick both, or take another format.")
            )
        return said
