"""The ready workflow of what ends without a decision."""

from ..workflow import State, Transition, Workflow
from .parts import ASK, RECEIVED, REPLY, RESUME, REVIEW, TAKE, WAITING, WITHDRAWN, withdraw

# A report or a contact: no decision, an agent says what was done.
HANDLING = Workflow(
    start="received",
    states=[
        RECEIVED,
        REVIEW,
        WAITING,
        State(
            id="handled",
            label="Traitée",
            status="closed",
            outcome="no_object",
            citizen_label="Terminée",
            citizen_explanation="Le service a traité votre envoi.",
        ),
        WITHDRAWN,
    ],
    transitions=[
        TAKE,
        ASK,
        REPLY,
        RESUME,
        Transition.model_validate(
            {"id": "handle", "label": "Marquer comme traitée", "from": ["in_review"], "to": "handled", "role": "agent"}
        ),
        withdraw("received", "in_review", "awaiting_citizen"),
    ],
)
