"""The ready workflows, named in a definition by their key. What was published with one keeps its bytes: none changes."""

from .workflow import State, Transition, Workflow

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
_PIECES = State(
    id="awaiting_pieces",
    label="Attend des pièces",
    status="awaiting_citizen",
    awaiting="pieces",
    citizen_label="À vous de répondre",
    citizen_explanation="Il nous manque une ou plusieurs pièces pour étudier votre demande.",
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
_ASK_PIECES = Transition.model_validate(
    {
        "id": "ask_pieces",
        "label": "Demander des pièces manquantes",
        "from": ["in_review"],
        "to": "awaiting_pieces",
        "role": "agent",
        "act": "ask_pieces",
    }
)
_SEND_PIECES = Transition.model_validate(
    {
        "id": "send_pieces",
        "label": "Envoyer mes pièces",
        "from": ["awaiting_pieces"],
        "to": "in_review",
        "role": "applicant",
        "act": "send_pieces",
        "effects": [],
    }
)
_GO_ON = Transition.model_validate(
    {
        "id": "go_on",
        "label": "Reprendre sans attendre les pièces",
        "from": ["awaiting_pieces"],
        "to": "in_review",
        "role": "agent",
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
    states=[*DECISION.states[:3], _PIECES, *DECISION.states[3:]],
    transitions=[
        *DECISION.transitions[:4],
        _ASK_PIECES,
        _SEND_PIECES,
        _GO_ON,
        *DECISION.transitions[4:-1],
        _AFTER_SILENCE,
        _withdraw("received", "in_review", "awaiting_citizen", "awaiting_pieces", "to_sign"),
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
        _withdraw("received", "in_review", "awaiting_citizen", "awaiting_pieces", "to_visa", "to_sign"),
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

READY = {
    "decision": DECISION,
    "decision_with_pieces": DECISION_WITH_PIECES,
    "decision_with_visa": DECISION_WITH_VISA,
    "handling": HANDLING,
}
