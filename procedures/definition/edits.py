"""Editing a definition as data: each edit changes the JSON it is given, or refuses and says what stands in the way.

Ids never change; labels do. What an edit leaves is read again before it is kept, so that it is always a definition.
"""

import copy
import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from django.utils.translation import gettext as _

from portal.kit.text import fold

from .analysis import RESERVED
from .applicant import APPLICANT_STEP_ID
from .completeness import RESERVED_FIELD_IDS
from .document import ProcedureDefinition
from .upgrade import canonical
from .uses import Use, readings, uses_of

Content = dict[str, Any]
Part = Literal["step", "section", "field", "stop"]
# What names a question by its id, inside conditions, computations and options.
_NAMING = frozenset({"field", "count", "over", "parent"})
_BOUND = re.compile(r"^field:([a-z][a-z0-9_]{0,47})")


class Refused(ValueError):
    """An edit that would break something; ``uses`` are the parts that stand in the way."""

    def __init__(self, reason: str, uses: Sequence[Use] = ()) -> None:
        super().__init__(reason)
        self.uses = list(uses)


class Gone(LookupError):
    """The part is no longer there: somebody took it away meanwhile."""


def places(content: Content) -> Iterator[tuple[Part, list[Any], int]]:
    """Yield each editable part, in order: its kind, the list that holds it, its place there."""
    for number, step in enumerate(content["steps"]):
        yield "step", content["steps"], number
        for at in range(len(step.get("stops", []))):
            yield "stop", step["stops"], at
        for within, section in enumerate(step["sections"]):
            yield "section", step["sections"], within
            for index, top in enumerate(section["fields"]):
                yield "field", section["fields"], index
                for inner in range(len(top["fields"]) if top["type"] == "group" else 0):
                    yield "field", top["fields"], inner


def place(content: Content, kind: Part, key: str) -> tuple[list[Any], int]:
    """Return the list that holds a part, and its place there. Raises Gone."""
    for found, held, at in places(content):
        if found == kind and held[at]["id"] == key:
            return held, at
    raise Gone(key)


def node(content: Content, kind: Part, key: str) -> Content:
    """Return a part. Raises Gone."""
    held, at = place(content, kind, key)
    found: Content = held[at]
    return found


def digest(part: Any) -> str:
    """Return what tells a part from what it was or will be: a page says which one it shows."""
    return hashlib.sha256(canonical(part).encode()).hexdigest()[:20]


def own(kind: Part, part: Content) -> Content:
    """Return what a page about a part edits: the part without those that have pages of their own."""
    held = {"step": {"sections", "stops"}, "section": {"fields"}}.get(kind, set())
    if part.get("type") == "group":
        held = {"fields"}
    return {key: value for key, value in part.items() if key not in held}


def slug_of(words: str) -> str:
    """Return an id made from folded words; it is the beginning of one where it is taken."""
    stem = re.sub(r"[^a-z0-9]+", "_", words).strip("_")[:40].rstrip("_")
    return stem if stem[:1].isalpha() and not stem.startswith("applicant") else f"q_{stem}".rstrip("_")


def fresh(content: Content, words: str, *, kind: Part) -> str:
    """Return an id made from some words, that no part of its kind has."""
    taken = {held[at]["id"] for found, held, at in places(content) if (found == "field") == (kind == "field")}
    if kind == "field":
        taken |= RESERVED_FIELD_IDS | {one["id"] for one in content.get("annotations", [])}
    else:
        taken |= RESERVED | {APPLICANT_STEP_ID, "applicant_identity"}
    stem = slug_of(fold(words))
    return next(name for n in range(1, 2000) if (name := stem if n == 1 else f"{stem}_{n}") not in taken)


def replace(content: Content, kind: Part, key: str, values: Content) -> None:
    """Put ``values`` in place of what a page about a part edits; what the part holds stays. Raises Gone."""
    held, at = place(content, kind, key)
    before = held[at]
    kept = {name: value for name, value in before.items() if name not in own(kind, before)}
    if values.get("type", before.get("type")) != "group":
        kept.pop("fields", None) if kind == "field" else None
    held[at] = {**values, **kept, "id": key}


def add_field(content: Content, field: Content, *, section: str = "", after: str = "") -> str:
    """Add a question after another, inside its group where that one is in a group, or at the end of a section."""
    field["id"] = fresh(content, field.get("short") or field["label"], kind="field")
    for inner in field.get("fields", []):
        inner.setdefault("id", fresh(content, inner["label"], kind="field"))
    if after:
        held, at = place(content, "field", after)
        held.insert(at + 1, field)
    else:
        node(content, "section", section)["fields"].append(field)
    return str(field["id"])


def add_step(content: Content, title: str, question: str, label: str) -> str:
    """Add a step at the end, with a first question: a step asks something."""
    key = fresh(content, title, kind="step")
    content["steps"].append({"id": key, "title": title, "question": question, "sections": []})
    step = content["steps"][-1]
    step["sections"].append({"id": fresh(content, f"{title} 1", kind="section"), "fields": []})
    add_field(content, {"type": "text", "label": label}, section=step["sections"][0]["id"])
    return key


def add_section(content: Content, step: str, title: str, label: str) -> str:
    """Add a part to a step, at its end, with a first question. Raises Gone."""
    key = fresh(content, title, kind="section")
    node(content, "step", step)["sections"].append({"id": key, "title": title, "fields": []})
    add_field(content, {"type": "text", "label": label}, section=key)
    return key


def add_stop(content: Content, step: str, values: Content) -> str:
    """Add to a step a reason not to go on, with some answers. Raises Gone."""
    key = fresh(content, values["title"], kind="stop")
    node(content, "step", step).setdefault("stops", []).append({**values, "id": key})
    return key


def drop(content: Content, definition: ProcedureDefinition, kind: Part, key: str) -> None:
    """Take a part away, and what would be left empty around it. Raises Gone, and Refused where something uses it."""
    held, at = place(content, kind, key)
    inside = {(found, part["id"]) for found, part in _inside(kind, held[at])}
    used = uses_of(definition, [name for found, name in inside if found == "field"], outside=inside)
    if used:
        raise Refused(_("It is used elsewhere: change these first."), used)
    if len(held) > 1 or kind == "stop":
        del held[at]
        return
    if kind == "step":
        raise Refused(_("A procedure asks one question at least: this is its only step."))
    around = _around(content, held)
    if around is None:
        raise Refused(_("A group holds one question at least: take the whole group away."))
    drop(content, definition, *around)


def _inside(kind: Part, part: Content) -> Iterator[tuple[Part, Content]]:
    """Yield a part and those that it holds."""
    yield kind, part
    for stop in part.get("stops", []):
        yield "stop", stop
    for section in part.get("sections", []):
        yield from _inside("section", section)
    for field in part.get("fields", []):
        yield from _inside("field", field)


def _around(content: Content, held: list[Any]) -> tuple[Part, str] | None:
    """Return the section or the step whose only content is in ``held``; None for the rows of a group."""
    for step in content["steps"]:
        if step["sections"] is held:
            return "step", step["id"]
        for section in step["sections"]:
            if section["fields"] is held:
                return "section", section["id"]
    return None


def shift(content: Content, definition: ProcedureDefinition, kind: Part, key: str, by: int) -> bool:
    """Move a part one place up (-1) or down (1); a question leaves its section at the edge for the next one.

    Return whether it moved. Raises Gone, and Refused where something would be read before it is asked.
    """
    held, at = place(content, kind, key)
    to = at + by
    if 0 <= to < len(held):
        held[at], held[to] = held[to], held[at]
    elif kind == "field":
        sections = [section for step in content["steps"] for section in step["sections"]]
        here = next((n for n, section in enumerate(sections) if section["fields"] is held), None)
        if here is None or not 0 <= here + by < len(sections):
            return False
        _leave(held, at, sections[here + by]["fields"], len(sections[here + by]["fields"]) if by < 0 else 0)
    else:
        return False
    _in_order(content, definition)
    return True


def put(content: Content, definition: ProcedureDefinition, key: str, *, after: str = "", section: str = "") -> None:
    """Move a question after another, or to the beginning of a section. Raises Gone and Refused."""
    held, at = place(content, "field", key)
    if after == key:
        return
    if after:
        target, index = place(content, "field", after)
        if held[at]["type"] == "group" and (target is held[at]["fields"] or not _is_section(content, target)):
            raise Refused(_("A group cannot stand inside a group."))
        if target is held:
            moved = held.pop(at)
            held.insert(next(n for n, one in enumerate(held) if one["id"] == after) + 1, moved)
        else:
            _leave(held, at, target, index + 1)
    else:
        target = node(content, "section", section)["fields"]
        if target is held:
            held.insert(0, held.pop(at))
        else:
            _leave(held, at, target, 0)
    _in_order(content, definition)


def _is_section(content: Content, held: list[Any]) -> bool:
    return any(section["fields"] is held for step in content["steps"] for section in step["sections"])


def _leave(held: list[Any], at: int, target: list[Any], index: int) -> None:
    if len(held) == 1:
        raise Refused(
            _("Nothing would be left where it stands: put another question there first, or take that part away.")
        )
    target.insert(index, held.pop(at))


def split(content: Content, definition: ProcedureDefinition, key: str, title: str) -> str:
    """Make a new step begin at a question; return its id. Raises Gone, and Refused where nothing would be left before it."""
    for number, step in enumerate(content["steps"]):
        for within, section in enumerate(step["sections"]):
            at = next((n for n, field in enumerate(section["fields"]) if field["id"] == key), None)
            if at is None:
                continue
            if at == 0 and within == 0:
                raise Refused(_("The step begins at this question already."))
            moved = step["sections"][within + 1 :]
            if at == 0:
                moved = [section, *moved]
                del step["sections"][within:]
            else:
                rest = {
                    **section,
                    "id": fresh(content, f"{section['id']} suite", kind="section"),
                    "fields": section["fields"][at:],
                }
                section["fields"] = section["fields"][:at]
                moved = [rest, *moved]
                del step["sections"][within + 1 :]
            made = {"id": fresh(content, title, kind="step"), "title": title, "question": title, "sections": moved}
            if step.get("when") is not None:
                made["when"] = copy.deepcopy(step["when"])
            content["steps"].insert(number + 1, made)
            return str(made["id"])
    raise Gone(key)


def duplicate(content: Content, kind: Part, key: str, suffix: str) -> str:
    """Copy a part just after itself, with ids of its own; what the copy holds reads the copies. Return its id. Raises Gone."""
    held, at = place(content, kind, key)
    made = copy.deepcopy(held[at])
    held.insert(at + 1, made)
    names: dict[str, str] = {}
    for found, part in list(_inside(kind, made)):
        new = fresh(content, part["id"], kind="field" if found == "field" else "step")
        if found == "field":
            names[part["id"]] = new
        part["id"] = new
    _rename(made, names)
    name = "label" if kind == "field" else "title"
    if made.get(name):
        made[name] = f"{made[name][: 290 - len(suffix)]} {suffix}"
    return str(made["id"])


def _rename(part: Any, names: dict[str, str]) -> None:
    if isinstance(part, list):
        for one in part:
            _rename(one, names)
    elif isinstance(part, dict):
        for key, value in part.items():
            if isinstance(value, str):
                bound = _BOUND.match(value)
                if key in _NAMING and value in names:
                    part[key] = names[value]
                elif key in {"earliest", "latest"} and bound and bound[1] in names:
                    part[key] = f"field:{names[bound[1]]}{value[bound.end() :]}"
            else:
                _rename(value, names)


def _in_order(content: Content, before: ProcedureDefinition) -> None:
    """Refuse an order in which an answer is read before it is asked, and say by what."""
    rank = {(str(kind), held[at]["id"]): n for n, (kind, held, at) in enumerate(places(content))}
    last: dict[str, int] = {}
    for step in content["steps"]:
        inside = [rank["field", held[at]["id"]] for kind, held, at in places({"steps": [step]}) if kind == "field"]
        last.update({stop["id"]: max(inside) for stop in step.get("stops", [])})
    wrong = []
    for use, reads in readings(before):
        where = last[use.id] + 0.5 if use.kind == "stop" and use.id in last else rank.get((str(use.kind), use.id))
        if where is None:
            continue
        if any(rank.get(("field", name), -1) > where for name in reads):
            wrong.append(use)
    if wrong:
        raise Refused(_("These would depend on an answer that comes after them: change their condition first."), wrong)
