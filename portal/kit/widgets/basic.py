"""The plain controls: one input, a list, boxes, a date, an address."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from ..markup import attributes, fill


@dataclass
class Control:
    """What a control needs to draw itself. ``wrong`` names the parts in error; empty means none."""

    name: str
    id: str
    value: Any
    described: str = ""
    required: bool = False
    wrong: frozenset[str] = frozenset()
    reveals: Mapping[str, SafeString] = field(default_factory=dict)


def text_input(control: Control, attrs: Mapping[str, Any], kind: str) -> SafeString:
    """Draw a one-line input; a password is never shown back, and a browser chooses files itself."""
    value = "" if kind in {"password", "file"} or control.value is None else str(control.value)
    values = {
        "type": kind,
        "id": control.id,
        "name": control.name,
        "value": value,
        "required": control.required,
        "aria-describedby": control.described,
        "aria-invalid": "true" if control.wrong else None,
        **attrs,
    }
    return fill("<input{}>", attributes(values))


def textarea(control: Control, attrs: Mapping[str, Any]) -> SafeString:
    """Draw a text of several lines."""
    values = {
        "id": control.id,
        "name": control.name,
        "required": control.required,
        "aria-describedby": control.described,
        "aria-invalid": "true" if control.wrong else None,
        **{name: value for name, value in attrs.items() if name != "cols"},
    }
    return fill("<textarea{}>\n{}</textarea>", attributes(values), control.value or "")


def select(control: Control, attrs: Mapping[str, Any], choices: Any) -> SafeString:
    """Draw a closed list."""
    drawn = [
        fill(
            '<optgroup label="{}">{}</optgroup>',
            value,
            _join([_option(inner, words, control=control) for inner, words in label]),
        )
        if isinstance(label, (list, tuple))
        else _option(value, label, control=control)
        for value, label in choices
    ]
    values = {
        "id": control.id,
        "name": control.name,
        "required": control.required,
        "aria-describedby": control.described,
        "aria-invalid": "true" if control.wrong else None,
        **attrs,
    }
    return fill("<select{}>{}</select>", attributes(values), _join(drawn))


def _option(value: Any, label: Any, *, control: Control) -> SafeString:
    # An empty value is written: without it a browser would send the words.
    attrs = attributes({"value": str(value), "selected": _same(value, control)})
    return fill("<option{}{}>{}</option>", SafeString("" if str(value) else ' value=""'), attrs, label)


def _same(value: Any, control: Control) -> bool:
    return str(value) == str(control.value if control.value is not None else "")


def _join(parts: list[SafeString]) -> SafeString:
    return mark_safe("".join(parts))  # noqa: S308 the parts are safe already


class Suggested(forms.TextInput):
    """A text input with a few suggestions that the browser itself offers; anything may be typed."""

    def __init__(self, suggestions: Sequence[tuple[str, str]], attrs: Any = None) -> None:
        super().__init__(attrs)
        self.suggestions = suggestions

    def control(self, control: Control) -> SafeString:
        """Draw the input and, where there are any, its suggestions."""
        if not self.suggestions:
            return text_input(control, self.attrs, "text")
        rows = format_html_join("", '<option value="{}">{}</option>', self.suggestions)
        drawn = text_input(control, {**self.attrs, "list": f"{control.id}-own"}, "text")
        return fill('{}<datalist id="{}-own">{}</datalist>', drawn, control.id, rows)


class Group(forms.Widget):
    """A control of several inputs, drawn inside a fieldset."""

    def control(self, control: Control) -> SafeString:
        """Draw the inputs."""
        raise NotImplementedError

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Draw the control alone, for callers that know only Django's own interface."""
        return self.control(Control(name=name, id=(attrs or {}).get("id", f"id_{name}"), value=value))


class _Choices(Group):
    kind = "radio"

    def __init__(self, attrs: Any = None, choices: Any = (), hints: Mapping[str, str] | None = None) -> None:
        super().__init__(attrs)
        self.choices = choices
        self.hints = hints or {}

    def control(self, control: Control) -> SafeString:
        """Draw one box per option; a conditional question follows the option that reveals it."""
        chosen = set(map(str, control.value)) if isinstance(control.value, (list, tuple)) else {str(control.value)}
        parts = []
        for index, (value, label) in enumerate(self.choices):
            option_id = control.id if index == 0 else f"{control.id}-{value}"
            hint = self.hints.get(str(value), "")
            hint_id = f"{option_id}-h" if hint else ""
            values = {
                "type": self.kind,
                "id": option_id,
                "name": control.name,
                "value": value,
                "checked": str(value) in chosen,
                "required": control.required and self.kind == "radio",
                "aria-describedby": hint_id,
            }
            parts.append(
                fill(
                    '<div class="choice"><input{}{}><label for="{}">{}</label>{}</div>',
                    attributes(values),
                    # An empty value is written: without it a browser would send "on".
                    SafeString("" if str(value) else ' value=""'),
                    option_id,
                    label,
                    fill('<div class="hint" id="{}">{}</div>', hint_id, hint) if hint else "",
                )
            )
            if str(value) in control.reveals:
                parts.append(fill('<div class="reveal">{}</div>', control.reveals[str(value)]))
        return _join(parts)


class Radios(_Choices):
    """One answer among a few; a conditional question may be drawn under the option that reveals it."""

    reveals_options = True


class Checkboxes(_Choices):
    """Several answers among a few."""

    kind = "checkbox"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """Read every box ticked."""
        return list(data.getlist(name)) if hasattr(data, "getlist") else list(data.get(name) or [])


class Tick(forms.CheckboxInput):
    """One box with its statement; drawn whole by the field renderer."""


class DateParts(Group):
    """A date in three inputs: nothing jumps, each has its label."""

    parts = ("day", "month", "year")

    def control(self, control: Control) -> SafeString:
        """Draw day, month and year."""
        labels = {"day": _("Day"), "month": _("Month"), "year": _("Year")}
        tokens = {"day": "bday-day", "month": "bday-month", "year": "bday-year"}
        own = self.attrs.get("autocomplete") == "bday"
        value = control.value or {}
        inputs = []
        for index, part in enumerate(self.parts):
            part_id = control.id if index == 0 else f"{control.id}-{part}"
            values = {
                "id": part_id,
                "name": f"{control.name}-{part}",
                "inputmode": "numeric",
                "value": value.get(part),
                "autocomplete": tokens[part] if own else "off",
                "required": control.required,
                "aria-invalid": "true" if part in control.wrong or "*" in control.wrong else None,
            }
            inputs.append(
                fill('<div><label for="{}">{}</label><input{}></div>', part_id, labels[part], attributes(values))
            )
        return fill('<div class="date">{}</div>', _join(inputs))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str] | None:
        """Read the three parts; None when the browser sent none of them."""
        if not any(f"{name}-{part}" in data for part in self.parts):
            return None
        return {part: data.get(f"{name}-{part}", "") for part in self.parts}


class AddressParts(Group):
    """A postal address in five inputs, with the person's own tokens for browsers (RGAA 11.13)."""

    parts = ("street", "extra", "postcode", "city", "country")

    def __init__(
        self, attrs: Any = None, *, own: bool = True, suggested: Collection[str] = (), address: str = ""
    ) -> None:
        super().__init__(attrs)
        self.own, self.suggested, self.address = own, suggested, address

    def control(self, control: Control) -> SafeString:
        """Draw street, extra, postcode, town and country."""
        optional = fill(' <span class="hint">({})</span>', _("optional"))
        labels = {
            "street": (_("Number and street"), "address-line1"),
            "extra": (fill("{}{}", _("Building, floor, place"), optional), "address-line2"),
            "postcode": (_("Postcode"), "postal-code"),
            "city": (_("Town"), "address-level2"),
            "country": (fill("{}{}", _("Country, if it is not France"), optional), "country-name"),
        }
        value = control.value or {}
        inputs = []
        for index, part in enumerate(self.parts):
            part_id = control.id if index == 0 else f"{control.id}-{part}"
            label, token = labels[part]
            values = {
                "id": part_id,
                "name": f"{control.name}-{part}",
                "value": value.get(part) if not (part == "country" and value.get(part) == "France") else "",
                "inputmode": "numeric" if part == "postcode" and not value.get("country") else None,
                "autocomplete": token if self.own else "off",
                "required": control.required and part in {"street", "city"},
                "aria-invalid": "true" if part in control.wrong or "*" in control.wrong else None,
            }
            inputs.append(
                fill(
                    '<div class="part {}"{}><label for="{}">{}</label><input{}></div>',
                    f"{part} combo" if part in self.suggested else part,
                    attributes({"data-combobox": self.address, "data-fills": control.name, "data-list": _("Results")})
                    if part in self.suggested
                    else "",
                    part_id,
                    label,
                    attributes(values),
                )
            )
        return fill('<div class="address">{}</div>', _join(inputs))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str] | None:
        """Read the five parts; None when the browser sent none of them."""
        if not any(f"{name}-{part}" in data for part in self.parts):
            return None
        return {part: data.get(f"{name}-{part}", "") for part in self.parts}
