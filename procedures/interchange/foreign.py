"""A definition from a file or from pasted words, whoever wrote it: ours, or a descriptor of demarches-simplifiees."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from ..definition.document import ProcedureDefinition
from ..definition.upgrade import dump, parse
from ..models import Procedure
from . import blocks, demarches_simplifiees, reading, writing


@dataclass
class Foreign:
    """The JSON of a definition, and what is to be known of how it was read."""

    content: dict[str, Any]
    account: list[str] = field(default_factory=list)


def read(data: bytes, *, name: str = "") -> Foreign:
    """Read bytes as a definition. Raises Unreadable and DefinitionError, in words."""
    if not data.strip():
        raise reading.Unreadable(_("choose a file, or paste its words"))
    as_json = data.lstrip()[:1] in {b"{", b"["}
    value = reading.loads(data, as_json=as_json)
    if isinstance(value, dict) and "steps" in value and "workflow" in value:
        return Foreign(dump(parse(blocks.expand(value, blocks.known))))
    try:
        parsed = demarches_simplifiees.read(value, name=name)
    except reading.Unreadable:
        # It says nothing that another program would: our own reading names what is missing.
        if isinstance(value, dict) and ("steps" in value or "title" in value):
            parse(value)
        raise reading.Unreadable(
            _("the file describes no procedure, neither ours nor of demarches-simplifiees")
        ) from None
    report = parsed.report
    said = _("%(kept)d questions of %(total)d are taken up as they are.")
    account = [
        said % {"kept": report.fields_expressed, "total": report.fields_total},
        *report.degraded,
        *report.warnings,
    ]
    content = {**parsed.content, "service": parsed.content.get("service") or "accueil"}
    return Foreign(dump(parse(content)), account)


def written_of(procedure: Procedure) -> ProcedureDefinition | None:
    """Return what is being written of a procedure, else what is published."""
    return writing.definition_of(procedure, draft=True)
