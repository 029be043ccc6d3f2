"""The forms of other programs: under whose rights they act; what a key lets do, until when, from where."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from accounts.permissions import Actor
from accounts.team.forms import day_field
from portal.kit.widgets import Checkboxes

from .api.models import Scope
from .api.tokens import Wanted
from .permissions import accounts


class ProgramForm(forms.Form):
    """What is asked of every program: its name, and under whose rights it acts."""

    name = forms.CharField(
        label=gettext_lazy("Program"),
        help_text=gettext_lazy("For example: registry software, street works map."),
        max_length=100,
        widget=forms.TextInput(attrs={"size": 40, "autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Name the program."),
            "max_length": gettext_lazy("This name is too long: keep it under 100 characters."),
        },
    )
    account = forms.ChoiceField(
        label=gettext_lazy("Under whose rights"),
        error_messages={
            "required": gettext_lazy("Choose the account under whose rights it acts."),
            "invalid_choice": gettext_lazy("Choose one of the accounts of the list."),
        },
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "f-%s", **kwargs})
        self.accounts: dict[str, Membership] = {}
        held = accounts(actor).in_force().filter(user__is_active=True)
        # One line for each sector of each account.
        for one in held.order_by("user__person__family_name", "user__email", "pk"):
            self.accounts.setdefault(f"{one.user.public_id}.{one.department.sector.code}", one)
        choices = [
            (key, f"{one.user.display_name} – {one.department.sector.name}") for key, one in self.accounts.items()
        ]
        self.fields["account"].choices = [("", _("Choose an account")), *choices]  # type: ignore[attr-defined]

    @property
    def held(self) -> Membership:
        """The membership under whose rights the program acts."""
        return self.accounts[self.cleaned_data["account"]]


class TokenForm(ProgramForm):
    """A key for another program."""

    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=Scope.choices,
        widget=Checkboxes,
        error_messages={
            "required": gettext_lazy("Choose what the program may do."),
            "invalid_choice": gettext_lazy("Choose among what is proposed."),
        },
    )
    ends_on = day_field(gettext_lazy("Last day"))
    networks = forms.CharField(
        label=gettext_lazy("Networks from which it calls"),
        help_text=gettext_lazy("One to a line, for example 192.0.2.0/24. Left empty, the key works from everywhere."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].help_text = _(
            "What the program does is written down under this account: give it an account of its own, made for it."
        )

    @property
    def wanted(self) -> Wanted:
        """What the form says."""
        said = self.cleaned_data
        networks = tuple(re.split(r"[\s,;]+", said["networks"].strip())) if said["networks"].strip() else ()
        return Wanted(
            said["name"], self.held.user, self.held.department.sector, tuple(said["scopes"]), said["ends_on"], networks
        )
