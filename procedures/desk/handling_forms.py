"""What colleagues write to each other on a request: a note, to which department it goes."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.team.forms import day_field
from portal.kit.widgets import Checkboxes
from town.models import Department

from ..lifecycle.route import Route
from ..models import Label
from .access import name_of
from .forms import DeskForm, Words


class NoteForm(DeskForm):
    """A note for colleagues, and who is asked to look."""

    words = Words(
        rows=3,
        label=gettext_lazy("Note for your colleagues"),
        help_text=gettext_lazy(
            "Never shown to the person on the portal; but she may ask to read the whole file: stay factual."
        ),
        empty=gettext_lazy("Write your note before you keep it."),
    )
    asked = forms.MultipleChoiceField(
        label=gettext_lazy("Ask to look"),
        widget=Checkboxes,
        required=False,
        error_messages={"invalid_choice": gettext_lazy("One of these colleagues no longer works on this request.")},
    )

    def __init__(self, *args: Any, colleagues: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "n-%s", **kwargs})
        self.colleagues = {str(one.public_id): one for one in colleagues}
        choices = [(key, name_of(one)) for key, one in self.colleagues.items()]
        if choices:
            self.fields["asked"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["asked"]

    @property
    def asking(self) -> list[User]:
        """The colleagues who are asked to look."""
        return [self.colleagues[key] for key in self.cleaned_data.get("asked", [])]


class LabelForm(DeskForm):
    """A label to put on a request."""

    label = forms.CharField(
        label=gettext_lazy("Add a label"),
        help_text=gettext_lazy("A word or two about the request, never about the person."),
        max_length=Label.MOST,
        widget=forms.TextInput(attrs={"size": 16, "list": "labels-known", "autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Write the label: a word or two."),
            "max_length": gettext_lazy("This label is too long: keep it under 40 letters."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "l-%s", **kwargs})


class RouteForm(DeskForm):
    """To which department a request goes, why, and until when the first one goes on reading it."""

    department = forms.ModelChoiceField(
        Department.objects.none(),
        label=gettext_lazy("Department"),
        empty_label=gettext_lazy("Choose a department"),
        to_field_name="slug",
        error_messages={
            "required": gettext_lazy("Choose the department that will follow it."),
            "invalid_choice": gettext_lazy("Choose one of the departments of the list."),
        },
    )
    why = Words(
        rows=3,
        label=gettext_lazy("Why, for your colleagues"),
        help_text=gettext_lazy(
            "Kept as an internal note. The person is told which department follows her request, not why."
        ),
        empty=gettext_lazy("Say to your colleagues why you hand it to them."),
    )
    read_until = day_field(gettext_lazy("Your department goes on reading it until"), required=False)

    def __init__(self, *args: Any, places: Iterable[Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["department"]
        keys = [one.pk for one in places]
        field.queryset = Department.objects.filter(pk__in=keys).order_by("name")  # type: ignore[attr-defined]
        self.fields["read_until"].help_text = gettext_lazy("Leave it empty if it need not: six months at most.")

    @property
    def route(self) -> Route:
        """What the form says."""
        said = self.cleaned_data
        return Route(said["department"], said["why"], said["read_until"])
