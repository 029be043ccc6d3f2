"""The answers of a list as lines of text: one a line, its help after a bar, those of a lower degree behind a dash.

What an answer is kept as never changes with its words: a line that is corrected stays the same answer, so that conditions
and requests that hold it still do.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from portal.kit.text import fold

from ..definition.fields.base import clean_text

_LONGEST = 300
Option = dict[str, Any]


def show(options: Sequence[Option], depth: int = 0) -> str:
    """Write the answers of a list, one a line."""
    written = []
    for one in options:
        hint = f" | {' '.join(one['help'].split())}" if one.get("help") else ""
        written.append(f"{'- ' * depth}{one['label']}{hint}")
        if one.get("children"):
            written.append(show(one["children"], depth + 1))
    return "\n".join(written)


def read(text: str, before: Sequence[Option], *, levels: int = 1) -> list[Option]:
    """Return the options that some lines name, each kept as the one it was before. Raises ValidationError."""
    root: list[Option] = []
    lists = [root]
    for depth, label, hint in _lines(text, levels):
        if depth >= len(lists):
            raise forms.ValidationError(_("“%(label)s” stands under no answer: take its dash away.") % {"label": label})
        made: Option = {"label": label, "children": []} if levels > 1 else {"label": label, "help": hint}
        if any(fold(one["label"]) == fold(label) for one in lists[depth]):
            raise forms.ValidationError(_("“%(label)s” is written twice.") % {"label": label})
        lists[depth].append(made)
        lists = [*lists[: depth + 1], made["children"]] if levels > 1 else lists
    if not root:
        raise forms.ValidationError(_("Write one answer a line."))
    _keep_values(root, before)
    return root


def _lines(text: str, levels: int) -> Iterator[tuple[int, str, str]]:
    for line in clean_text(text, keep_lines=True).split("\n"):
        match = re.match(r"^[\s]*((?:[-–•*]\s*)*)(.*)$", line)
        words = match[2].strip() if match else ""
        if not words:
            continue
        # In a flat list a dash is the bullet of a text that was pasted.
        depth = len(re.findall(r"[-–•*]", match[1])) if match and levels > 1 else 0
        if depth >= levels:
            raise forms.ValidationError(_("“%(label)s” is deeper than the degrees that are named.") % {"label": words})
        label, _bar, hint = words.partition("|") if levels == 1 else (words, "", "")
        label, hint = " ".join(label.split()), " ".join(hint.split())
        if not label or len(label) > _LONGEST or len(hint) > _LONGEST:
            raise forms.ValidationError(
                _("An answer, and its help, hold in %(limit)d characters each: “%(label)s”.")
                % {"limit": _LONGEST, "label": label[:60]}
            )
        yield depth, label, hint


def _keep_values(made: list[Option], before: Sequence[Option]) -> None:
    """Give each option the value of the one that it was: the same words, else the one corrected in its place."""
    old, new = [fold(one["label"]) for one in before], [fold(one["label"]) for one in made]
    same = {words: one for words, one in zip(old, before, strict=True) if words in new}
    pairs: dict[int, Option] = {n: same[words] for n, words in enumerate(new) if words in same}
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if len(old) < 2000 else ():
        if kind == "replace" and b - a == d - c:
            for was, now in zip(range(a, b), range(c, d), strict=True):
                if old[was] not in same and now not in pairs:
                    pairs[now] = before[was]
    taken = {one["value"] for one in before}
    for n, one in enumerate(made):
        earlier = pairs.get(n)
        one["value"] = earlier["value"] if earlier else _fresh(one["label"], taken)
        taken.add(one["value"])
        if earlier and earlier.get("when"):
            one["when"] = earlier["when"]
        if "children" in one:
            _keep_values(one["children"], earlier.get("children", []) if earlier else [])


def _fresh(label: str, taken: set[str]) -> str:
    stem = re.sub(r"[^a-z0-9]+", "_", fold(label)).strip("_")[:40].rstrip("_") or "reponse"
    return next(name for n in range(1, 100_000) if (name := stem if n == 1 else f"{stem}_{n}") not in taken)


class OptionsField(forms.CharField):
    """The answers of a list, typed as lines; its clean value is the JSON that is kept."""

    def __init__(self, before: Sequence[Option], *, label: str, levels: int = 1) -> None:
        hint = (
            _("One answer a line. Where it needs a help, write it after a bar: “Full copy | With its notes”.")
            if levels == 1
            else _("One answer a line; under it, behind a dash, those that it opens: “- Nursery school”.")
        )
        if any(one.get("when") for one in before):
            hint += " " + _("Some of them are offered under a condition, which is kept.")
        rows = max(4, min(16, len(before) + 2))
        super().__init__(
            label=label,
            help_text=hint,
            strip=False,
            widget=forms.Textarea(attrs={"rows": rows, "spellcheck": "true"}),
            error_messages={"required": _("Write one answer a line.")},
        )
        self.before, self.levels = before, levels

    def clean(self, value: Any) -> Any:
        """Read the lines."""
        try:
            return read(super().clean(value), self.before, levels=self.levels)
        except forms.ValidationError as error:
            raise forms.ValidationError(str(error.messages[0]).replace("%", "%%")) from error
