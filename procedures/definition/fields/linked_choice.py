"""One answer in a tree: an activity under its kind, a subject under its theme; two levels or more."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

from django import forms
from django.utils.translation import gettext as _
from pydantic import Field as Meta
from pydantic import model_validator

from portal.kit.widgets.place import Branches

from ..base import STRICT, Json, Words
from ..lookups import Context, Item
from ..searching import Index
from .base import Field, Raw, ValueType, at_parts, clean_text
from .searched import SearchControl

_ONE_LIST = 100  # leaves up to which two levels are one closed list, its options under the words of the first level
_LONG = 200  # entries beyond which a level is searched rather than opened
_MOST = 60_000
_LEVELS = 5


@dataclass(frozen=True, slots=True)
class Branch:
    """One entry of the tree: a plain class, as an option is."""

    __pydantic_config__ = STRICT

    value: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_]{0,47}$")]
    label: Words
    children: list["Branch"] = field(default_factory=list)


def _paths(branches: list[Branch], above: tuple[Branch, ...] = ()) -> Iterator[tuple[Branch, ...]]:
    for branch in branches:
        path = (*above, branch)
        if branch.children:
            yield from _paths(branch.children, path)
        else:
            yield path


def _lists(branches: list[Branch]) -> Iterator[list[Branch]]:
    yield branches
    for branch in branches:
        if branch.children:
            yield from _lists(branch.children)


def _answer(path: tuple[Branch, ...]) -> dict[str, Json]:
    """Return what is stored of a leaf: its path, its words, and each level by name for conditions to read."""
    levels = {f"level_{number}": one.value for number, one in enumerate(path, 1)}
    return {"path": [one.value for one in path], "labels": [one.label for one in path], **levels}


class LinkedChoiceField(Field):
    type: Literal["linked_choice"]
    levels: Annotated[list[Words], Meta(min_length=2, max_length=_LEVELS)]
    options: Annotated[list[Branch], Meta(min_length=1)]

    grouped: ClassVar[bool] = True
    value_type: ClassVar[ValueType] = "parts"
    parts: ClassVar[dict[str, ValueType]] = {f"level_{level}": "choice" for level in range(1, _LEVELS + 1)}

    @model_validator(mode="after")
    def tree_is_sound(self) -> Self:
        """Refuse entries of one list with the same value or words, more levels than are named, and too many leaves."""
        for entries in _lists(self.options):
            if len({one.value for one in entries}) < len(entries) or len({one.label for one in entries}) < len(entries):
                raise ValueError("two options of one list have the same value or the same label")
        paths = list(_paths(self.options))
        if len(paths) > _MOST:
            raise ValueError(f"there are more than {_MOST} options")
        if max(len(path) for path in paths) > len(self.levels):
            raise ValueError("the options are deeper than the levels that are named")
        return self

    @cached_property
    def _leaves(self) -> dict[str, Item]:
        return {
            "/".join(one.value for one in path): Item(
                "/".join(one.value for one in path),
                path[-1].label,
                " › ".join(one.label for one in path[:-1]),
                _answer(path),
            )
            for path in _paths(self.options)
        }

    @cached_property
    def _index(self) -> Index:
        return Index(f"{item.label} {item.hint}" for item in self._leaves.values())

    @cached_property
    def shape(self) -> Literal["one", "levels", "search"]:
        """How it is drawn: one closed list, a list a level, or the search control."""
        if max(map(len, _lists(self.options))) > _LONG:
            return "search"
        return "one" if len(self.levels) == 2 and len(self._leaves) <= _ONE_LIST else "levels"

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build the control that suits the size of the tree; none needs a script."""
        match self.shape:
            case "search":
                return SearchControl(
                    question=self.id, suggest=self._search, find=lambda value: self._leaves.get(value), **self.common()
                )
            case "one":
                return _OneList(self, **self.common())
            case _:
                return _Levels(self, **self.common())

    def _search(self, text: str, limit: int = 20) -> list[Item]:
        items = list(self._leaves.values())
        return [items[number] for number in self._index.search(text, limit) or self._index.near(text)]

    def suggest(self, text: str, context: Context, limit: int = 20) -> list[Item]:
        """Search the leaves of a large tree."""
        return self._search(text, limit) if self.shape == "search" else []

    def missing(self) -> str:
        """Say to choose."""
        return str(_("Choose an answer: “%(label)s”.") % {"label": self.name})

    def to_json(self, cleaned: Any) -> Json:
        """Store the path with its words."""
        return dict(cleaned.data) if cleaned else None

    def to_initial(self, value: Json) -> Any:
        """Show the path in the control it is drawn with."""
        if not value:
            return None
        whole = "/".join(value["path"])
        match self.shape:
            case "search":
                return {"value": whole, "text": value["labels"][-1]}
            case "one":
                return whole
            case _:
                return value["path"]

    def display(self, value: Json) -> str:
        """Say every level."""
        return " › ".join(value["labels"]) if value else ""

    def facet(self, value: Json) -> str | None:
        """Filter on the path."""
        return "/".join(value["path"])[:200] if value else None

    def export_columns(self) -> list[str]:
        """Return one column a level."""
        return [f"{self.name} – {level}" for level in self.levels]

    def export(self, value: Json) -> list[Json]:
        """Return the words of each level."""
        labels = value["labels"] if value else []
        return [labels[place] if place < len(labels) else None for place in range(len(self.levels))]

    @classmethod
    def sample(cls) -> Self:
        """Return activities, three levels deep in places."""
        options: Any = [
            {
                "value": "sport",
                "label": "Sport",
                "children": [
                    {"value": "judo", "label": "Judo"},
                    {"value": "ball", "label": "Ballon", "children": [{"value": "hand", "label": "Handball"}]},
                ],
            },
            {"value": "music", "label": "Musique"},
        ]
        return cls(
            type="linked_choice", id="q", label="Activité", levels=["Genre", "Activité", "Détail"], options=options
        )

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return a leaf of the second level."""
        answer = {"path": ["sport", "judo"], "labels": ["Sport", "Judo"], "level_1": "sport", "level_2": "judo"}
        return {"q-1": "sport", "q-2": "judo"}, answer

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, a path that stops, one that does not exist, marks."""
        return [
            {},
            {"q-1": "sport"},
            {"q-1": "sport", "q-2": "ball"},
            {"q-1": "chess"},
            {"q-1": "sp\u202eort\x00"},
            {"q-1": "music" * 2000},
        ]


class _OneList(forms.ChoiceField):
    def __init__(self, question: LinkedChoiceField, **kwargs: Any) -> None:
        self.question = question
        groups: list[tuple[str, Any]] = [("", _("Choose in the list"))]
        for branch in question.options:
            inner = [(f"{branch.value}/{one.value}", one.label) for one in branch.children]
            groups.append((branch.label, inner) if inner else (branch.value, branch.label))
        super().__init__(choices=groups, widget=forms.Select(), **kwargs)
        self.error_messages["invalid_choice"] = _("Choose one of the answers of the list.")

    def clean(self, value: Any) -> Item | None:
        """Return the leaf."""
        return self.question._leaves.get(super().clean(value))


class _Levels(forms.Field):
    def __init__(self, question: LinkedChoiceField, **kwargs: Any) -> None:
        self.question = question

        def below(path: list[str]) -> list[tuple[str, str]]:
            return [(one.value, one.label) for one in self._at(path)]

        super().__init__(widget=Branches(labels=list(question.levels), below=below), **kwargs)

    def _at(self, path: list[str]) -> list[Branch]:
        entries = self.question.options
        for value in path:
            entries = next((one.children for one in entries if one.value == value), [])
        return entries

    def clean(self, value: Any) -> Item | None:
        """Return the leaf; a level changed above drops what was chosen below it."""
        wanted = [clean_text(str(one))[:60] for one in value or []]
        if not any(wanted):
            if self.required:
                raise at_parts(self.error_messages["required"], ["1"], "required")
            return None
        path: list[str] = []
        while entries := self._at(path):
            place = len(path)
            chosen = wanted[place] if place < len(wanted) else ""
            if not any(one.value == chosen for one in entries):
                level = self.question.levels[place]
                raise at_parts(
                    _("Now choose the next answer: “%(label)s”.") % {"label": level}
                    if path
                    else _("Choose one of the answers of the list."),
                    [str(place + 1)],
                )
            path.append(chosen)
        return self.question._leaves["/".join(path)]
