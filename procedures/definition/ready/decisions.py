"""The ready workflows that end in a decision: plain, with pieces, countersigned, with every answer."""

from ..workflow import Outcome, State, Transition, Workflow
from .parts import (
    ASK,
    ASK_PIECES,
    GO_ON,
    PIECES,
    RECEIVED,
    REPLY,
    RESUME,
    REVIEW,
    SEND_PIECES,
    TAKE,
    WAITING,
    WITHDRAWN,
    withdraw,
)

# A request that ends in a decision: an agent prepares, a signatory decides.
DECISION = Workflow(
    start="received",
    states=[
        RECEIVED,
        REVIEW,
        WAITING,
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
        WITHDRAWN,
    ],
    transitions=[
        TAKE,
        ASK,
        REPLY,
        RESUME,
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
        withdraw("received", "in_review", "awaiting_citizen", "to_sign"),
    ],
)

# The same where silence decides: pieces may be asked for, and what silence refused may still be granted.
_AFTER_SILENCE = Transition.model_validate(
    {
        "id": "grant_after_silence",
        "label": "Accorder malgré le refus né du silence",
        "from": ["refused"],
        "to": "granted",
        "role": "signatory",
        "act": "decide",
        "outcome": "granted",
    }
)
DECISION_WITH_PIECES = Workflow(
    start=DECISION.start,
    states=[*DECISION.states[:3], PIECES, *DECISION.states[3:]],
    transitions=[
        *DECISION.transitions[:4],
        ASK_PIECES,
        SEND_PIECES,
        GO_ON,
        *DECISION.transitions[4:-1],
        _AFTER_SILENCE,
        withdraw("received", "in_review", "awaiting_citizen", "awaiting_pieces", "to_sign"),
    ],
)

# The same, countersigned: a head's visa, then the signatory; either sends back, and nobody decides without the visa.
_TO_VISA = State(
    id="to_visa",
    label="À viser",
    status="under_review",
    citizen_label="Étudiée par le service",
    citizen_explanation="L’étude de votre demande est terminée. La décision est en cours de relecture.",
)
_VISA = Transition.model_validate(
    {
        "id": "visa",
        "label": "Donner le visa",
        "from": ["to_visa"],
        "to": "to_sign",
        "role": "head",
        "act": "visa",
        "effects": [],
    }
)
_REFUSE_VISA = Transition.model_validate(
    {
        "id": "refuse_visa",
        "label": "Refuser le visa",
        "from": ["to_visa"],
        "to": "in_review",
        "role": "head",
        "act": "send_back",
        "effects": [],
    }
)


def _countersigned(transition: Transition) -> Transition:
    """Return the same transition where a visa comes between the proposal and the decision."""
    if transition.act == "propose":
        return transition.model_copy(update={"to": "to_visa"})
    if transition.act == "decide" and "to_sign" in transition.from_:
        return transition.model_copy(update={"from_": ["to_sign"]})
    return transition


DECISION_WITH_VISA = Workflow(
    start=DECISION.start,
    states=[*DECISION_WITH_PIECES.states[:4], _TO_VISA, *DECISION_WITH_PIECES.states[4:]],
    transitions=[
        *map(_countersigned, DECISION_WITH_PIECES.transitions[:-1]),
        _VISA,
        _REFUSE_VISA,
        withdraw("received", "in_review", "awaiting_citizen", "awaiting_pieces", "to_visa", "to_sign"),
    ],
)

# The same with the two other answers that the law knows: in part, and nothing left to answer.
_IN_PART = State(
    id="granted_in_part",
    label="Accordée en partie",
    status="decided",
    outcome="granted_in_part",
    citizen_label="Acceptée en partie",
    citizen_explanation="Votre demande est acceptée en partie. La décision et vos recours sont ci-dessous.",
)
_NO_OBJECT = State(
    id="no_object",
    label="Sans objet",
    status="decided",
    outcome="no_object",
    citizen_label="Sans objet",
    citizen_explanation="Il n’y a plus lieu de répondre à votre demande. Les raisons et vos recours sont ci-dessous.",
)


def _answers(outcome: Outcome, propose: tuple[str, str], decide: tuple[str, str]) -> list[Transition]:
    """Return the proposal and the decision of one more answer, each with its id and its label."""
    parts = (
        {"act": "propose", "from": ["in_review"], "to": "to_sign", "role": "agent", "effects": []},
        {"act": "decide", "from": ["in_review", "to_sign"], "to": outcome, "role": "signatory"},
    )
    named = zip((propose, decide), parts, strict=True)
    return [
        Transition.model_validate({"id": id_, "label": label, "outcome": outcome, **part})
        for (id_, label), part in named
    ]


def _closes(transition: Transition) -> Transition:
    """Return the same transition; the one that closes leaves from the new answers too."""
    if transition.id != "close":
        return transition
    return transition.model_copy(update={"from_": [*transition.from_, _IN_PART.id, _NO_OBJECT.id]})


DECISION_IN_FULL = Workflow(
    start=DECISION.start,
    states=[*DECISION_WITH_PIECES.states[:6], _IN_PART, _NO_OBJECT, *DECISION_WITH_PIECES.states[6:]],
    transitions=[
        *map(_closes, DECISION_WITH_PIECES.transitions[:-1]),
        *_answers(
            "granted_in_part",
            ("propose_grant_in_part", "Proposer d’accorder en partie"),
            ("grant_in_part", "Accorder en partie"),
        ),
        *_answers(
            "no_object",
            ("propose_no_object", "Proposer de déclarer sans objet"),
            ("declare_no_object", "Déclarer sans objet"),
        ),
        DECISION_WITH_PIECES.transitions[-1],
    ],
)
