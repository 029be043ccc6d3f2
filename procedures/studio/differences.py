"""What differs between two definitions, in words: each part by its name, each attribute as its control shows it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _

from ..definition import edits
from ..definition.base import Json
from ..definition.document import ProcedureDefinition
from ..definition.edits import Content
from ..definition.upgrade import canonical, dump
from . import question_controls, settings_controls, workflow_controls
from .condition_field import ConditionField
from .part_controls import attrs_of
from .part_form import Attr, get


@dataclass(frozen=True)
class Difference:
    """One part that differs: a sentence, and each attribute with what it was and what it is, both as words."""

    words: str
    lines: list[tuple[str, str, str]] = field(default_factory=list)


Named = dict[tuple[str, str], tuple[Content, str]]


def between(old: ProcedureDefinition, new: ProcedureDefinition) -> list[Difference]:
    """Return every difference, in the order in which the studio shows the parts."""
    before, after = dump(old), dump(new)
    return [
        *_settings(before, after),
        *_parts(old, new, before, after),
        *_workflow(old, new, before, after),
        *_letters(before, after),
        *_others(before, after),
    ]


def _parts(old: ProcedureDefinition, new: ProcedureDefinition, before: Content, after: Content) -> Iterator[Difference]:
    was, now = _named(before), _named(after)
    moved = _moved([key for key in was if key in now], [key for key in now if key in was])
    for key in [*now, *(one for one in was if one not in now)]:
        kind, name = key
        said = _NAMES[kind]() % {"name": (now.get(key) or was[key])[1]}
        if key not in was:
            yield Difference(_("%(part)s: new") % {"part": said})
        elif key not in now:
            yield Difference(_("%(part)s: taken away") % {"part": said})
        elif canonical(was[key][0]) != canonical(now[key][0]):

            def controls(
                part: Content, definition: ProcedureDefinition, kind: Any = kind, name: str = name
            ) -> list[Attr]:
                whole = question_controls.complete(part) if kind == "field" else part
                return attrs_of(kind, whole, definition, name)

            lines = _lines(controls(was[key][0], old), was[key][0], controls(now[key][0], new), now[key][0], old, new)
            yield Difference(_("%(part)s: changed") % {"part": said}, lines)
        elif key in moved:
            yield Difference(_("%(part)s: moved") % {"part": said})


_NAMES: dict[str, Callable[[], str]] = {
    "step": lambda: _("step “%(name)s”"),
    "section": lambda: _("part “%(name)s”"),
    "field": lambda: _("question “%(name)s”"),
    "stop": lambda: _("stop “%(name)s”"),
}


def _named(content: Content) -> Named:
    found: Named = {}
    for kind, held, at in edits.places(content):
        part = held[at]
        name = part.get("short") or part.get("label") or part.get("title") or _("without a title")
        found[kind, part["id"]] = edits.own(kind, part), name
    return found


def _moved(was: list[Any], now: list[Any]) -> set[Any]:
    """Return the parts whose place among those that stay is another one: the fewest that explain the new order."""
    still: set[Any] = set()
    for block in SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks():
        still |= set(was[block.a : block.a + block.size])
    return set(was) - still


def _lines(
    old_attrs: list[Attr],
    before: Content,
    new_attrs: list[Attr],
    after: Content,
    old: ProcedureDefinition,
    new: ProcedureDefinition,
) -> list[tuple[str, str, str]]:
    known = {attr.path: attr for attr in [*old_attrs, *new_attrs]}
    then, now = {attr.path: attr for attr in old_attrs}, {attr.path: attr for attr in new_attrs}
    found = []
    for path, attr in known.items():
        if canonical(get(before, path)) != canonical(get(after, path)):
            said = [
                _words(side.get(path), part, whole) for side, part, whole in ((then, before, old), (now, after, new))
            ]
            if said[0] != said[1]:
                found.append((str(attr.field.label), said[0], said[1]))
    if not found:
        found.append((_("what the studio does not show"), "", ""))
    return found


def _words(attr: Attr | None, part: Content, definition: ProcedureDefinition) -> str:
    if attr is None:
        return ""
    if isinstance(attr.field, ConditionField):
        return definition.say(attr.field.condition) if attr.field.condition is not None else ""
    return _shown(attr, get(part, attr.path))


def _flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    for value, label in choices:
        if isinstance(label, (list, tuple)):
            yield from label
        else:
            yield value, label


def _settings(before: Content, after: Content) -> Iterator[Difference]:
    was, now = (
        {**one, "documents_said": settings_controls.said_documents(one.get("documents"))} for one in (before, after)
    )
    for words, attrs in (
        (_("the presentation changes"), settings_controls.presentation([])),
        (_("the rules and delays change"), settings_controls.rules()),
    ):
        lines = [
            (str(attr.field.label), _shown(attr, get(was, attr.path)), _shown(attr, get(now, attr.path)))
            for attr in attrs
            if canonical(get(was, attr.path)) != canonical(get(now, attr.path))
        ]
        if lines:
            yield Difference(words, [line for line in lines if line[1] != line[2]])


def _shown(attr: Attr, value: Json) -> str:
    """Return a value as its control shows it, in words."""
    shown = attr.show(value)
    if isinstance(shown, bool):
        return _("yes") if shown else _("no")
    choices = dict(_flat(getattr(attr.field, "choices", ())))
    values = shown if isinstance(shown, list) else [shown]
    return ", ".join(str(choices.get(one, one)) for one in values if one in choices or one not in (None, ""))


def _workflow(
    old: ProcedureDefinition, new: ProcedureDefinition, before: Content, after: Content
) -> Iterator[Difference]:
    for names, held, attrs in (
        (_("state “%(name)s”"), "states", lambda _definition, _part: workflow_controls.of_state()),
        (_("action “%(name)s”"), "transitions", workflow_controls.of_transition),
    ):
        was = {one["id"]: one for one in before["workflow"][held]}
        now = {one["id"]: one for one in after["workflow"][held]}
        for key in dict.fromkeys([*now, *was]):
            said = names % {"name": (now.get(key) or was[key])["label"]}
            if key not in was:
                yield Difference(_("%(part)s: new") % {"part": said})
            elif key not in now:
                yield Difference(_("%(part)s: taken away") % {"part": said})
            elif was[key] != now[key]:
                lines = _lines(attrs(old, was[key]), was[key], attrs(new, now[key]), now[key], old, new)
                yield Difference(_("%(part)s: changed") % {"part": said}, lines)
        moved = _moved([key for key in was if key in now], [key for key in now if key in was])
        if moved and held == "transitions":
            yield Difference(_("the order of the actions changes"))
    if before["workflow"]["start"] != after["workflow"]["start"]:
        labels = old.workflow.said(old.workflow.start), new.workflow.said(new.workflow.start)
        yield Difference(_("requests begin in another state"), [(_("First state"), *labels)])


def _letters(before: Content, after: Content) -> Iterator[Difference]:
    was = {one["id"]: one for one in before["letters"].get("templates", [])}
    now = {one["id"]: one for one in after["letters"].get("templates", [])}
    for key in dict.fromkeys([*was, *now]):
        if key not in now:
            yield Difference(_("the letter “%(name)s” is taken away") % {"name": key})
        elif key not in was:
            yield Difference(_("the letter “%(name)s” is new") % {"name": key})
        elif was[key] != now[key]:
            texts = ["\n\n".join(block["text"] for block in one["blocks"]) for one in (was[key], now[key])]
            lines = [(_("Text"), texts[0], texts[1])] if texts[0] != texts[1] else []
            yield Difference(_("the letter “%(name)s” changes") % {"name": key}, lines)


def _others(before: Content, after: Content) -> Iterator[Difference]:
    for key, words in {"rules": _("what happens by itself"), "annotations": _("what agents note")}.items():
        if before.get(key) != after.get(key):
            yield Difference(words)
    openings = ("granted_in_part", "no_object")
    if any(before["letters"].get(key) != after["letters"].get(key) for key in openings):
        yield Difference(_("the openings of letters, or the coming steps"))
    if before["service"] != after["service"]:
        yield Difference(_("the service changes"), [(_("Service"), before["service"], after["service"])])
