"""A workflow as a drawing: states in columns, from the first one on; its sentences say the same, to be read or heard."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from ..definition.workflow import State, Transition, Workflow
from . import workflow_controls as words

_WIDE, _HIGH, _ACROSS, _DOWN = 150, 40, 230, 74
_LETTERS = 20


@dataclass(frozen=True)
class Box:
    """A state: its place, its words cut to fit, and the class that draws it."""

    x: int
    y: int
    text: str
    css: str
    text_x: int
    text_y: int


@dataclass(frozen=True)
class Drawing:
    """What the template draws, in the units of its view box."""

    width: int
    height: int
    boxes: list[Box]
    paths: list[str]
    arrows: list[str]


def of(flow: Workflow) -> Drawing:
    """Place each state in the column of its distance from the first one."""
    column = _columns(flow)
    row: dict[str, int] = {}
    tall: dict[int, int] = {}
    for state in flow.states:
        at = column[state.id]
        row[state.id] = tall.get(at, 0)
        tall[at] = row[state.id] + 1
    height = max(tall.values()) * _DOWN + 30
    spots = {
        key: (10 + at * _ACROSS, 15 + (height - 30 - tall[at] * _DOWN) // 2 + row[key] * _DOWN)
        for key, at in column.items()
    }
    boxes = [_box(state, *spots[state.id], first=state.id == flow.start) for state in flow.states]
    paths, arrows = [], []
    for start, end in dict.fromkeys((one, move.to) for move in flow.transitions for one in move.from_):
        if start in spots and end in spots and start != end:
            path, arrow = _line(spots[start], spots[end])
            paths.append(path)
            arrows.append(arrow)
    return Drawing(20 + max(column.values()) * _ACROSS + _WIDE + 40, height, boxes, paths, arrows)


def _columns(flow: Workflow) -> dict[str, int]:
    known = {state.id for state in flow.states}
    found = {flow.start: 0} if flow.start in known else {}
    waiting = list(found)
    while waiting:
        here = waiting.pop(0)
        for move in flow.leaving(here):
            if move.to in known and move.to not in found:
                found[move.to] = found[here] + 1
                waiting.append(move.to)
    # What nothing leads to stands apart, at the end, to be seen.
    last = max(found.values(), default=-1) + 1
    return {state.id: found.get(state.id, last) for state in flow.states}


def _box(state: State, x: int, y: int, *, first: bool) -> Box:
    text = state.label if len(state.label) <= _LETTERS else state.label[: _LETTERS - 1].rstrip() + "…"
    css = "go" if first else "end b" if state.status in {"decided", "closed"} else "b"
    return Box(x, y, text, css, x + _WIDE // 2, y + _HIGH // 2 + 5)


def _line(start: tuple[int, int], end: tuple[int, int]) -> tuple[str, str]:
    (a, b), (c, d) = start, end
    if c > a:
        x1, y1, x2, y2 = a + _WIDE, b + _HIGH // 2 - 5, c - 2, d + _HIGH // 2 - 5
        bend = (x2 - x1) // 2
        return f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}", f"M{x2 - 8} {y2 - 5} {x2} {y2}l-8 5z"
    if c == a:
        # Beside the column, on its right.
        x, y1, y2 = a + _WIDE, b + _HIGH // 2 + 6, d + _HIGH // 2 + 6
        return f"M{x} {y1}C{x + 34} {y1} {x + 34} {y2} {x + 2} {y2}", f"M{x + 10} {y2 - 5} {x + 2} {y2}l8 5z"
    x1, y1, x2, y2 = a, b + _HIGH // 2 + 8, c + _WIDE + 2, d + _HIGH // 2 + 8
    bend = (x1 - x2) // 2
    return f"M{x1} {y1}C{x1 - bend} {y1} {x2 + bend} {y2} {x2} {y2}", f"M{x2 + 8} {y2 - 5} {x2} {y2}l8 5z"


def sentences(flow: Workflow) -> list[str]:
    """Say each transition: from where, who, what, to where."""
    who = words.roles()
    return [_sentence(flow, move, start, who.get(move.role, move.role)) for start, move in _moves(flow)]


def _moves(flow: Workflow) -> list[tuple[str, Transition]]:
    order = {state.id: number for number, state in enumerate(flow.states)}
    found = [(start, move) for move in flow.transitions for start in move.from_]
    return sorted(found, key=lambda pair: order.get(pair[0], len(order)))


def _sentence(flow: Workflow, move: Transition, start: str, who: str) -> str:
    return _("From “%(start)s”, %(who)s: “%(label)s”. It leads to “%(end)s”.") % {
        "start": flow.said(start),
        "who": who,
        "label": move.label,
        "end": flow.said(move.to),
    }
