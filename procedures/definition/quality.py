"""Advice to who writes: what makes a form long, hard to read, or asks for more than it may. It blocks nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.kit.text import fold

from .document import ProcedureDefinition, Step
from .fields import Field

# Our own bounds, from the usual advice of plain language: a label read at a glance, a sentence said in one breath.
LABEL, SENTENCE, QUESTIONS, NEEDED = 110, 25, 8, 20
# Types whose answer is looked for: their help says where.
_LOOKED_FOR = frozenset({"file", "identifier", "iban", "siret", "rna", "family_quotient", "request_link"})
# Hard words of the trade, folded, and what everybody says.
HARD = {
    "susmentionne": "ci-dessus",
    "susvise": "ci-dessus",
    "afferent": "lié",
    "afferents": "liés",
    "afferente": "liée",
    "nonobstant": "malgré",
    "prealablement": "avant",
    "ulterieurement": "plus tard",
    "subsequent": "suivant",
    "le cas echeant": "si besoin",
    "petitionnaire": "demandeur",
    "impetrant": "demandeur",
    "administre": "habitant",
    "delivrance": "remise",
    "acquitter": "payer",
    "solliciter": "demander",
    "stipuler": "préciser",
    "dument": "bien",
    "es qualite": "pour son métier",
    "infine": "à la fin",
    "in fine": "à la fin",
    "ab initio": "dès le début",
    "concomitamment": "en même temps",
    "diligenter": "lancer",
    "eu egard": "vu",
    "sis": "situé",
    "domicilie": "qui habite",
    "percevoir": "recevoir",
    "recepisse": "reçu",
}
# Words of the special categories of data (GDPR, articles 9 and 10).
_SPECIAL = re.compile(
    r"\b(sante|handicap\w*|medica\w*|maladie\w*|allergi\w*|grossesse|enceinte|vaccin\w*|religi\w*|confession|croyance\w*"
    r"|opinion\w*|syndica\w*|politique|ethnique|sexuel\w*|condamn\w*|casier|infraction\w*)\b"
)
_IDENTITY = re.compile(
    r"\b(carte nationale d identite|carte d identite|piece d identite|titre d identite|passeport|cni)\b"
)
# What another administration holds: the town gets it from there where it may (CRPA L113-12, L114-8).
_HELD = re.compile(
    r"\b(avis d imposition|avis d impot|attestation caf|quotient familial caf|extrait kbis|kbis|acte de naissance"
    r"|attestation de droits|attestation pole emploi|attestation france travail|justificatif de domicile)\b"
)

Kind = Literal["step", "field"]


@dataclass(frozen=True)
class Advice:
    """What to look at again: the part, its name, and what to do in words, with the rule where one says it."""

    kind: Kind
    id: str
    name: str
    words: str


def quality(definition: ProcedureDefinition) -> list[Advice]:
    """Return the advice about every step and question, in order."""
    found: list[Advice] = []
    names: dict[str, str] = {}
    for step in definition.steps:
        found += [Advice("step", step.id, step.title, words) for words in _of_step(step)]
        for top in step.fields:
            for field in (top, *top.inner()):
                found += [Advice("field", field.id, field.name, words) for words in _of_field(field)]
                twin = names.setdefault(fold(field.name), field.id)
                if twin != field.id:
                    words = _("another question has the same name: agents take one for the other")
                    found.append(Advice("field", field.id, field.name, words))
    needed = sum(1 for _field in _always_needed(definition))
    if needed > NEEDED:
        words = _("%(count)d answers are needed of everybody: ask only for what serves (GDPR, article 5.1.c)") % {
            "count": needed
        }
        found.append(Advice("step", definition.steps[0].id, definition.title, words))
    return found


def _always_needed(definition: ProcedureDefinition) -> Iterator[Field]:
    """Yield the questions that nobody escapes."""
    for step in definition.steps:
        for section in step.sections if step.when is None else ():
            for field in section.fields if section.when is None else ():
                if field.asked and field.required and field.when is None and field.required_when is None:
                    yield field


def _of_step(step: Step) -> Iterator[str]:
    asked = [field for field in step.fields if field.asked and not field.derived]
    if len(asked) > QUESTIONS:
        yield ngettext("%(count)d question on one page", "%(count)d questions on one page", len(asked)) % {
            "count": len(asked)
        } + _(": a step of %(limit)d at most is not given up") % {"limit": QUESTIONS}
    for text in (step.title, step.question, step.intro):
        yield from _readable(text)


def _of_field(field: Field) -> Iterator[str]:
    if len(field.label) > LABEL:
        yield _("the question is long: keep it under %(limit)d characters, the rest goes to the help") % {
            "limit": LABEL
        }
    letters = [char for char in field.label if char.isalpha()]
    if len(letters) > 5 and all(char.isupper() for char in letters):
        yield _("it is written in capitals: they are hard to read, and spelt out by some screen readers")
    if field.type in _LOOKED_FOR and not field.help:
        yield _("say in the help where it is found")
    for text in (field.label, field.help):
        yield from _readable(text)
    told = fold(f"{field.label} {field.help}")
    if _SPECIAL.search(told) and not field.sensitive and field.type not in {"explanation", "heading"}:
        yield _(
            "it may tell of health, opinions or offences (GDPR, articles 9 and 10): mark it as sensitive, or do not ask"
        )
    if field.type == "file" and _IDENTITY.search(told):
        yield _("an identity document is asked for: only where a text or a doubt calls for it (GDPR, article 5.1.c)")
    if field.type == "file" and _HELD.search(told):
        yield _("another administration holds it: it is not asked of the person where you can get it (CRPA L113-12)")
    options = getattr(field, "options", None)
    if field.type in {"choice", "choices"} and options is not None and len(options) == 1 and field.type == "choice":
        yield _("there is one answer only: a box to tick says the same")


def _readable(text: str) -> Iterator[str]:
    for sentence in re.split(r"(?<=[.!?;:])\s+|\n+", text):
        count = len(sentence.split())
        if count > SENTENCE:
            yield _("a sentence of %(count)d words: cut it in two") % {"count": count}
            break
    told = f" {fold(text)} "
    for hard, easy in HARD.items():
        if f" {hard} " in told:
            yield _("“%(hard)s” is hard to read: “%(easy)s”?") % {"hard": hard, "easy": easy}
    if re.search(r"\bcliquez ici\b|\bcliquer ici\b", told):
        yield _("“click here” says nothing to who hears it: name what the link opens (RGAA 6.1)")
