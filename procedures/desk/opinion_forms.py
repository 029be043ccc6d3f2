"""What is asked of whoever asks for an opinion, by each of the three ways, and of whoever records one."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.team.forms import day_field
from portal.kit.widgets import Checkboxes, Radios
from town.models import Department

from ..definition.fields.base import clean_text
from ..lifecycle.opinions import Answer, Question, Shown
from ..models import Opinion
from .forms import DeskForm, Words

SHOWN = (
    ("answers", gettext_lazy("The answers, sensitive ones left out")),
    ("files", gettext_lazy("The files that were joined, sensitive ones left out")),
    ("identity", gettext_lazy("Who asks: name and address")),
)


class _Named(DeskForm):
    """Whose opinion is sought."""

    body = forms.CharField(
        label=gettext_lazy("Whose opinion"),
        help_text=gettext_lazy("For example: the fire service, the roads department, a commission."),
        max_length=200,
        widget=forms.TextInput(attrs={"size": 60}),
        error_messages={
            "required": gettext_lazy("Say whose opinion it is."),
            "max_length": gettext_lazy("This name is too long: keep it under 200 characters."),
        },
    )

    def clean_body(self) -> str:
        """Drop control and direction marks."""
        return clean_text(self.cleaned_data["body"])


class NotedForm(_Named):
    """An opinion that is asked by letter or by telephone: noted, so that it is waited for."""

    words = Words(rows=3, label=gettext_lazy("What you ask them"), required=False)
    asked_on = day_field(gettext_lazy("Asked on"))
    reply_by = day_field(gettext_lazy("Answer expected by"), required=False)

    def __init__(self, *args: Any, places: Iterable[Department] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    @property
    def question(self) -> Question:
        """What the form says."""
        said = self.cleaned_data
        return Question(said["body"], said["words"], said["asked_on"], said["reply_by"])


class DepartmentForm(DeskForm):
    """An opinion that is asked of another department of the town."""

    department = forms.ModelChoiceField(
        Department.objects.none(),
        label=gettext_lazy("Department"),
        empty_label=gettext_lazy("Choose a department"),
        to_field_name="slug",
        error_messages={
            "required": gettext_lazy("Choose the department that you ask."),
            "invalid_choice": gettext_lazy("Choose one of the departments of the list."),
        },
    )
    words = Words(
        rows=3,
        label=gettext_lazy("What you ask them"),
        empty=gettext_lazy("Write what you ask: it is all that they are told."),
    )
    reply_by = day_field(gettext_lazy("Answer expected by"))

    def __init__(self, *args: Any, places: Iterable[Department] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = [one.pk for one in places]
        self.fields["department"].queryset = Department.objects.filter(pk__in=keys).order_by("name")  # type: ignore[attr-defined]
        self.fields["department"].help_text = gettext_lazy(
            "It reads the whole request until it has answered; this is written down, and the person may see it."
        )

    @property
    def question(self) -> Question:
        """What the form says."""
        said = self.cleaned_data
        today, place = timezone.localdate(), said["department"]
        return Question(place.name, said["words"], today, said["reply_by"], department=place)


class LinkForm(_Named):
    """An opinion that is asked outside, of someone who has no account here."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        help_text=gettext_lazy("A link is sent there: whoever opens it reads what you tick below, and answers."),
        widget=forms.EmailInput(attrs={"size": 40, "autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Write the address to which the link is sent."),
            "invalid": gettext_lazy("Write a whole e-mail address: name@example.org."),
        },
    )
    words = Words(
        rows=3,
        label=gettext_lazy("What you ask them"),
        help_text=gettext_lazy("Say only what they need: they may not have to know whose request it is."),
        empty=gettext_lazy("Write what you ask: it is all that they are told."),
    )
    shown = forms.MultipleChoiceField(
        label=gettext_lazy("What the link shows beside your question"),
        choices=SHOWN,
        widget=Checkboxes,
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose among what is proposed.")},
    )
    reply_by = day_field(gettext_lazy("Answer expected by"))

    def __init__(self, *args: Any, places: Iterable[Department] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    @property
    def question(self) -> Question:
        """What the form says."""
        said = self.cleaned_data
        shown = Shown(**{name: name in said["shown"] for name, _label in SHOWN})
        today = timezone.localdate()
        return Question(said["body"], said["words"], today, said["reply_by"], email=said["email"], shown=shown)


class AnswerForm(DeskForm):
    """What was answered, and when."""

    sense = forms.ChoiceField(
        label=gettext_lazy("The opinion is"),
        choices=Opinion.Sense.choices,
        widget=Radios,
        error_messages={
            "required": gettext_lazy("Choose what the opinion is."),
            "invalid_choice": gettext_lazy("Choose one of the answers of the list."),
        },
    )
    words = Words(
        rows=5,
        label=gettext_lazy("What it says"),
        help_text=gettext_lazy("Its own words, with its reserves. The person may ask to read it once it is decided."),
        empty=gettext_lazy("Write what the opinion says, as it is."),
    )
    given_on = day_field(gettext_lazy("Given on"))

    @property
    def answer(self) -> Answer:
        """What the form says."""
        said = self.cleaned_data
        return Answer(said["sense"], said["words"], said["given_on"])
