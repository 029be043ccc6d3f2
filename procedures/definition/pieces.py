"""The files that a procedure asks for, said before one starts: which, how, and for whom where not for everyone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from portal.kit.text import fold

from .fields import Field, FileField
from .language import All, Condition

if TYPE_CHECKING:
    from .document import ProcedureDefinition

_SHORT = {"art", "mme", "mlle"}


@dataclass(frozen=True)
class Piece:
    """A file to prepare: what it is called, what is said of it in one line, and whether one may do without."""

    name: str
    words: str
    optional: bool


def asked(definition: "ProcedureDefinition") -> list[Piece]:
    """Return the files that may be asked for, in order; those that the author names word for word are left out."""
    named = {fold(document) for document in definition.documents or []}
    return [
        _piece(definition, field, row, when)
        for field, row, when in _files(definition)
        if fold(field.label) not in named and fold(field.name) not in named
    ]


def _files(definition: "ProcedureDefinition") -> Iterator[tuple[FileField, str, list[Condition]]]:
    """Yield each question that takes files, the name of its row where it is in one, and all that it depends on."""
    for step in definition.steps:
        for section in step.sections:
            for top in section.fields:
                around = [step.when, section.when, top.when]
                yield from _file(top, "", around)
                for inner in top.inner():
                    yield from _file(inner, getattr(top, "row_label", ""), [*around, inner.when])


def _file(
    field: Field, row: str, conditions: list[Condition | None]
) -> Iterator[tuple[FileField, str, list[Condition]]]:
    if isinstance(field, FileField):
        yield field, row, [when for when in conditions if when is not None]


def _piece(definition: "ProcedureDefinition", field: FileField, row: str, when: list[Condition]) -> Piece:
    words = []
    if when:
        words.append(_("In this case: %(condition)s.") % {"condition": definition.say(_all(when))})
    if field.required and field.required_when is not None:
        words.append(_("Required in this case: %(condition)s.") % {"condition": definition.say(field.required_when)})
    if row:
        words.append(_("For each “%(row)s”.") % {"row": row})
    words += [first_sentence(field.help), field.limits(settings.UPLOAD_MAX_BYTES)]
    return Piece(field.label, " ".join(filter(None, words)), not field.required or field.required_when is not None)


def _all(conditions: list[Condition]) -> Condition:
    """Return one condition for all; what stands on a page and on its question alike is said once."""
    once = [when for number, when in enumerate(conditions) if when not in conditions[:number]]
    return once[0] if len(once) == 1 else All(all=once)


def first_sentence(text: str) -> str:
    """Return the first sentence of a help; what follows is read where the file is asked for."""
    line = text.strip().split("\n")[0].removeprefix("- ").strip()
    for end in re.finditer(r"[.!?…](?=\s+[A-ZÀ-ÖØ-Þ«“0-9])", line):
        word = re.search(r"[^\W\d_]*$", line[: end.start()])
        # The point of “M.”, of “n.” or of “art.” ends no sentence.
        if end[0] == "." and word is not None and (len(word[0]) in {1, 2} or word[0].lower() in _SHORT):
            continue
        return line[: end.end()]
    return line
