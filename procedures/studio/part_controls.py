"""The controls of the parts that hold questions: a step, a part of a step, a reason not to go on."""

from django.utils.translation import gettext as _

from ..definition.document import ProcedureDefinition, Section, Step, Stop
from ..definition.edits import Part
from ..definition.language import Condition
from . import question_controls
from .condition_field import ConditionField, before
from .part_form import Attr, Content, line, prose


def attrs_of(kind: Part, part: Content, definition: ProcedureDefinition, key: str) -> list[Attr]:
    """Return the controls of a part that has or would have the id ``key``."""
    match kind:
        case "field":
            return question_controls.attrs_of(part, definition, key)
        case "step":
            return [
                Attr(
                    "title",
                    line(_("Name of the step"), hint=_("In the progress: a few words."), needed=_("Name the step.")),
                ),
                Attr("question", line(_("Title of the page"), needed=_("Write the title of the page."))),
                Attr("intro", prose(_("Introduction"), hint=_("Under the title, where it helps."))),
                _when(kind, definition, key, _("When this step is shown")),
            ]
        case "section":
            return [
                Attr("title", line(_("Heading"), hint=_("Empty: the questions follow without a title."))),
                Attr("intro", prose(_("Introduction"))),
                _when(kind, definition, key, _("When this part is shown")),
            ]
        case "stop":
            return _stop(definition, key)


def _stop(definition: ProcedureDefinition, key: str) -> list[Attr]:
    where = _("Where to turn to instead; the request is not asked for here.")
    return [
        _when("stop", definition, key, _("With which answers"), lead=_("Stop if"), required=True),
        Attr("title", line(_("What is said"), needed=_("Write what is said."))),
        Attr("text", prose(_("Explanation"), hint=where)),
        Attr("link", line(_("Link"), hint=_("https://… or a page of this portal: /demarches/…"))),
        Attr("link_label", line(_("Words of the link"))),
    ]


def _when(
    kind: Part, definition: ProcedureDefinition, key: str, label: str, *, lead: str = "", required: bool = False
) -> Attr:
    field = ConditionField(
        definition,
        before(definition, kind, key),
        condition_of(kind, definition, key),
        label=label,
        lead=lead or _("Show if"),
        required=required,
    )
    return Attr("when", field, lambda _value: field.initial)


def condition_of(kind: Part, definition: ProcedureDefinition, key: str) -> Condition | None:
    """Return the condition under which a part applies."""
    for step in definition.steps:
        held: dict[str, list[Step | Section | Stop]] = {
            "step": [step],
            "section": [*step.sections],
            "stop": [*step.stops],
        }
        for one in held.get(kind, []):
            if one.id == key:
                return one.when
    return None
