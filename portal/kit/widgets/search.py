"""The search control of every long list: type, send, choose among the closest; a script only makes it quicker."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ..markup import attributes, fill
from ..text import fold
from .basic import Control


@dataclass(frozen=True)
class Offer:
    """One entry as it is offered: what is posted, its words, what tells it from its namesakes."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True)
class Found:
    """What a text means: the one entry it names, or the closest ones."""

    exact: Offer | None
    closest: list[Offer]


def none_of(text: str) -> str:
    """Return what "none of these" posts: it is about one text, and says nothing of the next one."""
    return "!" + text.strip()[:100]


class Search(forms.Widget):
    """One entry of a long list. It posts the text as "name-text" and the entry chosen as "name"."""

    def __init__(
        self,
        *,
        address: str,
        read: Callable[[str], Found],
        find: Callable[[str], Offer | None],
        parent: str = "",
        attrs: Any = None,
    ) -> None:
        super().__init__(attrs)
        self.address, self.read, self.find, self.parent = address, read, find, parent

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str] | None:
        """Read the text and the entry; None when the browser sent neither. A text alone may come under the bare name."""
        if name not in data and f"{name}-text" not in data:
            return None
        value = {"value": str(data.get(name) or "")}
        return value | ({"text": str(data.get(f"{name}-text") or "")} if f"{name}-text" in data else {})

    def control(self, control: Control) -> SafeString:
        """Draw the input, then what there is to choose from."""
        value = control.value if isinstance(control.value, dict) else {}
        text, chosen = value.get("text", ""), value.get("value", "")
        kept = self.find(chosen) if chosen and not chosen.startswith("!") else None
        if kept and not text:
            text = kept.label
        offers: list[Offer] = []
        found = self.read(text) if text and chosen != none_of(text) else None
        if found and kept and fold(kept.label) != fold(text):
            # The text was changed since: it wins, unless it leads to the entry chosen all the same.
            known = {offer.value for offer in (found.exact, *found.closest) if offer}
            kept = kept if kept.value in known else None
        if kept is None and found:
            kept = found.exact
            offers = [] if kept else found.closest
        return fill(
            '<div class="combo" data-combobox="{}"{}>{}{}</div>',
            self.address,
            attributes({"data-parent": self.parent, **script_words()}),
            text_box(control, text, required=control.required),
            offered(control, control.name, [kept] if kept else offers, kept, text),
        )

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Draw the control alone, for callers that know only Django's own interface."""
        return self.control(Control(name=name, id=(attrs or {}).get("id", f"id_{name}"), value=value))


class SearchMany(Search):
    """Several entries of a long list: those kept as ticked boxes, one more at a time with its button."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, Any] | None:
        """Read the boxes ticked, the text and the entry picked for it."""
        if all(key not in data for key in (name, f"{name}-text", f"{name}-pick")):
            return None
        values = list(data.getlist(name)) if hasattr(data, "getlist") else list(data.get(name) or [])
        return {
            "values": values,
            "text": str(data.get(f"{name}-text") or ""),
            "pick": str(data.get(f"{name}-pick") or ""),
        }

    def control(self, control: Control) -> SafeString:
        """Draw the entries kept, the input with its button, then what there is to choose from."""
        value = control.value if isinstance(control.value, dict) else {}
        text, pick = value.get("text", ""), value.get("pick", "")
        kept = [offer for offer in (self.find(one) for one in dict.fromkeys(value.get("values", []))) if offer]
        found = self.read(text) if text and pick != none_of(text) else None
        if found:
            picked = found.exact or next((offer for offer in found.closest if offer.value == pick), None)
            if picked:
                kept += [picked] if picked.value not in {offer.value for offer in kept} else []
                text, found = "", None
        boxes = format_html_join(
            "",
            '<div class="choice"><input{}><label for="{}">{}</label>{}</div>',
            (
                (
                    attributes(
                        {
                            "type": "checkbox",
                            "id": f"{control.id}-k{number}",
                            "name": control.name,
                            "value": offer.value,
                            "checked": True,
                        }
                    ),
                    f"{control.id}-k{number}",
                    offer.label,
                    fill('<div class="hint">{}</div>', offer.hint) if offer.hint else "",
                )
                for number, offer in enumerate(kept)
            ),
        )
        legend = fill('<fieldset class="kept"><legend>{}</legend>{}</fieldset>', _("Your choices"), boxes)
        return fill(
            '{}<div class="combo" data-combobox="{}" data-many="{}"{}><label for="{}">{}</label>{}{}</div>'
            '<button class="btn btn--second" name="add" value="{}" formnovalidate>{}</button>',
            legend if kept else "",
            self.address,
            control.name,
            attributes(script_words()),
            control.id,
            _("First letters of an answer to add"),
            text_box(control, text, required=control.required and not kept),
            offered(control, f"{control.name}-pick", found.closest if found else [], None, text),
            control.name,
            _("Add this choice"),
        )


def script_words() -> dict[str, str]:
    """Return what the script says aloud, in the language of the page."""
    return {
        "data-none": _("No result. Change what you typed."),
        "data-one": _("1 result."),
        "data-several": _("{count} results."),
        "data-list": _("Results"),
    }


def text_box(control: Control, text: str, *, required: bool) -> SafeString:
    """Draw the text input; browsers do not fill it in from what was typed elsewhere."""
    values = {
        "type": "text",
        "id": control.id,
        "name": f"{control.name}-text",
        "value": text,
        "autocomplete": "off",
        "spellcheck": "false",
        "required": required,
        "aria-describedby": control.described,
        "aria-invalid": "true" if control.wrong else None,
    }
    return fill("<input{}>", attributes(values))


def offered(control: Control, name: str, offers: list[Offer], kept: Offer | None, text: str) -> SafeString:
    """Draw the entries to choose from as radio buttons, and the way out of them."""
    if not offers:
        return SafeString("")
    rows = [*offers, Offer(none_of(text), _("None of these: I change what I typed"))]
    drawn = format_html_join(
        "",
        '<div class="choice"><input{}><label for="{}">{}</label>{}</div>',
        (
            (
                attributes(
                    {
                        "type": "radio",
                        "id": f"{control.id}-o{number}",
                        "name": name,
                        "value": offer.value,
                        "checked": bool(kept) and offer.value == kept.value if kept else False,
                        "aria-describedby": f"{control.id}-o{number}-h" if offer.hint else "",
                    }
                ),
                f"{control.id}-o{number}",
                offer.label,
                fill('<div class="hint" id="{}-o{}-h">{}</div>', control.id, number, offer.hint) if offer.hint else "",
            )
            for number, offer in enumerate(rows)
        ),
    )
    legend = _("Your choice") if kept else _("Choose from the closest results")
    return fill('<fieldset class="offers"><legend>{}</legend>{}</fieldset>', legend, drawn)
