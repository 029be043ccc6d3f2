"""The life of a request: states, transitions, who may, what is required."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from django.utils.translation import gettext as _
from pydantic import Field, model_validator

from .base import Identifier, Node, Words

Status = Literal["submitted", "under_review", "awaiting_citizen", "decided", "closed"]
Outcome = Literal["granted", "granted_in_part", "refused", "no_object", "transmitted", "abandoned"]
# What is not wholly granted: it gives its reasons and its remedies (CRPA L211-2, L211-5; CJA R421-5).
ADVERSE: frozenset[Outcome] = frozenset({"refused", "granted_in_part", "no_object"})
Awaiting = Literal["pieces", "correction", "payment", "appointment"]
# Who may trigger a transition: an agent's closed role, or the citizen herself.
Role = Literal["agent", "head", "signatory", "procedure_admin", "town_admin", "auditor", "applicant"]
# What an actor must give, and what the transition does with it.
Act = Literal[
    "move", "ask_correction", "reply", "ask_pieces", "send_pieces", "propose", "visa", "decide", "send_back", "withdraw"
]
Effect = Literal["notify_citizen"]


class State(Node):
    """A stop in the life of a request; ``label`` is for agents, the rest is for the citizen."""

    id: Identifier
    label: Words
    status: Status
    citizen_label: Words
    citizen_explanation: Words
    outcome: Outcome | None = None
    awaiting: Awaiting | None = None

    @model_validator(mode="after")
    def columns_agree(self) -> Self:
        """A decided state has an outcome; only a waiting state waits for something."""
        if self.status == "decided" and self.outcome is None:
            raise ValueError(_("a decided state needs an outcome"))
        if (self.status == "awaiting_citizen") != (self.awaiting is not None):
            raise ValueError(_("what is awaited goes with a state that awaits the person, and only with it"))
        return self


class Transition(Node):
    """A move between states. ``outcome`` is what a proposed or signed decision says."""

    id: Identifier
    label: Words
    from_: Annotated[list[Identifier], Field(alias="from", min_length=1)]
    to: Identifier
    role: Role
    act: Act = "move"
    outcome: Outcome | None = None
    effects: list[Effect] = ["notify_citizen"]

    @property
    def adverse(self) -> bool:
        """Say whether it prepares or takes a decision that does not wholly grant what was asked for."""
        return self.act in {"propose", "decide"} and self.outcome in ADVERSE

    @property
    def needs_text(self) -> bool:
        """Say whether whoever triggers it must write some words."""
        return self.act in {"ask_correction", "reply", "send_back"}


class Workflow(Node):
    start: Identifier
    states: Annotated[list[State], Field(min_length=2)]
    transitions: Annotated[list[Transition], Field(min_length=1)]

    def state(self, state_id: str) -> State:
        """Return a state by its id; KeyError if there is none."""
        for state in self.states:
            if state.id == state_id:
                return state
        raise KeyError(state_id)

    def said(self, state_id: str) -> str:
        """Return the label of a state, or its id where there is none."""
        return next((state.label for state in self.states if state.id == state_id), state_id)

    def transition(self, transition_id: str) -> Transition:
        """Return a transition by its id; KeyError if there is none."""
        for transition in self.transitions:
            if transition.id == transition_id:
                return transition
        raise KeyError(transition_id)

    def end_for(self, outcome: Outcome) -> State | None:
        """Return the closed state in which a request ends without a decision, for an outcome; None where there is none."""
        closed = [state for state in self.states if state.status == "closed"]
        fit = [state for state in closed if state.outcome in {None, outcome}]
        return next((state for state in fit if state.outcome == outcome), fit[0] if fit else None)

    def leaving(self, state_id: str) -> list[Transition]:
        """Return the transitions that leave a state, in their written order."""
        return [transition for transition in self.transitions if state_id in transition.from_]


def check(workflow: Workflow) -> Iterator[str]:
    """Yield, in words, every fault that blocks publication: unknown or unreachable states, no end, dead ends."""
    known = {state.id for state in workflow.states}
    if len(known) != len(workflow.states):
        yield _("two states share the same id")
    if len({transition.id for transition in workflow.transitions}) != len(workflow.transitions):
        yield _("two transitions share the same id")
    for name in sorted({workflow.start, *_ends_of(workflow)} - known):
        yield _("the state “%(id)s” does not exist") % {"id": name}
    reached, todo = set(), [workflow.start]
    while todo:
        state_id = todo.pop()
        if state_id in known and state_id not in reached:
            reached.add(state_id)
            todo += [transition.to for transition in workflow.leaving(state_id)]
    for state in workflow.states:
        if state.id not in reached:
            yield _("no transition leads to the state “%(id)s”") % {"id": state.label}
        if state.status != "closed" and not workflow.leaving(state.id):
            yield _("nothing leaves the state “%(id)s”, and it is not closed") % {"id": state.label}
    if not any(state.status == "closed" for state in workflow.states):
        yield _("no state closes the request")
    if workflow.start in known and workflow.state(workflow.start).status != "submitted":
        yield _("the first state must have the status “submitted”")
    for transition in workflow.transitions:
        if transition.act in {"propose", "decide"} and transition.outcome is None:
            yield _("the transition “%(id)s” needs an outcome") % {"id": transition.label}
        if transition.act == "decide" and transition.role != "signatory":
            yield _("the transition “%(id)s” decides: only a signatory may trigger it") % {"id": transition.label}
        if transition.act in {"reply", "send_pieces", "withdraw"} and transition.role != "applicant":
            yield _("the transition “%(id)s” belongs to the applicant") % {"id": transition.label}
    yield from _faults_of_pieces(workflow, known)
    yield from _faults_of_visas(workflow, known)


def _faults_of_pieces(workflow: Workflow, known: set[str]) -> Iterator[str]:
    """Yield what is wrong with how pieces are asked for: the person must be able to send them."""
    for transition in workflow.transitions:
        if transition.act == "ask_pieces" and transition.to in known:
            if workflow.state(transition.to).awaiting != "pieces":
                yield _("the transition “%(id)s” asks for pieces: it must lead to a state that awaits them") % {
                    "id": transition.label
                }
            elif not any(after.act == "send_pieces" for after in workflow.leaving(transition.to)):
                yield _("nothing lets the applicant send the pieces that the state “%(state)s” awaits") % {
                    "state": workflow.said(transition.to)
                }


def _faults_of_visas(workflow: Workflow, known: set[str]) -> Iterator[str]:
    """Yield what is wrong with the visas: each follows a proposal, may be refused, and none is gone round to decide."""
    visas = [one for one in workflow.transitions if one.act == "visa"]
    before = {state for visa in visas for state in visa.from_}
    for visa in visas:
        if visa.role not in {"head", "signatory"}:
            yield _("the transition “%(id)s” is a visa: only a head or a signatory may give it") % {"id": visa.label}
        for state in visa.from_:
            entering = [one for one in workflow.transitions if one.to == state]
            if any(one.act not in {"propose", "visa"} for one in entering):
                yield _("the state “%(state)s” waits for a visa: only a proposal or an earlier visa may lead to it") % {
                    "state": workflow.said(state)
                }
            if not any(one.act == "send_back" for one in workflow.leaving(state)):
                yield _("the state “%(state)s” waits for a visa: something must send the proposal back from it") % {
                    "state": workflow.said(state)
                }
    for decide in (one for one in workflow.transitions if one.act == "decide" and visas):
        for state in decide.from_:
            # What silence refused is decided over again from where it stands.
            if state not in known or workflow.state(state).status == "decided":
                continue
            if state in before or any(one.act != "visa" for one in workflow.transitions if one.to == state):
                yield _("the transition “%(id)s” decides from “%(state)s” without all the visas") % {
                    "id": decide.label,
                    "state": workflow.said(state),
                }


def _ends_of(workflow: Workflow) -> set[str]:
    ends = {transition.to for transition in workflow.transitions}
    for transition in workflow.transitions:
        ends.update(transition.from_)
    return ends
