"""A form made from the attributes of one part of a definition: each control shows one of them, and gives it back as JSON."""

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from pydantic import ValidationError

from portal.kit.widgets import Checkboxes, Radios

from ..definition.base import Json
from ..definition.fields.base import TextControl
from .forms import TeamForm

Content = dict[str, Any]


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Attr:
    """One attribute, by its path in the part ("legal.basis"), and its control.

    ``show`` turns the JSON into what the control shows, ``keep`` what it cleaned into the JSON that is kept.
    """

    path: str
    field: forms.Field
    show: Callable[[Json], Any] = _same
    keep: Callable[[Any], Json] = _same
    # Controls that only few need are drawn behind a heading that opens them.
    apart: bool = False

    @property
    def name(self) -> str:
        """Return the name of the control."""
        return self.path.replace(".", "-")


def get(part: Mapping[str, Any], path: str) -> Json:
    """Return an attribute of a part by its path; None where it has none."""
    value: Any = part
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def put(part: Content, path: str, value: Json) -> None:
    """Set an attribute of a part by its path."""
    *above, last = path.split(".")
    for key in above:
        inner = part.get(key)
        if not isinstance(inner, dict):
            inner = part[key] = {}
        part = inner
    part[last] = value


class PartForm(TeamForm):
    """The controls of one part; what has no control stays as it is."""

    def __init__(self, data: Any = None, *, part: Content, attrs: Iterable[Attr]) -> None:
        super().__init__(data)
        self.part, self.attrs = part, {attr.name: attr for attr in attrs}
        for name, attr in self.attrs.items():
            self.fields[name] = attr.field
            self.initial[name] = attr.show(get(part, attr.path))

    def values(self) -> Content:
        """Return the part with what was typed in place of what was shown."""
        made = copy.deepcopy(self.part)
        for name, attr in self.attrs.items():
            put(made, attr.path, attr.keep(self.cleaned_data[name]))
        return made

    def again(self, typed: forms.Form) -> "PartForm":
        """Show in this form, not judged, what was typed in another, where both have a control for it."""
        for name in self.fields:
            if name in typed.fields:
                self.initial[name] = typed[name].value()
        return self

    def blame(self, error: ValidationError) -> None:
        """Say beside its control what the definition refuses, or above all of them where it has none."""
        by_first = {attr.path.split(".")[-1]: name for name, attr in self.attrs.items()}
        for item in error.errors():
            names = [by_first[key] for key in item["loc"] if isinstance(key, str) and key in by_first]
            self.add_error(names[0] if names else None, str(_words(item)).replace("%", "%%"))

    @property
    def main(self) -> list[forms.BoundField]:
        """The controls in view."""
        return [self[name] for name, attr in self.attrs.items() if not attr.apart]

    @property
    def apart(self) -> list[forms.BoundField]:
        """The controls behind a heading."""
        return [self[name] for name, attr in self.attrs.items() if attr.apart]

    @property
    def apart_is_open(self) -> bool:
        """Say whether one of those behind the heading is wrong, or says something already."""
        return any(bound.errors for bound in self.apart)

    def differences(self, theirs: "PartForm") -> list[tuple[str, str]]:
        """Return what another wrote where it is not what is typed here: the name of each control, and her words."""
        found = []
        for name in self.attrs:
            if name not in theirs.fields:
                continue
            mine, other = self[name].value(), theirs.initial.get(name)
            if isinstance(other, str | int | float | bool | list) and str(mine or "") != str(other or ""):
                words = ", ".join(map(str, other)) if isinstance(other, list) else str(other)
                found.append((str(self.fields[name].label), words))
        return found


def _words(item: Any) -> str:
    limit = item.get("ctx", {})
    match item["type"]:
        case "missing" | "string_too_short" | "too_short":
            return _("This is needed.")
        case "string_too_long":
            return _("This text is too long: keep it under %(limit)s characters.") % {"limit": limit.get("max_length")}
        case "greater_than" | "greater_than_equal":
            return _("This number is too small.")
        case "less_than" | "less_than_equal" | "too_long":
            return _("This number is too large.")
        case "string_pattern_mismatch":
            return _("This is not written as it must be.")
    return str(item["msg"]).removeprefix("Value error, ")


def _unmarked(field: forms.Field) -> forms.Field:
    """Return a control that is not said to be optional: it always says something."""
    field.unmarked = True  # type: ignore[attr-defined]
    return field


# The controls, each as short as what it asks.


def line(label: str, *, hint: str = "", needed: str = "", longest: int = 300, size: int = 0) -> forms.Field:
    """A text of one line; ``needed`` is what to say where it is missing, empty where it may be."""
    attrs: dict[str, Any] = {"size": size} if size else {"class": "wide"}
    return TextControl(
        label=label,
        help_text=hint,
        required=bool(needed),
        max_length=longest,
        widget=forms.TextInput(attrs=attrs),
        error_messages={"required": needed},
    )


class _Lines(TextControl):
    keep_lines = True


def prose(label: str, *, hint: str = "", needed: str = "", rows: int = 3, longest: int = 5000) -> forms.Field:
    """A text of several lines."""
    return _Lines(
        label=label,
        help_text=hint,
        required=bool(needed),
        max_length=longest,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": needed},
    )


def tick(label: str, *, hint: str = "") -> forms.Field:
    """A box."""
    return _unmarked(forms.BooleanField(label=label, help_text=hint, required=False))


def pick(label: str, choices: Any, *, hint: str = "", needed: str = "", radios: bool = False) -> forms.Field:
    """One of a few; radio buttons where all should be read."""
    field = forms.ChoiceField(
        label=label,
        help_text=hint,
        choices=choices,
        required=bool(needed),
        widget=Radios() if radios else forms.Select(),
        error_messages={"required": needed, "invalid_choice": _("Choose one of the answers of the list.")},
    )
    return _unmarked(field)


def several(label: str, choices: Any, *, hint: str = "", needed: str = "") -> forms.Field:
    """Some of a few."""
    return forms.MultipleChoiceField(
        label=label,
        help_text=hint,
        choices=choices,
        required=bool(needed),
        widget=Checkboxes(),
        error_messages={"required": needed},
    )


def whole(label: str, *, hint: str = "", least: int | None = None, most: int | None = None) -> forms.Field:
    """A whole number, or nothing."""
    return forms.IntegerField(
        label=label,
        help_text=hint,
        required=False,
        min_value=least,
        max_value=most,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 10}),
        error_messages={"invalid": _("Write a whole number.")},
    )


def decimal(label: str, *, hint: str = "", places: int = 6) -> forms.Field:
    """A number with decimals, or nothing; a comma is understood."""
    return _Decimal(
        label=label,
        help_text=hint,
        required=False,
        decimal_places=places,
        max_digits=18,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 12}),
        error_messages={"invalid": _("Write a number: 12,5.")},
    )


class _Decimal(forms.DecimalField):
    def to_python(self, value: Any) -> Any:
        text = str(value or "").replace("€", "").replace("\u202f", "").replace("\u00a0", "").replace(" ", "")
        return super().to_python(text.replace(",", "."))


def _listed(value: Any) -> list[str]:
    return [one for one in (" ".join(part.split()) for part in str(value or "").split("\n")) if one]


class _Words(_Lines):
    def clean(self, value: Any) -> Any:
        found = _listed(super().clean(value))
        if any(len(one) > 300 for one in found):
            raise forms.ValidationError(_("A line is too long: keep each under 300 characters."))
        return found


def lines(path: str, label: str, *, hint: str = "", needed: str = "", rows: int = 3) -> Attr:
    """A list of short texts, one a line."""
    field = _Words(
        label=label,
        help_text=hint,
        required=bool(needed),
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": needed},
    )
    return Attr(path, field, lambda value: "\n".join(value or []))
