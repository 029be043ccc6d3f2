"""Editing a workflow as data: states, transitions and rules added, changed, moved, taken away; what uses them is named."""

from typing import Any, Literal

from django.utils.translation import gettext as _

from portal.kit.text import fold

from .document import ProcedureDefinition
from .edits import Content, Gone, Refused, slug_of
from .ready import READY
from .uses import Use

Node = Literal["state", "transition", "rule"]


def nodes(content: Content, kind: Node) -> list[Content]:
    """Return the states, the transitions or the rules, in order."""
    if kind == "rule":
        rules: list[Content] = content.setdefault("rules", [])
        return rules
    found: list[Content] = content["workflow"]["states" if kind == "state" else "transitions"]
    return found


def node(content: Content, kind: Node, key: str) -> Content:
    """Return a state or a transition. Raises Gone."""
    found = next((one for one in nodes(content, kind) if one["id"] == key), None)
    if found is None:
        raise Gone(key)
    return found


def replace(content: Content, kind: Node, key: str, values: Content) -> None:
    """Put ``values`` in place of a state or a transition. Raises Gone."""
    held = nodes(content, kind)
    held[held.index(node(content, kind, key))] = {**values, "id": key}


def add(content: Content, kind: Node, values: Content) -> str:
    """Add a state or a transition at the end; return its id, made from its name."""
    taken = {one["id"] for one in nodes(content, kind)}
    stem = slug_of(fold(values["title" if kind == "rule" else "label"]))
    key = next(name for n in range(1, 1000) if (name := stem if n == 1 else f"{stem}_{n}") not in taken)
    nodes(content, kind).append({**values, "id": key})
    return key


def shift(content: Content, kind: Node, key: str, by: int) -> None:
    """Move a state or a transition one place: agents see transitions in this order. Raises Gone."""
    held = nodes(content, kind)
    at = held.index(node(content, kind, key))
    if 0 <= at + by < len(held):
        held[at], held[at + by] = held[at + by], held[at]


def drop(content: Content, definition: ProcedureDefinition, kind: Node, key: str) -> None:
    """Take a state or a transition away. Raises Gone, and Refused where something leads there or names it."""
    held = nodes(content, kind)
    gone = node(content, kind, key)
    if kind == "state":
        if content["workflow"]["start"] == key:
            raise Refused(_("Requests begin in this state: choose another one for that first."))
        if len(held) <= 2:
            raise Refused(_("A workflow has two states at least."))
        used = uses_of(definition, states={key})
        if used:
            raise Refused(_("It is used elsewhere: change these first."), used)
    elif kind == "transition":
        if len(held) == 1:
            raise Refused(_("A workflow has one action at least."))
        used = uses_of(definition, moves={key})
        if used:
            raise Refused(_("It is used elsewhere: change these first."), used)
    held.remove(gone)


def uses_of(
    definition: ProcedureDefinition, *, states: frozenset[str] | set[str] = frozenset(), moves: Any = frozenset()
) -> list[Use]:
    """Return what names some states or some transitions: the transitions, the letters, the rules."""
    flow = definition.workflow
    found = [
        Use("transition", one.id, one.label) for one in flow.transitions if one.to in states or states & set(one.from_)
    ]
    found += [
        Use("letter", one.id, one.id) for one in definition.letters.templates if set(moves) & set(one.transitions)
    ]
    found += [
        Use("rule", one.id, one.title)
        for one in definition.rules
        if one.state in states or (one.do == "move" and one.to in moves)
    ]
    return found


def choose(content: Content, definition: ProcedureDefinition, ready: str) -> None:
    """Put a ready workflow in place of the whole one. Raises KeyError, and Refused where a letter or a rule would be lost."""
    made = READY[ready]
    old = definition.workflow
    lost_states = {one.id for one in old.states} - {one.id for one in made.states}
    lost_moves = {one.id for one in old.transitions} - {one.id for one in made.transitions}
    used = [one for one in uses_of(definition, states=lost_states, moves=lost_moves) if one.kind != "transition"]
    if used:
        raise Refused(_("These name what this workflow does not have: change them first."), used)
    content["workflow"] = made.model_dump(mode="json", by_alias=True)


def ready_name(definition: ProcedureDefinition) -> str:
    """Return the key of the ready workflow that a definition follows to the letter; an empty text for its own."""
    return next((key for key, one in READY.items() if one == definition.workflow), "")
