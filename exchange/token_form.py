"""The form of a key for another program: what it may do, under whose rights, until when, from where."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from accounts.team.forms import day_field
from portal.kit.widgets import Checkboxes

from .api.models import Scope
from .api.tokens import Wanted


def accounts(departments: set[int]) -> dict[str, Membership]:
    """Return the accounts that work at the desk of some departments, one line for each sector of each."""
    held = Membership.objects.in_force().filter(department__in=departments, user__is_active=True)
    rows = held.filter(role__in=("agent", "head", "signatory", "auditor")).select_related(
        "user__person", "department__sector"
    )
    found: dict[str, Membership] = {}
    for one in rows.order_by("user__person__family_name", "user__email", "pk"):
        found.setdefault(f"{one.user.public_id}.{one.department.sector.code}", one)
    return found


class TokenForm(forms.Form):
    """A key for another program."""

    name = forms.CharField(
        label=gettext_lazy("Program"),
        help_text=gettext_lazy("For example: registry software, street works map."),
        max_length=100,
        widget=forms.TextInput(attrs={"size": 40, "autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Name the program that will use the key."),
            "max_length": gettext_lazy("This name is too long: keep it under 100 characters."),
        },
    )
    account = forms.ChoiceField(
        label=gettext_lazy("Under whose rights"),
        help_text=gettext_lazy(
            "What the program does is written down under this account: give it an account of its own, made for it."
        ),
        error_messages={
            "required": gettext_lazy("Choose the account under whose rights it acts."),
            "invalid_choice": gettext_lazy("Choose one of the accounts of the list."),
        },
    )
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

    def __init__(self, *args: Any, departments: set[int], **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "f-%s", **kwargs})
        self.accounts = accounts(departments)
        choices = [
            (key, f"{one.user.display_name} – {one.department.sector.name}") for key, one in self.accounts.items()
        ]
        self.fields["account"].choices = [("", _("Choose an account")), *choices]  # type: ignore[attr-defined]

    @property
    def wanted(self) -> Wanted:
        """What the form says."""
        said = self.cleaned_data
        held = self.accounts[said["account"]]
        networks = tuple(re.split(r"[\s,;]+", said["networks"].strip())) if said["networks"].strip() else ()
        return Wanted(said["name"], held.user, held.department.sector, tuple(said["scopes"]), said["ends_on"], networks)
