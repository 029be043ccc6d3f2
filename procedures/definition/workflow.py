"""The life of a request: states, transitions, who may, what is required; and the ready workflows."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from .base import Identifier, Node, Words

Status = Literal["submitted", "under_review", "awaiting_citizen", "decided", "closed"]
Outcome = Literal["granted", "granted_in_part", "refused", "no_object", "transmitted", "abandoned"]
Awaiting = Literal["pieces", "correction", "payment", "appointment"]
# Who may trigger a transition: an agent's closed role, or the citizen herself.
Role = Literal["agent", "head", "signatory", "procedure_admin", "town_admin", "auditor", "applicant"]
# What an actor must give, and what the transition does with it.
Act = Literal["move", "ask_correction", "reply", "propose", "decide", "send_back", "withdraw"]
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
            raise ValueError("a decided state needs an outcome")
        if (self.status == "awaiting_citizen") != (self.awaiting is not None):
            raise ValueError("“awaiting” goes with the status “awaiting_citizen”, and only with it")
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

    def transition(self, transition_id: str) -> Transition:
        """Return a transition by its id; KeyError if there is none."""
        for transition in self.transitions:
            if transition.id == transition_id:
                return transition
        raise KeyError(transition_id)

    def leaving(self, state_id: str) -> list[Transition]:
        """Return the transitions that leave a state, in their written order."""
        return [transition for transition in self.transitions if state_id in transition.from_]


def check(workflow: Workflow) -> Iterator[str]:
    """Yield, in words, every fault that blocks publication: unknown or unreachable states, no end, dead ends."""
    known = {state.id for state in workflow.states}
    if len(known) != len(workflow.states):
        yield "two states share the same id"
    if len({transition.id for transition in workflow.transitions}) != len(workflow.transitions):
        yield "two transitions share the same id"
    for name in sorted({workflow.start, *_ends_of(workflow)} - known):
        yield f"the state “{name}” does not exist"
    reached, todo = set(), [workflow.start]
    while todo:
        state_id = todo.pop()
        if state_id in known and state_id not in reached:
            reached.add(state_id)
            todo += [transition.to for transition in workflow.leaving(state_id)]
    for state in workflow.states:
        if state.id not in reached:
            yield f"no transition leads to the state “{state.id}”"
        if state.status != "closed" and not workflow.leaving(state.id):
            yield f"nothing leaves the state “{state.id}”, and it is not closed"
    if not any(state.status == "closed" for state in workflow.states):
        yield "no state closes the request"
    if workflow.start in known and workflow.state(workflow.start).status != "submitted":
        yield "the first state must have the status “submitted”"
    for transition in workflow.transitions:
        if transition.act in {"propose", "decide"} and transition.outcome is None:
            yield f"the transition “{transition.id}” needs an outcome"
        if transition.act == "decide" and transition.role != "signatory":
            yield f"the transition “{transition.id}” decides: only a signatory may trigger it"
        if transition.act in {"reply", "withdraw"} and transition.role != "applicant":
            yield f"the transition “{transition.id}” belongs to the applicant"


def _ends_of(workflow: Workflow) -> set[str]:
    ends = {transition.to for transition in workflow.transitions}
    for transition in workflow.transitions:
        ends.update(transition.from_)
    return ends


_RECEIVED = State(
    id="received",
    label="Déposée",
    status="submitted",
    citizen_label="Demande reçue",
    citizen_explanation="Votre demande est arrivée. Un agent du service va la prendre en charge.",
)
_REVIEW = State(
    id="in_review",
    label="En instruction",
    status="under_review",
    citizen_label="Étudiée par le service",
    citizen_explanation="Le service étudie votre demande. S’il manque quelque chose, nous vous l’écrivons.",
)
_WAITING = State(
    id="awaiting_citizen",
    label="Attend l’usager",
    status="awaiting_citizen",
    awaiting="correction",
    citizen_label="À vous de répondre",
    citizen_explanation="Nous avons besoin d’une précision de votre part pour continuer.",
)
_WITHDRAWN = State(
    id="withdrawn",
    label="Retirée",
    status="closed",
    outcome="abandoned",
    citizen_label="Retirée par vous",
    citizen_explanation="Vous avez retiré cette demande. Vous pouvez en déposer une nouvelle à tout moment.",
)
_TAKE = Transition.model_validate(
    {"id": "take_charge", "label": "Prendre en charge", "from": ["received"], "to": "in_review", "role": "agent"}
)
_ASK = Transition.model_validate(
    {
        "id": "ask_correction",
        "label": "Demander une correction",
        "from": ["in_review"],
        "to": "awaiting_citizen",
        "role": "agent",
        "act": "ask_correction",
    }
)
_REPLY = Transition.model_validate(
    {
        "id": "reply",
        "label": "Envoyer ma réponse",
        "from": ["awaiting_citizen"],
        "to": "in_review",
        "role": "applicant",
        "act": "reply",
        "effects": [],
    }
)
_RESUME = Transition.model_validate(
    {
        "id": "resume",
        "label": "Reprendre sans attendre la réponse",
        "from": ["awaiting_citizen"],
        "to": "in_review",
        "role": "agent",
    }
)


def _withdraw(*states: str) -> Transition:
    return Transition.model_validate(
        {
            "id": "withdraw",
            "label": "Retirer ma demande",
            "from": list(states),
            "to": "withdrawn",
            "role": "applicant",
            "act": "withdraw",
        }
    )


# A request that ends in a decision: an agent prepares, a signatory decides.
DECISION = Workflow(
    start="received",
    states=[
        _RECEIVED,
        _REVIEW,
        _WAITING,
        State(
            id="to_sign",
            label="À signer",
            status="under_review",
            citizen_label="Étudiée par le service",
            citizen_explanation="L’étude de votre demande est terminée. La décision est en cours de signature.",
        ),
        State(
            id="granted",
            label="Accordée",
            status="decided",
            outcome="granted",
            citizen_label="Acceptée",
            citizen_explanation="Votre demande est acceptée. La décision est ci-dessous.",
        ),
        State(
            id="refused",
            label="Refusée",
            status="decided",
            outcome="refused",
            citizen_label="Refusée",
            citizen_explanation="Votre demande est refusée. Les raisons et vos recours sont ci-dessous.",
        ),
        State(
            id="closed",
            label="Classée",
            status="closed",
            citizen_label="Terminée",
            citizen_explanation="Votre demande est terminée.",
        ),
        _WITHDRAWN,
    ],
    transitions=[
        _TAKE,
        _ASK,
        _REPLY,
        _RESUME,
        *(
            Transition.model_validate(part)
            for part in (
                {
                    "id": "propose_grant",
                    "label": "Proposer d’accorder",
                    "from": ["in_review"],
                    "to": "to_sign",
                    "role": "agent",
                    "act": "propose",
                    "outcome": "granted",
                    "effects": [],
                },
                {
                    "id": "propose_refusal",
                    "label": "Proposer de refuser",
                    "from": ["in_review"],
                    "to": "to_sign",
                    "role": "agent",
                    "act": "propose",
                    "outcome": "refused",
                    "effects": [],
                },
                {
                    "id": "grant",
                    "label": "Accorder",
                    "from": ["in_review", "to_sign"],
                    "to": "granted",
                    "role": "signatory",
                    "act": "decide",
                    "outcome": "granted",
                },
                {
                    "id": "refuse",
                    "label": "Refuser",
                    "from": ["in_review", "to_sign"],
                    "to": "refused",
                    "role": "signatory",
                    "act": "decide",
                    "outcome": "refused",
                },
                {
                    "id": "send_back",
                    "label": "Renvoyer à l’instruction",
                    "from": ["to_sign"],
                    "to": "in_review",
                    "role": "signatory",
                    "act": "send_back",
                    "effects": [],
                },
                {
                    "id": "close",
                    "label": "Classer la demande",
                    "from": ["granted", "refused"],
                    "to": "closed",
                    "role": "agent",
                },
            )
        ),
        _withdraw("received", "in_review", "awaiting_citizen", "to_sign"),
    ],
)

# A report or a contact: no decision, an agent says what was done.
HANDLING = Workflow(
    start="received",
    states=[
        _RECEIVED,
        _REVIEW,
        _WAITING,
        State(
            id="handled",
            label="Traitée",
            status="closed",
            outcome="no_object",
            citizen_label="Terminée",
            citizen_explanation="Le service a traité votre envoi.",
        ),
        _WITHDRAWN,
    ],
    transitions=[
        _TAKE,
        _ASK,
        _REPLY,
        _RESUME,
        Transition.model_validate(
            {"id": "handle", "label": "Marquer comme traitée", "from": ["in_review"], "to": "handled", "role": "agent"}
        ),
        _withdraw("received", "in_review", "awaiting_citizen"),
    ],
)

READY = {"decision": DECISION, "handling": HANDLING}
