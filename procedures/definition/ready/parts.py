"""The states and the moves that the ready workflows share."""

from ..workflow import State, Transition

RECEIVED = State(
    id="received",
    label="Déposée",
    status="submitted",
    citizen_label="Demande reçue",
    citizen_explanation="Votre demande est arrivée. Un agent du service va la prendre en charge.",
)
REVIEW = State(
    id="in_review",
    label="En instruction",
    status="under_review",
    citizen_label="Étudiée par le service",
    citizen_explanation="Le service étudie votre demande. S’il manque quelque chose, nous vous l’écrivons.",
)
WAITING = State(
    id="awaiting_citizen",
    label="Attend l’usager",
    status="awaiting_citizen",
    awaiting="correction",
    citizen_label="À vous de répondre",
    citizen_explanation="Nous avons besoin d’une précision de votre part pour continuer.",
)
PIECES = State(
    id="awaiting_pieces",
    label="Attend des pièces",
    status="awaiting_citizen",
    awaiting="pieces",
    citizen_label="À vous de répondre",
    citizen_explanation="Il nous manque une ou plusieurs pièces pour étudier votre demande.",
)
WITHDRAWN = State(
    id="withdrawn",
    label="Retirée",
    status="closed",
    outcome="abandoned",
    citizen_label="Retirée par vous",
    citizen_explanation="Vous avez retiré cette demande. Vous pouvez en déposer une nouvelle à tout moment.",
)
TAKE = Transition.model_validate(
    {"id": "take_charge", "label": "Prendre en charge", "from": ["received"], "to": "in_review", "role": "agent"}
)
ASK = Transition.model_validate(
    {
        "id": "ask_correction",
        "label": "Demander une correction",
        "from": ["in_review"],
        "to": "awaiting_citizen",
        "role": "agent",
        "act": "ask_correction",
    }
)
REPLY = Transition.model_validate(
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
ASK_PIECES = Transition.model_validate(
    {
        "id": "ask_pieces",
        "label": "Demander des pièces manquantes",
        "from": ["in_review"],
        "to": "awaiting_pieces",
        "role": "agent",
        "act": "ask_pieces",
    }
)
SEND_PIECES = Transition.model_validate(
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
GO_ON = Transition.model_validate(
    {
        "id": "go_on",
        "label": "Reprendre sans attendre les pièces",
        "from": ["awaiting_pieces"],
        "to": "in_review",
        "role": "agent",
    }
)
RESUME = Transition.model_validate(
    {
        "id": "resume",
        "label": "Reprendre sans attendre la réponse",
        "from": ["awaiting_citizen"],
        "to": "in_review",
        "role": "agent",
    }
)


def withdraw(*states: str) -> Transition:
    """Return the transition by which the applicant takes her request back, from some states."""
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
