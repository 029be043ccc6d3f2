"""What a browser posted for a step, kept and given back."""

from collections.abc import Mapping

from django.http import QueryDict

from ..definition.step_form import StepForm


def raw_of(form: StepForm) -> dict[str, list[str]]:
    """Return what the browser posted for this form's questions, files aside; PostgreSQL keeps no null character."""
    names = set(form.fields)
    return {
        key: [str(value).replace("\x00", "") for value in form.data.getlist(key)]  # type: ignore[attr-defined]
        for key in form.data
        if key.split("-", 1)[0] in names
    }


def querydict(raw: Mapping[str, list[str]]) -> QueryDict:
    """Return what ``raw_of`` kept as a browser would send it again."""
    data = QueryDict(mutable=True)
    for name, values in raw.items():
        data.setlist(name, values)
    return data
