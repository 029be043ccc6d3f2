"""What blocks publication: faults of a definition that parses, each with its place in words."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from . import completeness, workflow
from .analysis import mismatches
from .document import ProcedureDefinition
from .letter import faults as letter_faults
from .retention import months_of
from .rules import faults as rule_faults


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
        *(Problem(place, fault) for place, fault in completeness.faults(definition)),
        *_legal(definition),
        *_privacy(definition),
        *_retention(definition),
        *_workflow(definition),
        *_conditions(definition),
        *_letters(definition),
        *_rules(definition),
        *_annotations(definition),
    ]


def _legal(definition: ProcedureDefinition) -> Iterator[Problem]:
    legal, place = definition.legal, _("legal block")
    if legal.nature is None:
        yield Problem(place, _("say what it is: a request, a declaration, a report or an appeal"))
    if legal.nature not in {None, "report"} and definition.applicant.identification != "full":
        yield Problem(
            place, _("only a report may be sent without saying who sends it (R112-9-1): ask for the identity")
        )
    if not legal.basis:
        yield Problem(place, _("the legal basis is missing"))
    if legal.silence_effect is None:
        yield Problem(place, _("say what silence means: acceptance, rejection or nothing"))
    elif not legal.silence_legal_basis:
        yield Problem(place, _("the legal basis of the silence effect is missing"))
    if legal.silence_effect in {"acceptance", "rejection"} and legal.silence_delay is None:
        yield Problem(place, _("the delay after which silence takes effect is missing"))
    if legal.registered_basis and definition.applicant.identification != "full":
        yield Problem(place, _("a registered letter needs a name and an address: ask the applicant who she is"))
    if legal.extensions and legal.silence_effect not in {"acceptance", "rejection"}:
        yield Problem(place, _("an extension prolongs a delay: silence must mean something first"))
    if len({one.basis for one in legal.extensions}) != len(legal.extensions):
        yield Problem(place, _("two extensions rest on the same text"))
    if not all(one.basis for one in legal.extensions):
        yield Problem(place, _("an extension names the text that gives it"))
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


def _retention(definition: ProcedureDefinition) -> Iterator[Problem]:
    privacy, place = definition.privacy, _("data-protection notice")
    whole = months_of(privacy)
    if privacy.sensitive_months and whole is not None and privacy.sensitive_months >= whole:
        yield Problem(place, _("sensitive answers go before the rest of the request: give them a shorter time"))


def _workflow(definition: ProcedureDefinition) -> Iterator[Problem]:
    for fault in workflow.check(definition.workflow):
        yield Problem(_("workflow"), fault)
    flow = definition.workflow
    adverse = any(state.outcome == "refused" for state in flow.states) or any(one.adverse for one in flow.transitions)
    if adverse and not definition.legal.remedies:
        yield Problem(_("legal block"), _("a procedure that can be refused needs its remedies"))


def _letters(definition: ProcedureDefinition) -> Iterator[Problem]:
    said = {
        "twice": _("two letters are called “%(name)s”"),
        "chip": _("the chip “[[%(name)s]]” stands for nothing: no such question, or no such name"),
        "condition": _("a condition reads the answer “%(name)s”, which does not exist"),
        "bracket": _("a chip is not closed: “%(name)s”"),
        "transition": _("the transition “%(name)s” does not exist, or gives another answer"),
    }
    for letter, kind, name in letter_faults(definition):
        yield Problem(_("letter “%(id)s”") % {"id": letter}, said[kind] % {"name": name})


def _rules(definition: ProcedureDefinition) -> Iterator[Problem]:
    said = {
        "twice": _("two rules are called “%(name)s”"),
        "condition": _("a condition reads the answer “%(name)s”, which does not exist"),
        "state": _("it waits in the state “%(name)s”, which does not exist, or does not say how many days"),
        "to": _("it does not say what to do"),
        "label": _("the label “%(name)s” is too long: keep it under 40 letters"),
        "route": _("a request is given to a service when it is filed, not later"),
        "move": _("the transition “%(name)s” does not leave that state, or is not one that happens by itself"),
    }
    for rule, kind, name in rule_faults(definition):
        yield Problem(_("rule “%(id)s”") % {"id": rule}, said[kind] % {"name": name})


# What agents note is short: neither files, nor groups, nor what looks something up.
_NOTED = frozenset(
    {
        "text",
        "long_text",
        "number",
        "decimal",
        "amount",
        "date",
        "time",
        "choice",
        "choices",
        "yes_no",
        "email",
        "phone",
    }
)


def _annotations(definition: ProcedureDefinition) -> Iterator[Problem]:
    seen = set(definition.every_field)
    for one in definition.annotations:
        place = _("annotation “%(id)s”") % {"id": one.id}
        if one.id in seen:
            yield Problem(place, _("its id is that of another question"))
        seen.add(one.id)
        if one.type not in _NOTED:
            yield Problem(place, _("agents note no answer of this type"))
        if one.conditions():
            yield Problem(place, _("what agents note depends on nothing"))


def _conditions(definition: ProcedureDefinition) -> Iterator[Problem]:
    for place, fault in mismatches(definition):
        yield Problem(place, fault)
