"""Writing a definition in a file: the same definition always gives the same bytes, and reads back as itself."""

import json
from typing import Any, Literal

import yaml

from ..definition.document import ProcedureDefinition
from ..definition.upgrade import dump
from ..models import Procedure, WorkingCopy

Format = Literal["yaml", "json"]


class _Dumper(yaml.SafeDumper):
    """Writes every value in full: a file for people has no alias."""

    def ignore_aliases(self, data: Any) -> bool:
        """Never point at a value written before."""
        return True

    def text(self, data: str) -> yaml.Node:
        """Escape the rare line ends of Unicode: written as they are, they would not read back."""
        style = '"' if any(mark in data for mark in "\x85\u2028\u2029\ufeff") else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Dumper.add_representer(str, _Dumper.text)


def write(definition: ProcedureDefinition, form: Format = "yaml") -> bytes:
    """Return the whole document, every default written out, in the order of the model."""
    content = dump(definition)
    if form == "json":
        text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    else:
        text = yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)
    return text.encode()


def definition_of(procedure: Procedure, *, draft: bool = False) -> ProcedureDefinition | None:
    """Return what is published, or what is being written where it is asked for or nothing is published yet."""
    copy = WorkingCopy.objects.filter(procedure=procedure).first()
    if copy is not None and (draft or procedure.current_version is None):
        return copy.definition
    return procedure.current_version.definition if procedure.current_version is not None else None
