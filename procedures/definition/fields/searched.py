"""The form fields behind the search control: what a text and a choice mean, and what to say when they mean nothing."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.kit.widgets.search import Found, Offer, Search, SearchMany, none_of

from ..lookups import Item
from ..searching import key
from .base import clean_text

Find = Callable[[str], Item | None]
Suggest = Callable[[str], list[Item]]
_LONGEST = 200


def names(item: Item) -> set[str]:
    """Return the texts that name an entry whole: its words, with its hint, with its postcode, its official code."""
    label, postcode = item.label, str(item.data.get("postcode", ""))
    texts = {label, f"{label} {item.hint}", f"{label} {postcode}", f"{postcode} {label}"}
    return {key(text) for text in texts} | {key(str(item.data.get("code", label)))}


def meaning(text: str, suggest: Suggest) -> tuple[Item | None, list[Item]]:
    """Return the one entry that ``text`` names, else None, and the closest entries, exact ones first."""
    wanted = key(text)
    found = suggest(text) if wanted and len(text) <= _LONGEST else []
    exact = [item for item in found if wanted in names(item)]
    if len(exact) == 1:
        return exact[0], found
    return None, [*exact, *(item for item in found if item not in exact)]


def as_offer(item: Item | None) -> Offer | None:
    """Return what the control draws of an entry."""
    return Offer(item.value, item.label, item.hint) if item else None


def _tools(suggest: Suggest, find: Find) -> dict[str, Any]:
    def read(text: str) -> Found:
        exact, closest = meaning(clean_text(text), suggest)
        return Found(as_offer(exact), [offer for item in closest if (offer := as_offer(item))])

    return {"read": read, "find": lambda value: as_offer(find(value))}


class SearchControl(forms.Field):
    """One entry: the text names it, or the person chose it among the closest."""

    def __init__(self, *, question: str, suggest: Suggest, find: Find, parent: str = "", **kwargs: Any) -> None:
        tools = _tools(suggest, find)
        super().__init__(widget=Search(address=f"suggestions/{question}/", parent=parent, **tools), **kwargs)
        self.suggest, self.find = suggest, find

    def clean(self, value: Any) -> Item | None:
        """Return the entry; an entry chosen counts only while it is one that the text leads to."""
        value = value if isinstance(value, dict) else {}
        chosen, typed = clean_text(str(value.get("value") or ""))[:_LONGEST], value.get("text")
        text = clean_text(str(typed or ""))
        if typed is None and chosen:
            # A value alone, as a program or a test sends it; a text may come under the bare name too.
            found = self.find(chosen) or meaning(chosen, self.suggest)[0]
            if found is None:
                raise unknown()
            return found
        if not text:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        exact, closest = meaning(text, self.suggest)
        picked = next((item for item in ([exact] if exact else []) + closest if item.value == chosen), None)
        if picked is None and chosen and not chosen.startswith("!"):
            kept = self.find(chosen)
            picked = kept if kept and key(text) in names(kept) else None
        picked = picked or exact
        if picked is None:
            raise choose(text, chosen, closest)
        return picked


class ManyControl(forms.Field):
    """Several entries: those kept, and the one that the text adds."""

    def __init__(
        self, *, question: str, suggest: Suggest, find: Find, minimum: int, maximum: int, **kwargs: Any
    ) -> None:
        super().__init__(widget=SearchMany(address=f"suggestions/{question}/", **_tools(suggest, find)), **kwargs)
        self.suggest, self.find, self.minimum, self.maximum = suggest, find, minimum, maximum

    def clean(self, value: Any) -> list[Item]:
        """Return the entries, each once."""
        value = value if isinstance(value, dict) else {}
        found: dict[str, Item] = {}
        for one in value.get("values", []):
            item = self.find(str(one)[:_LONGEST])
            if item is None:
                raise unknown()
            found[item.value] = item
        text, pick = clean_text(str(value.get("text") or "")), str(value.get("pick") or "")
        if text:
            exact, closest = meaning(text, self.suggest)
            added = exact or next((item for item in closest if item.value == pick), None)
            if added is None:
                raise choose(text, pick, closest)
            found[added.value] = added
        if self.required and not found:
            raise ValidationError(self.error_messages["required"], code="required")
        if found and len(found) < self.minimum:
            raise ValidationError(_("Choose at least %(count)d answers.") % {"count": self.minimum})
        if self.maximum and len(found) > self.maximum:
            raise ValidationError(_("Choose at most %(count)d answers.") % {"count": self.maximum})
        return list(found.values())


def unknown() -> ValidationError:
    """Build the error of an entry that the list does not hold."""
    return ValidationError(_("This answer is not in the list. Type its first letters and choose a result."))


def choose(text: str, chosen: str, closest: list[Item]) -> ValidationError:
    """Build the error of a text that names no entry, or several."""
    if chosen == none_of(text):
        return ValidationError(_("Type it another way: fewer letters, or another word of the name."))
    if len(text) > _LONGEST:
        return ValidationError(_("This is too long to search. Type the first letters of the name."))
    if not closest:
        return ValidationError(_("We found nothing like this. Check the spelling, or type only the first letters."))
    return ValidationError(_("Several answers are close to what you typed. Choose one of them below."))
