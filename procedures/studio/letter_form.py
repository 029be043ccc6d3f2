"""The form of a letter: its answer, its moves, and blocks one under the other, each added, moved or dropped by a button."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from portal.kit.text import whole

from ..definition.document import ProcedureDefinition
from ..definition.fields.base import clean_text
from ..definition.language import Condition
from ..definition.letter import Letter
from ..definition.workflow import Outcome
from . import letter_words as words

MOST_BLOCKS = 40
_LONGEST = 6000


@dataclass(frozen=True)
class Lines:
    """One block as it is typed, with what is wrong with each part of it."""

    heading: str = ""
    text: str = ""
    when: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Typed:
    """A whole letter as it is typed."""

    transitions: tuple[str, ...] = ()
    blocks: tuple[Lines, ...] = ()
    # What is wrong with the decisions that it is for.
    wrong_moves: str = ""

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Every fault, with the id of the control that it is about: what the summary lists."""
        moves = [("moves", self.wrong_moves)] if self.wrong_moves else []
        return moves + [
            (f"{name}-{n}", fault) for n, one in enumerate(self.blocks) for name, fault in one.errors.items()
        ]

    @classmethod
    def of(cls, letter: Letter, definition: ProcedureDefinition) -> "Typed":
        """Show a letter that is kept, its chips and conditions by their names."""
        known = words.chips(definition)
        blocks = (
            Lines(
                words.by_name(one.heading, known),
                words.by_name(one.text, known),
                definition.say(one.when) if one.when else "",
            )
            for one in letter.blocks
        )
        return cls(tuple(letter.transitions), tuple(blocks))

    @classmethod
    def read(cls, post: QueryDict) -> "Typed":
        """Read what was posted: nothing of it is lost, right or wrong."""
        number = min(whole(post.get("blocks", ""), otherwise=0), MOST_BLOCKS)

        def line(name: str, longest: int) -> str:
            return clean_text(post.get(name, "")[:longest], keep_lines=True)

        blocks = tuple(
            Lines(line(f"heading-{n}", 200), line(f"text-{n}", _LONGEST), line(f"when-{n}", 400)) for n in range(number)
        )
        return cls(tuple(post.getlist("transitions")[:40]), blocks)

    def done(self, what: str) -> tuple["Typed", tuple[str, int]]:
        """Do what a button says ("up-2", "drop-0", "copy-1", "add"); return the letter, and the control to go to."""
        act, _dash, place = what.partition("-")
        blocks = list(self.blocks)
        at = whole(place)
        if act == "add" and len(blocks) < MOST_BLOCKS:
            return replace(self, blocks=(*blocks, Lines())), ("text", len(blocks))
        if not 0 <= at < len(blocks):
            return self, ("", 0)
        if act == "drop":
            del blocks[at]
            return replace(self, blocks=tuple(blocks)), ("text", max(0, min(at, len(blocks) - 1)))
        if act == "copy" and len(blocks) < MOST_BLOCKS:
            blocks.insert(at + 1, blocks[at])
            return replace(self, blocks=tuple(blocks)), ("text", at + 1)
        to = at + {"up": -1, "down": 1}.get(act, 0)
        if 0 <= to < len(blocks):
            blocks[at], blocks[to] = blocks[to], blocks[at]
            # At the end of the way, the same button is no longer there: the other one is.
            end = {"up": 0, "down": len(blocks) - 1}.get(act)
            return replace(self, blocks=tuple(blocks)), ({"up": "down", "down": "up"}[act] if to == end else act, to)
        return self, ("", 0)

    def checked(
        self, definition: ProcedureDefinition, before: Letter | None, outcome: str
    ) -> tuple["Typed", list[dict[str, Any]]]:
        """Return the letter with what is wrong beside it, and its blocks as they are kept where nothing is."""
        others = [
            one
            for one in definition.letters.templates
            if one.outcome == outcome and one.id != (before.id if before else "")
        ]
        usual = not self.transitions and any(not one.transitions for one in others)
        taken = {key for one in others for key in one.transitions} & set(self.transitions)
        wrong = _("Another letter already serves these decisions: tick others.") if usual or taken else ""
        known, offered = words.chips(definition), words.conditions(definition)
        # A condition written in the definition's file stays, as the sentence that says it.
        for block in before.blocks if before else ():
            if block.when is not None:
                offered.setdefault(definition.say(block.when), block.when)
        judged, kept = [], []
        for one in self.blocks:
            found, made = _judged(one, known, offered)
            judged.append(found)
            kept.append(made)
        return replace(self, blocks=tuple(judged), wrong_moves=wrong), kept


def _judged(one: Lines, known: Mapping[str, str], offered: Mapping[str, Condition]) -> tuple[Lines, dict[str, Any]]:
    errors: dict[str, str] = {}
    block: dict[str, Any] = {}
    for name, text in (("heading", one.heading), ("text", one.text)):
        try:
            block[name] = words.by_id(text.strip(), dict(known))
        except words.Unknown as unknown:
            errors[name] = str(unknown)
    if not one.text.strip():
        errors["text"] = _("Write this paragraph, or take it away.")
    if "\n" in one.heading.strip():
        errors["heading"] = _("A heading holds on one line.")
    try:
        when = words.condition_of(one.when, dict(offered))
    except words.Unknown as unknown:
        errors["when"] = str(unknown)
    else:
        if when is not None:
            block["when"] = when.model_dump(mode="json", by_alias=True)
    return replace(one, errors=errors), block


def outcomes(definition: ProcedureDefinition) -> dict[Outcome, list[tuple[str, str]]]:
    """Return the answers that a decision of this procedure may give, each with the moves that give it: (id, label)."""
    found: dict[Outcome, list[tuple[str, str]]] = {}
    for move in definition.workflow.transitions:
        if move.act == "decide" and move.outcome is not None:
            found.setdefault(move.outcome, []).append((move.id, move.label))
    return found


def free_id(outcome: str, letters: list[Letter]) -> str:
    """Return an id for a new letter that none has."""
    taken = {one.id for one in letters}
    return next(name for n in range(1, 200) if (name := outcome if n == 1 else f"{outcome}_{n}") not in taken)
