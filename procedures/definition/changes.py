"""What differs between two sendings of one request, in words."""

from .base import Answers
from .document import ProcedureDefinition


def changes(definition: ProcedureDefinition, before: Answers, after: Answers) -> list[tuple[str, str, str]]:
    """Return what differs between two sendings: each question's name, its answer before, and after; in order of the form."""
    old = {field.id: field for _step, _section, field in definition.sent(before)}
    new = {field.id: field for _step, _section, field in definition.sent(after)}
    order = [name for name in definition.every_field if name in old or name in new]
    return [
        (
            (new.get(name) or old[name]).name,
            old[name].display(before[name]) if name in old else "",
            new[name].display(after[name]) if name in new else "",
        )
        for name in order
        if before.get(name) != after.get(name)
    ]
