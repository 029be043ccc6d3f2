"""What a definition in the making may still miss or hold: what the town must say, what must be replaced or removed."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from portal.kit.text import fold

from .document import ProcedureDefinition
from .fields import Field, PlaceholderField

Fault = tuple[str, str]  # its place in words, and what is wrong

# Names that the page of a step keeps for its own buttons.
RESERVED_FIELD_IDS = frozenset({"action", "remove", "revision", "row", "tab", "csrfmiddlewaretoken"})
# Questions that ask for the number of a person in the national register (NIR), on folded text.
_NIR = re.compile(
    r"\bnir\b|inscription au repertoire"
    r"|\b(?:no?|nos|num|numeros?|matricule|immatriculation)"
    r"(?: (?!tel|adresse|courriel)\w+){0,4}? (?:secu|securite sociale|assuree? sociale?)\b"
)
_TYPED = {"text", "number"}


def faults(definition: ProcedureDefinition) -> Iterator[Fault]:
    """Yield all that a town must settle before publication, the law and the workflow apart."""
    yield from _page(definition)
    yield from _questions(definition)


def asks_for_nir(label: str) -> bool:
    """Say whether a label asks for the social-security number, which few texts let a town keep (decree 2019-341)."""
    return bool(_NIR.search(fold(label)))


def _page(definition: ProcedureDefinition) -> Iterator[Fault]:
    """What a person must know before she starts."""
    ways = definition.other_ways
    for words, absent in {
        _("say in one sentence what the procedure is for"): not definition.summary,
        _("choose the theme under which it is listed"): not definition.theme,
        _("say who may ask"): not definition.who_may_ask,
        _("say which documents to prepare, or that none is needed"): definition.documents is None,
        _("say what it costs, or that it is free"): not definition.cost,
        _("say the usual delay of the answer"): not definition.usual_delay,
        _("say how to ask at the counter, by post and by telephone"): not (ways.counter and ways.post and ways.phone),
        _("say what happens after the filing"): not definition.letters.next_steps,
    }.items():
        if absent:
            yield (_("page of the procedure"), words)


def _questions(definition: ProcedureDefinition) -> Iterator[Fault]:
    for step in definition.steps:
        for field in (field for top in step.fields for field in (top, *top.inner())):
            place = _("step “%(step)s”, question “%(label)s”") % {"step": step.title, "label": field.name}
            if isinstance(field, PlaceholderField):
                yield (place, _("this question was imported and cannot be asked as it is: replace it or remove it"))
            if field.id in RESERVED_FIELD_IDS:
                yield (place, _("its id “%(id)s” is reserved: choose another") % {"id": field.id})
            if field.asked and field.value_type in _TYPED and not field.legal_reference and _names_nir(field):
                yield (
                    place,
                    _(
                        "it asks for a social-security number: remove it, or name the text that allows it (decree 2019-341)"
                    ),
                )


def _names_nir(field: Field) -> bool:
    return asks_for_nir(field.label) or asks_for_nir(field.short)
