"""The controls of a rule: on what, with which answers, and what is then done; services and actions by their names."""

from django.utils.translation import gettext as _

from portal.kit.text import fold
from portal.kit.widgets import Suggested
from town.models import Department

from ..definition.document import ProcedureDefinition
from .condition_field import ConditionField, before
from .part_form import Attr, Content, line, pick, whole


def moments() -> dict[str, str]:
    """Return on what a rule is tried."""
    return {
        "filed": _("when it is filed"),
        "state": _("some days after it came to a state"),
        "due": _("some days before its legal date"),
    }


def acts() -> dict[str, str]:
    """Return what a rule does."""
    return {
        "route": _("gives it to another department"),
        "assign": _("gives it to the agent who has the fewest"),
        "label": _("puts a label on it"),
        "remind": _("reminds who follows it"),
        "escalate": _("asks the head of the department to look"),
        "tell": _("writes to the person"),
        "move": _("does an action of the workflow"),
    }


def of_rule(definition: ProcedureDefinition, part: Content) -> list[Attr]:
    """Return the controls of a rule that is there, or of a new one."""
    states = [(one.id, one.label) for one in definition.workflow.states]
    here = next((one for one in definition.rules if one.id == part.get("id")), None)
    condition = ConditionField(
        definition,
        before(definition, "", ""),
        here.when if here is not None else None,
        label=_("With which answers"),
        lead=_("Only if"),
    )
    to = line(
        _("To whom, which label, which words, or which action"),
        hint=_("The name of the department, the label, what is written to the person, or the name of the action."),
    )
    to.widget = Suggested([(name, "") for name in _names(definition)], attrs={"class": "wide"})
    return [
        Attr(
            "title", line(_("Name of the rule"), hint=_("Agents read it in the request."), needed=_("Name the rule."))
        ),
        Attr("on", pick(_("When"), list(moments().items()), needed=_("Choose one."))),
        Attr(
            "state",
            pick(_("In which state"), [("", _("none")), *states], hint=_("For some days after it came to a state.")),
            lambda value: value or "",
            lambda value: value or None,
        ),
        Attr("days", whole(_("How many days"), least=0, most=730), keep=lambda value: value or 0),
        Attr("when", condition, lambda _value: condition.initial),
        Attr("do", pick(_("What is done"), list(acts().items()), needed=_("Choose one."))),
        Attr("to", to, lambda _value: shown(part, definition)),
    ]


def _names(definition: ProcedureDefinition) -> list[str]:
    services = list(Department.objects.order_by("name").values_list("name", flat=True)[:60])
    return [*services, *(one.label for one in definition.workflow.transitions if one.act == "move")]


def shown(part: Content, definition: ProcedureDefinition) -> str:
    """Say to whom or what a rule leads: the name of the department, or of the action."""
    leads = str(part.get("to") or "")
    if part.get("do") == "move":
        return next((one.label for one in definition.workflow.transitions if one.id == leads), leads)
    if part.get("do") == "route":
        found = Department.objects.filter(slug__in={leads, leads.replace("_", "-")}).first()
        return found.name if found is not None else leads
    return leads


def kept(values: Content, definition: ProcedureDefinition) -> str:
    """Return what is kept of the name that was typed; what names nothing stays as it is, and blocks the publication."""
    typed = str(values.get("to") or "").strip()
    if values.get("do") == "move":
        moves = definition.workflow.transitions
        return next((one.id for one in moves if fold(one.label) == fold(typed) or one.id == typed), typed)
    if values.get("do") == "route":
        found = next((one for one in Department.objects.all() if fold(one.name) == fold(typed)), None)
        return found.slug if found is not None else typed
    return typed


def blank() -> Content:
    """Return a new rule."""
    return {"on": "filed", "state": None, "days": 0, "when": None, "do": "label", "to": ""}
