"""Controls of several labelled inputs: a generic one, a person's name, a signature."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from ..markup import attributes, fill
from .basic import Control, Group, Radios


@dataclass(frozen=True)
class Input:
    """One text input of a group: its part, its label, its autocomplete token (RGAA 11.13) and how it is typed."""

    part: str
    label: Any
    hint: Any = ""
    autocomplete: str = "off"
    inputmode: str = ""
    required: bool = True
    css: str = ""


def joined(parts: Sequence[SafeString]) -> SafeString:
    """Put pieces of safe HTML one after the other."""
    return mark_safe("".join(parts))  # noqa: S308 the parts are safe already


def optional(label: Any) -> SafeString:
    """Mark a label as optional."""
    return fill('{} <span class="hint">({})</span>', label, _("optional"))


def part_id(control: Control, part: str, first: bool) -> str:
    """Return the id of one part; the first bears the question's own, where the error summary leads."""
    return control.id if first else f"{control.id}-{part}"


def is_wrong(control: Control, part: str) -> bool:
    """Say whether one part is in error."""
    return part in control.wrong or "*" in control.wrong


def draw(control: Control, one: Input, *, first: bool, said_optional: bool = True) -> SafeString:
    """Draw one input with its label and its own hint."""
    identifier = part_id(control, one.part, first)
    hint_id = f"{identifier}-h" if one.hint else ""
    value = control.value if isinstance(control.value, Mapping) else {}
    values = {
        "id": identifier,
        "name": f"{control.name}-{one.part}",
        "value": value.get(one.part),
        "inputmode": one.inputmode,
        "autocomplete": one.autocomplete,
        "required": control.required and one.required,
        "aria-describedby": hint_id,
        "aria-invalid": "true" if is_wrong(control, one.part) else None,
    }
    return fill(
        '<div{}><label for="{}">{}</label>{}<input{}></div>',
        attributes({"class": one.css}),
        identifier,
        one.label if one.required or not said_optional else optional(one.label),
        fill('<div class="hint" id="{}">{}</div>', hint_id, one.hint) if hint_id else "",
        attributes(values),
    )


def read(data: Any, name: str, parts: Sequence[str]) -> dict[str, str] | None:
    """Read the parts that a browser sent; None when it sent none of them, a list where one value is meant is dropped."""
    if not any(f"{name}-{part}" in data for part in parts):
        return None
    values = {part: data.get(f"{name}-{part}", "") for part in parts}
    return {part: value if isinstance(value, str) else "" for part, value in values.items()}


class Inputs(Group):
    """Several text inputs, one under the other."""

    def __init__(self, inputs: Sequence[Input], attrs: Any = None) -> None:
        super().__init__(attrs)
        self.inputs = inputs

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts, in order: an error summary leads to the first wrong one."""
        return tuple(one.part for one in self.inputs)

    def control(self, control: Control) -> SafeString:
        """Draw every input."""
        drawn = [draw(control, one, first=index == 0) for index, one in enumerate(self.inputs)]
        return fill('<div class="parts">{}</div>', joined(drawn))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str] | None:
        """Read every part."""
        return read(data, name, self.parts)


class NameParts(Inputs):
    """A person's name: the civility where it is asked, then the inputs."""

    def __init__(self, inputs: Sequence[Input], civilities: Sequence[tuple[str, Any]], *, required: bool) -> None:
        super().__init__(inputs)
        self.civilities = civilities
        self.civility_required = required

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts, in order."""
        return ("civility", *super().parts) if self.civilities else super().parts

    def control(self, control: Control) -> SafeString:
        """Draw the civility as a group inside the group, then every input."""
        if not self.civilities:
            return super().control(control)
        value = control.value if isinstance(control.value, Mapping) else {}
        radios = Radios(choices=self.civilities).control(
            Control(
                name=f"{control.name}-civility",
                id=control.id,
                value=value.get("civility"),
                required=control.required and self.civility_required,
            )
        )
        legend = _("Form of address")
        return fill(
            '<div class="parts"><fieldset><legend>{}</legend>{}</fieldset>{}</div>',
            legend if self.civility_required else optional(legend),
            radios,
            joined([draw(control, one, first=False) for one in self.inputs]),
        )


class SignatureParts(Group):
    """A declaration signed by typing one's name and ticking its statement."""

    parts = ("name", "tick")

    def __init__(self, statement: str, attrs: Any = None) -> None:
        super().__init__(attrs)
        self.statement = statement

    def control(self, control: Control) -> SafeString:
        """Draw the name, then the statement as the label of its box."""
        value = control.value if isinstance(control.value, Mapping) else {}
        name = draw(control, Input("name", _("Your given name and family name"), autocomplete="name"), first=True)
        identifier = part_id(control, "tick", first=False)
        values = {
            "type": "checkbox",
            "id": identifier,
            "name": f"{control.name}-tick",
            "checked": bool(value.get("tick")),
            "required": control.required,
            "aria-invalid": "true" if is_wrong(control, "tick") else None,
        }
        return fill(
            '<div class="parts">{}<div class="choice"><input{}><label for="{}">{}</label></div></div>',
            name,
            attributes(values),
            identifier,
            self.statement,
        )

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str] | None:
        """Read the name and the box."""
        return read(data, name, self.parts)
