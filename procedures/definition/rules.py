"""What happens to a request by itself: when it is filed, some days after it came to a state, some days before its date."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from .base import Identifier, Line, Node, Words
from .language import Condition, references

if TYPE_CHECKING:
    from .document import ProcedureDefinition

LONGEST_LABEL = 40  # letters
On = Literal["filed", "state", "due"]
Do = Literal["route", "assign", "label", "remind", "escalate", "tell", "move"]


class Rule(Node):
    """On what, under which condition on the answers, and what is done.

    ``to`` says more: the service for "route", the word for "label", the sentence for "tell", the transition for "move".
    """

    id: Identifier
    title: Words
    on: On
    state: Identifier | None = None
    days: Annotated[int, Field(ge=0, le=730)] = 0
    when: Condition | None = None
    do: Do
    to: Line = ""


def faults(definition: "ProcedureDefinition") -> Iterator[tuple[str, str, str]]:
    """Yield each fault of the rules: the rule, the kind of fault, the name that it is about."""
    states = {state.id for state in definition.workflow.states}
    moves = {one.id: one for one in definition.workflow.transitions}
    seen: set[str] = set()
    for rule in definition.rules:
        if rule.id in seen:
            yield rule.id, "twice", rule.id
        seen.add(rule.id)
        for name in sorted(references(rule.when) - definition.fields.keys()):
            yield rule.id, "condition", name
        if rule.on == "state" and (rule.state not in states or not rule.days):
            yield rule.id, "state", rule.state or ""
        if rule.do in {"route", "label", "tell"} and not rule.to:
            yield rule.id, "to", rule.do
        if rule.do == "label" and len(rule.to) > LONGEST_LABEL:
            yield rule.id, "label", rule.to
        if rule.do == "route" and rule.on != "filed":
            yield rule.id, "route", rule.to
        if rule.do == "move":
            move = moves.get(rule.to)
            fits = move is not None and move.act == "move" and move.role != "applicant" and rule.state in move.from_
            if rule.on != "state" or not fits:
                yield rule.id, "move", rule.to
