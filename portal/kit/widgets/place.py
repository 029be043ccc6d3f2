"""Controls of several linked inputs: the levels of a tree, a place on the map said in words and figures."""

from collections.abc import Callable
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ..markup import attributes, fill
from .basic import Control, Group, select

GEOMETRY_PARTS = ("text", "points")


class Branches(Group):
    """One closed list a level; the next one is drawn once the one above it is answered and sent."""

    parts = tuple(str(level) for level in range(1, 6))

    def __init__(
        self, *, labels: list[str], below: Callable[[list[str]], list[tuple[str, str]]], attrs: Any = None
    ) -> None:
        super().__init__(attrs)
        self.labels, self.below = labels, below

    def control(self, control: Control) -> SafeString:
        """Draw each level that is known to exist."""
        path = [str(one) for one in control.value or []]
        drawn: list[tuple[str, str, SafeString]] = []
        above: list[str] = []
        for place, label in enumerate(self.labels):
            entries = self.below(above)
            if not entries:
                break
            chosen = path[place] if place < len(path) else ""
            own_id = control.id if place == 0 else f"{control.id}-{place + 1}"
            wrong = frozenset({"*"}) if {str(place + 1), "*"} & control.wrong else frozenset[str]()
            part = Control(
                f"{control.name}-{place + 1}", own_id, chosen, required=control.required and place == 0, wrong=wrong
            )
            drawn.append((own_id, label, select(part, {}, [("", _("Choose in the list")), *entries])))
            if chosen not in {value for value, _label in entries}:
                break
            above.append(chosen)
        return format_html_join("", '<div class="part"><label for="{}">{}</label>{}</div>', drawn)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str] | None:
        """Read every level that was sent; None when none was."""
        names = [f"{name}-{level}" for level in self.parts]
        return [str(data.get(one) or "") for one in names] if any(one in data for one in names) else None


class Geometry(Group):
    """A place in words, with its coordinates where they are known. A script offers the person's own position."""

    parts = GEOMETRY_PARTS

    def __init__(self, *, several: bool, attrs: Any = None) -> None:
        super().__init__(attrs)
        self.several = several

    def control(self, control: Control) -> SafeString:
        """Draw the words, then the coordinates."""
        value = control.value if isinstance(control.value, dict) else {}
        optional = fill(' <span class="hint">({})</span>', _("optional"))
        points_id, hint_id = f"{control.id}-points", f"{control.id}-points-h"
        hint = (
            _("Latitude and longitude in decimal degrees, one point a line, for example: 48.8566 2.3522")
            if self.several
            else _("Latitude then longitude, in decimal degrees, for example: 48.8566 2.3522")
        )
        words = {
            "id": control.id,
            "name": f"{control.name}-text",
            "rows": 3,
            "required": control.required,
            "aria-invalid": "true" if {"text", "*"} & control.wrong else None,
        }
        points = {
            "id": points_id,
            "name": f"{control.name}-points",
            "aria-describedby": hint_id,
            "aria-invalid": "true" if "points" in control.wrong else None,
        }
        figures = (
            fill("<textarea{}>\n{}</textarea>", attributes({**points, "rows": 4}), value.get("points", ""))
            if self.several
            else fill(
                "<input{}>",
                attributes({**points, "type": "text", "autocomplete": "off", "value": value.get("points", "")}),
            )
        )
        return fill(
            '<div class="part"><label for="{}">{}</label><textarea{}>\n{}</textarea></div>'
            '<div class="part" data-position="{}" data-refused="{}"><label for="{}">{}{}</label>'
            '<div class="hint" id="{}">{}</div>{}</div>',
            control.id,
            _("Address or description of the place"),
            attributes(words),
            value.get("text", ""),
            _("Use my position"),
            _("Your position could not be read. Describe the place in words."),
            points_id,
            _("Coordinates"),
            optional,
            hint_id,
            hint,
            figures,
        )

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str] | None:
        """Read the words and the coordinates; None when the browser sent neither."""
        if not any(f"{name}-{part}" in data for part in self.parts):
            return None
        return {part: str(data.get(f"{name}-{part}") or "") for part in self.parts}
