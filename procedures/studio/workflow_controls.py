"""The controls of a state and of a transition, and the words for what they may be."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from ..definition.document import ProcedureDefinition
from ..models import Submission
from .part_form import Attr, Content, line, pick, prose, several, tick


def statuses() -> dict[str, str]:
    """Return what a state may be for the law and for the lists, in words."""
    return {
        "submitted": _("received, nobody has begun"),
        "under_review": _("studied by the department"),
        "awaiting_citizen": _("waits for the person"),
        "decided": _("decided"),
        "closed": _("ended"),
    }


def awaited() -> dict[str, str]:
    """Return what a state may wait for from the person."""
    return {
        "pieces": _("documents"),
        "correction": _("a correction or an answer"),
        "payment": _("a payment"),
        "appointment": _("an appointment"),
    }


def roles() -> dict[str, str]:
    """Return who may act."""
    return {
        "agent": _("an agent"),
        "head": _("the head of the department"),
        "signatory": _("who signs"),
        "procedure_admin": _("who administers the procedure"),
        "town_admin": _("who administers the town"),
        "applicant": _("the person"),
    }


def acts() -> dict[str, str]:
    """Return what an action does, and asks of who does it."""
    return {
        "move": _("goes on, nothing more is asked"),
        "ask_correction": _("asks the person for a correction, in words"),
        "reply": _("the person answers, in words"),
        "ask_pieces": _("asks for missing documents, with a date"),
        "send_pieces": _("the person sends the documents"),
        "propose": _("proposes a decision, with its reasons"),
        "visa": _("gives a visa to what is proposed"),
        "decide": _("decides and signs"),
        "send_back": _("sends back what is proposed, in words"),
        "withdraw": _("the person takes her request back"),
    }


def outcomes() -> list[tuple[str, str]]:
    """Return what an answer may be; the first says that there is none."""
    return [("", _("none")), *[(str(key), str(label)) for key, label in Submission.Outcome.choices if key]]


def of_state() -> list[Attr]:
    """Return the controls of a state."""
    return [
        Attr("label", line(_("Name, for agents"), needed=_("Name the state."), longest=80)),
        Attr(
            "citizen_label",
            line(
                _("What the person reads"),
                hint=_("In a few words: “Studied by the department”."),
                needed=_("Write what the person reads."),
                longest=80,
            ),
        ),
        Attr(
            "citizen_explanation",
            prose(
                _("What it means for her"),
                hint=_("And what she has to do, if anything."),
                needed=_("Write what it means for the person."),
                rows=2,
                longest=300,
            ),
        ),
        Attr("status", pick(_("What it is"), list(statuses().items()), needed=_("Choose one."))),
        Attr(
            "outcome",
            pick(_("Answer given"), outcomes(), hint=_("Needed where it is decided.")),
            lambda value: value or "",
            _or_none,
        ),
        Attr(
            "awaiting",
            pick(
                _("What is awaited"),
                [("", _("nothing")), *awaited().items()],
                hint=_("Only where it waits for the person."),
            ),
            lambda value: value or "",
            _or_none,
        ),
    ]


def of_transition(definition: ProcedureDefinition, part: Content) -> list[Attr]:
    """Return the controls of a transition."""
    states = [(one.id, one.label) for one in definition.workflow.states]
    order = {key: number for number, key in enumerate(part.get("from") or ())}
    return [
        Attr(
            "label",
            line(
                _("Name of the action"),
                hint=_("What the button says: “Take in charge”."),
                needed=_("Name the action."),
                longest=80,
            ),
        ),
        Attr("from", several(_("From state"), states, needed=_("Tick one at least.")), keep=_in_order(order)),
        Attr("to", pick(_("To state"), states, needed=_("Choose one."))),
        Attr("role", pick(_("Who may"), list(roles().items()), needed=_("Choose one."))),
        Attr("act", pick(_("What it does"), list(acts().items()), needed=_("Choose one."))),
        Attr(
            "outcome",
            pick(_("Answer that it proposes or gives"), outcomes(), hint=_("For a proposal and a decision.")),
            lambda value: value or "",
            _or_none,
        ),
        Attr(
            "effects",
            tick(_("The person is told by a message")),
            lambda value: "notify_citizen" in (value or []),
            _effects,
        ),
    ]


def _or_none(value: Any) -> Any:
    return value or None


def _in_order(order: dict[str, int]) -> Callable[[list[str]], list[str]]:
    """Keep the order in which states were written; what is new follows."""
    return lambda value: sorted(value, key=lambda key: order.get(key, len(order)))


def _effects(value: bool) -> list[str]:
    return ["notify_citizen"] if value else []


def blank_state() -> Content:
    """Return a new state."""
    return {"status": "under_review", "outcome": None, "awaiting": None}


def blank_transition(definition: ProcedureDefinition) -> Content:
    """Return a new transition."""
    return {
        "from": [],
        "to": definition.workflow.states[0].id,
        "role": "agent",
        "act": "move",
        "effects": ["notify_citizen"],
    }


def ready() -> dict[str, tuple[str, str]]:
    """Return the ready workflows: each by its key, with its name and what it is for."""
    return {
        "decision": (
            _("Simple decision"),
            _("An agent prepares, who signs decides; the person may be asked to answer."),
        ),
        "decision_with_pieces": (
            _("Decision, with missing documents"),
            _("The same; documents may be asked for, with a date that holds the delay."),
        ),
        "decision_with_visa": (
            _("Decision, with a visa"),
            _("The head of the department gives a visa before the signature."),
        ),
        "decision_in_full": (
            _("Decision, with every answer"),
            _("Accepted in part or without object, and sent on to another authority, too."),
        ),
        "handling": (_("Handling without a decision"), _("A report or a contact: an agent says what was done.")),
    }
