"""A repeated group: its rows, each in a fieldset of its own, with a button to remove it, and one to add another."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ..markup import fill
from .basic import Control, Group, _join


@dataclass(frozen=True)
class Posted:
    """What a browser sent of a group: the whole form's data, under the group's name."""

    data: Any
    files: Any
    name: str

    def numbers(self) -> list[str]:
        """Return the row numbers as they were sent."""
        key = f"{self.name}-row"
        return list(self.data.getlist(key)) if hasattr(self.data, "getlist") else list(self.data.get(key) or [])


class Rows(Group):
    """``draw`` gives each row's number and its questions as HTML; ``limit`` is how many rows there may be."""

    needs_multipart_form = False

    def __init__(self, draw: Callable[[Any], list[tuple[int, SafeString]]], *, label: str, limit: int) -> None:
        super().__init__()
        self.draw, self.label, self.limit = draw, label, limit

    def control(self, control: Control) -> SafeString:
        """Draw the rows and the buttons; the buttons keep what was typed, valid or not."""
        drawn = self.draw(control.value)
        rows = [
            fill(
                '<fieldset class="row" id="{}-{}" tabindex="-1"><legend>{} {}</legend>'
                '<input type="hidden" name="{}-row" value="{}">{}'
                '<p><button class="btn btn--quiet" name="row" value="{}:remove:{}" formnovalidate>{}'
                '<span class="sr"> – {} {}</span></button></p></fieldset>',
                control.id,
                number,
                self.label,
                index,
                control.name,
                number,
                body,
                control.name,
                number,
                _("Remove"),
                self.label,
                index,
            )
            for index, (number, body) in enumerate(drawn, 1)
        ]
        add = (
            fill(
                '<p><button class="btn btn--second" name="row" value="{}:add" formnovalidate>{}</button></p>',
                control.name,
                _("Add: %(label)s") % {"label": self.label.lower()}
                if not drawn
                else _("Add another: %(label)s") % {"label": self.label.lower()},
            )
            if len(drawn) < self.limit
            else fill('<p class="hint">{}</p>', _("%(count)d at most.") % {"count": self.limit})
        )
        return fill('<div class="rows-of" id="{}" tabindex="-1">{}{}</div>', control.id, _join(rows), add)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Posted | None:
        """Hold on to the data: each row reads its own part."""
        return Posted(data, files, name)
