"""Questions about the team that both the desk and the studio ask."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import User
from .rules import Refusal


class ColleagueField(forms.ModelChoiceField[User]):
    """One colleague of a list, or nobody; named as people know her."""

    def __init__(self, **kwargs: Any) -> None:
        messages = {"invalid_choice": gettext_lazy("Choose a colleague of the list.")}
        super().__init__(
            User.objects.none(), required=False, to_field_name="public_id", error_messages=messages, **kwargs
        )

    def label_from_instance(self, obj: Any) -> str:
        """Return her name."""
        name: str = obj.display_name
        return name

    def to_python(self, value: Any) -> Any:
        """Take what is no public id for a colleague who is not in the list."""
        try:
            return super().to_python(value)
        except forms.ValidationError as error:
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice") from error


def day_field(label: Any, *, required: bool = True) -> forms.DateField:
    """Return a question about a day."""
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": gettext_lazy("Give a day."),
            "invalid": gettext_lazy("Write the day with its month and year: 24/11/2026."),
        },
    )


class AbsenceForm(forms.Form):
    """Some days away, and who stands in."""

    starts_on = day_field(gettext_lazy("First day away"))
    ends_on = day_field(gettext_lazy("Last day away"))
    stand_in = ColleagueField(label=gettext_lazy("Who stands in"), empty_label=gettext_lazy("Nobody"))

    def __init__(self, *args: Any, colleagues: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "f-%s")
        super().__init__(*args, **kwargs)
        self.fields["stand_in"].queryset = colleagues  # type: ignore[attr-defined]
        self.fields["stand_in"].help_text = _(
            "She sees and does meanwhile what an agent or a head of these departments does. Signing is never lent: "
            "a delegation names one person."
        )

    def refuse(self, refusal: Refusal) -> None:
        """Say beside its question, or above all of them, why it was not done."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))
