"""What an administrator fills in about her team."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership, Role, User
from accounts.team.forms import ColleagueField, day_field
from accounts.team.rules import Refusal
from portal.kit.widgets import Checkboxes
from town.models import Department


class TeamForm(forms.Form):
    """A form of the team pages; its ids are short and stable."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "f-%s")
        super().__init__(*args, **kwargs)

    def refuse(self, refusal: Refusal) -> None:
        """Say beside its question, or above all of them, why it was not done."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


def _title() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Title"),
        help_text=gettext_lazy("As decisions and letters print it: “deputy in charge of civil status” (L212-1)."),
        max_length=120,
        widget=forms.TextInput(attrs={"size": 40}),
        error_messages={"required": gettext_lazy("Write the title: decisions print it.")},
    )


def _authority() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Delegation to sign"),
        help_text=gettext_lazy(
            "For a signatory only: reference and date of the order. It is given by name, never lent."
        ),
        max_length=200,
        widget=forms.TextInput(attrs={"size": 40}),
        required=False,
    )


def _department() -> "forms.ModelChoiceField[Department]":
    return forms.ModelChoiceField(
        Department.objects.none(),
        label=gettext_lazy("Department"),
        empty_label=gettext_lazy("Choose"),
        error_messages={
            "required": gettext_lazy("Choose a department."),
            "invalid_choice": gettext_lazy("Choose a department of the list."),
        },
    )


def _role() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[("", gettext_lazy("Choose")), *Role.choices],
        error_messages={"required": gettext_lazy("Choose a role.")},
    )


class _ProceduresForm(TeamForm):
    """A role that may be limited to some procedures."""

    def __init__(self, *args: Any, procedures: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if procedures:
            self.fields["procedures"] = forms.MultipleChoiceField(
                label=_("Only for these procedures"),
                help_text=_("Tick none for all the procedures of the department."),
                choices=list(procedures.items()),
                widget=Checkboxes(),
                required=False,
            )

    @property
    def role_given(self) -> dict[str, Any]:
        """What a verb of the team takes, whatever the form asks."""
        asked = [name for name in ("title", "authority", "starts_on", "ends_on") if name in self.fields]
        given: dict[str, Any] = {name: self.cleaned_data[name] for name in asked}
        return {**given, "procedures": self.cleaned_data.get("procedures", [])}


class RoleForm(_ProceduresForm):
    """A new role for someone of the team."""

    department = _department()
    role = _role()
    title = _title()
    authority = _authority()
    starts_on = day_field(gettext_lazy("From"))
    ends_on = day_field(gettext_lazy("Until"), required=False)

    def __init__(self, *args: Any, departments: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"starts_on": timezone.localdate()})
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]


class InvitationForm(_ProceduresForm):
    """Someone to invite."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("Her address at work: the link is sent there, and proves it."),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "size": 40}),
        error_messages={
            "required": gettext_lazy("Write an e-mail address."),
            "invalid": gettext_lazy("This e-mail address is not complete: name@example.fr."),
        },
    )
    department = _department()
    role = _role()
    title = _title()
    authority = _authority()

    def __init__(self, *args: Any, departments: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]


class ChangeForm(_ProceduresForm):
    """A role that is held: its title, its delegation, its days, its procedures."""

    title = _title()
    authority = _authority()
    starts_on = day_field(gettext_lazy("From"))
    ends_on = day_field(gettext_lazy("Until"), required=False)

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        names = ("title", "authority", "starts_on", "ends_on", "procedures")
        kwargs.setdefault("initial", {name: getattr(membership, name) for name in names})
        super().__init__(*args, **kwargs)
        if membership.role != Role.SIGNATORY:
            del self.fields["authority"]
        # What is not offered here is kept: without it, a limited role might become a whole one.
        self.kept = [public for public in membership.procedures if public not in kwargs["procedures"]]

    @property
    def role_given(self) -> dict[str, Any]:
        """What the verb takes; a role that signs nothing has no delegation."""
        given = super().role_given
        return {"authority": "", **given, "procedures": [*self.kept, *given["procedures"]]}


class DepartureForm(TeamForm):
    """From when someone no longer works for the town, and who follows her requests."""

    from_day = day_field(gettext_lazy("First day without access"))
    heir = ColleagueField(
        label=gettext_lazy("Who follows her requests"),
        empty_label=gettext_lazy("Nobody yet: they are to assign"),
    )

    def __init__(self, *args: Any, colleagues: Iterable[User], **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"from_day": timezone.localdate()})
        super().__init__(*args, **kwargs)
        self.fields["from_day"].help_text = _("Today: her access is cut at once, wherever she is signed in.")
        self.fields["heir"].queryset = colleagues  # type: ignore[attr-defined]

    def clean_from_day(self) -> Any:
        """Refuse a day that is past: what she did since then was done with a right."""
        day = self.cleaned_data["from_day"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("This day is past: give today or a later day."))
        return day
