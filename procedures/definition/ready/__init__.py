"""The ready workflows, named in a definition by their key. What was published with one keeps its bytes: none changes."""

from .decisions import DECISION, DECISION_IN_FULL, DECISION_WITH_PIECES, DECISION_WITH_VISA
from .handling import HANDLING

__all__ = ["DECISION", "DECISION_IN_FULL", "DECISION_WITH_PIECES", "DECISION_WITH_VISA", "HANDLING", "READY"]

READY = {
    "decision": DECISION,
    "decision_with_pieces": DECISION_WITH_PIECES,
    "decision_with_visa": DECISION_WITH_VISA,
    "decision_in_full": DECISION_IN_FULL,
    "handling": HANDLING,
}
