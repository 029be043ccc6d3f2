"""What blocks publication: faults of a definition that parses, each with its place in words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.kit.text import fold

from . import workflow
from .document import ProcedureDefinition
from .fields import Field, PlaceholderField

# Names that the page of a step keeps for its own buttons.
RESERVED_FIELD_IDS = frozenset({"action", "remove", "row", "tab", "csrfmiddlewaretoken"})
# Questions that ask for the number of a person in the national register (NIR), on folded text.
_NIR = re.compile(
    r"\bnir\b|inscription au repertoire"
    r"|\b(?:no?|nos|num|numeros?|matricule|immatriculation)"
    r"(?: (?!tel|adresse|courriel)\w+){0,4}? (?:secu|securite sociale|assuree? sociale?)\b"
)
_TYPED = {"text", "number"}


@dataclass(frozen=True)
class Problem:
    """A blocking fault: where it is, and what is wrong."""

    place: str
    message: str

    def __str__(self) -> str:
        """Say both on one line."""
        return f"{self.place}: {self.message}"


def blocking_problems(definition: ProcedureDefinition) -> list[Problem]:
    """Return every fault that forbids publication; an empty list lets it go."""
    return [
        *_page(definition),
        *_legal(definition),
        *_privacy(definition),
        *_workflow(definition),
        *_questions(definition),
    ]


def asks_for_nir(label: str) -> bool:
    """Say whether a label asks for the social-security number, which few texts let a town keep (decree 2019-341)."""
    return bool(_NIR.search(fold(label)))


def _page(definition: ProcedureDefinition) -> Iterator[Problem]:
    """What a person must know before she starts."""
    ways = definition.other_ways
    for words, absent in {
        _("say in one sentence what the procedure is for"): not definition.summary,
        _("choose the theme under which it is listed"): not definition.theme,
        _("say who may ask"): not definition.who_may_ask,
        _("say which documents to prepare, or that none is needed"): definition.documents is None,
        _("say what it costs, or that it is free"): not definition.cost,
        _("say how many minutes it takes to fill in"): definition.minutes is None,
        _("say the usual delay of the answer"): not definition.usual_delay,
        _("say how to ask at the counter, by post and by telephone"): not (ways.counter and ways.post and ways.phone),
        _("say what happens after the filing"): not definition.letters.next_steps,
    }.items():
        if absent:
            yield Problem(_("page of the procedure"), words)


def _questions(definition: ProcedureDefinition) -> Iterator[Problem]:
    for step in definition.steps:
        for field in _every(step.fields):
            place = _("step “%(step)s”, question “%(label)s”") % {"step": step.title, "label": field.name}
            if isinstance(field, PlaceholderField):
                yield Problem(
                    place, _("this question was imported and cannot be asked as it is: replace it or remove it")
                )
            if field.id in RESERVED_FIELD_IDS:
                yield Problem(place, _("its id “%(id)s” is reserved: choose another") % {"id": field.id})
            if field.asked and field.value_type in _TYPED and not field.legal_reference and _names_nir(field):
                yield Problem(
                    place,
                    _(
                        "it asks for a social-security number: remove it, or name the text that allows it (decree 2019-341)"
                    ),
                )


def _names_nir(field: Field) -> bool:
    return asks_for_nir(field.label) or asks_for_nir(field.short)


def _every(fields: list[Field]) -> Iterator[Field]:
    """Yield the fields, those of repeated groups included."""
    for field in fields:
        yield field
        yield from _every([inner for inner in getattr(field, "fields", []) if isinstance(inner, Field)])


def _legal(definition: ProcedureDefinition) -> Iterator[Problem]:
    legal, place = definition.legal, _("legal block")
    if legal.nature is None:
        yield Problem(place, _("say what it is: a request, a declaration, a report or an appeal"))
    if not legal.basis:
        yield Problem(place, _("the legal basis is missing"))
    if legal.silence_effect is None:
        yield Problem(place, _("say what silence means: acceptance, rejection or nothing"))
    elif not legal.silence_legal_basis:
        yield Problem(place, _("the legal basis of the silence effect is missing"))
    if legal.silence_effect in {"acceptance", "rejection"} and legal.silence_delay is None:
        yield Problem(place, _("the delay after which silence takes effect is missing"))
    if legal.silence_effect == "rejection" and not legal.remedies:
        yield Problem(place, _("a rejection needs its remedies (R112-11-1)"))
    if legal.financial and legal.silence_effect == "acceptance":
        yield Problem(place, _("silence cannot grant a financial request (L231-4)"))


def _privacy(definition: ProcedureDefinition) -> Iterator[Problem]:
    privacy, place = definition.privacy, _("data-protection notice")
    for name, words in {
        "purpose": _("the purpose is missing"),
        "basis": _("the legal basis (GDPR article 6) is missing"),
        "basis_text": _("the text behind the legal basis is missing"),
        "recipients": _("the recipients are missing"),
        "retention_months": _("the retention period is missing"),
        "retention_text": _("the explanation of the retention period is missing"),
        "if_not_provided": _("say what happens when an answer is not given"),
    }.items():
        if not getattr(privacy, name):
            yield Problem(place, words)


def _workflow(definition: ProcedureDefinition) -> Iterator[Problem]:
    for fault in workflow.check(definition.workflow):
        yield Problem(_("workflow"), fault)
    refuses = any(state.outcome == "refused" for state in definition.workflow.states)
    if refuses and not definition.legal.remedies:
        yield Problem(_("legal block"), _("a procedure that can be refused needs its remedies"))
