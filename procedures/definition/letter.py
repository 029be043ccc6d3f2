"""The letters of decisions: blocks of plain text with named chips, some under a condition. Never a language that can run.

A chip is a name between double brackets: ``[[demande.numero]]``, ``[[reponse.mother]]``. What it stands for is inserted as
plain text: it makes no paragraph and no list of its own.
"""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, TypedDict

from pydantic import Field

from .base import Answers, Identifier, Line, Node, Prose
from .conditions import applies
from .language import Condition, references
from .workflow import Outcome

if TYPE_CHECKING:
    from .document import ProcedureDefinition

# What any letter may name; ``reponse.<id>`` names an answer.
CHIPS = (
    "demande.numero",
    "demande.demarche",
    "demande.recue_le",
    "personne.nom",
    "personne.adresse",
    "service.nom",
    "service.telephone",
    "service.courriel",
    "commune.nom",
    "jour",
)
ANSWER = "reponse."
EMPTY = "(non renseigné)"
_CHIP = re.compile(r"\[\[\s*([^\[\]]{0,80}?)\s*\]\]")


class Block(Node):
    """Some paragraphs of a letter, under a heading of their own or none; shown where its condition holds."""

    heading: Line = ""
    text: Annotated[Prose, Field(min_length=1)]
    when: Condition | None = None


class Letter(Node):
    """The body of the letter of one answer; ``transitions`` keeps it for some of those that give this answer."""

    id: Identifier
    outcome: Outcome
    transitions: list[Identifier] = []
    blocks: Annotated[list[Block], Field(min_length=1, max_length=40)]


class Part(TypedDict):
    """One block as it is written in a letter: plain text, as a heading and paragraphs."""

    heading: str
    text: str


def letter_for(letters: list[Letter], outcome: str, transition: str = "") -> Letter | None:
    """Return the letter of an answer: the one kept for this transition, else the one for all that give it."""
    fit = [one for one in letters if one.outcome == outcome]
    kept = (one for one in fit if transition and transition in one.transitions)
    return next(kept, None) or next((one for one in fit if not one.transitions), None)


def compose(letter: Letter, values: Mapping[str, str], answers: Answers) -> list[Part]:
    """Return the blocks that apply to some answers, their chips replaced by ``values``."""

    def put(match: re.Match[str]) -> str:
        # One line, whatever was typed: a value begins no paragraph and no list.
        return " ".join(values.get(match[1], "").split()) or EMPTY

    shown = (block for block in letter.blocks if applies(block.when, answers))
    return [{"heading": _CHIP.sub(put, block.heading), "text": _CHIP.sub(put, block.text)} for block in shown]


def chips_of(letter: Letter) -> set[str]:
    """Return the names of the chips of a letter."""
    return {name for block in letter.blocks for name in _CHIP.findall(f"{block.heading}\n{block.text}")}


def faults(definition: "ProcedureDefinition") -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with the letters: which letter, what kind of fault, and the name that it is about."""
    known = {*CHIPS, *(f"{ANSWER}{name}" for name in definition.fields)}
    moves = {one.id: one for one in definition.workflow.transitions}
    seen: set[str] = set()
    for letter in definition.letters.templates:
        if letter.id in seen:
            yield letter.id, "twice", letter.id
        seen.add(letter.id)
        yield from ((letter.id, "chip", name) for name in sorted(chips_of(letter) - known))
        for block in letter.blocks:
            yield from (
                (letter.id, "condition", name) for name in sorted(references(block.when) - set(definition.fields))
            )
            text = f"{block.heading}\n{block.text}"
            left = _CHIP.sub("", text)
            if "[[" in left or "]]" in left:
                yield letter.id, "bracket", text.strip()[:40]
        for name in letter.transitions:
            if name not in moves or moves[name].outcome != letter.outcome:
                yield letter.id, "transition", name
