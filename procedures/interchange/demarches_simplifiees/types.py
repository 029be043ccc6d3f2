"""Each kind of question in our own types; what this portal does not ask is kept as a placeholder."""

import re
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError

from portal.kit.text import fold

from ...definition.completeness import asks_for_nir
from ...definition.fields import FIELD_TYPES
from . import texts
from .descriptors import Descriptor
from .names import Ids, Names, option_values, values
from .report import Report

Question = dict[str, Any]

OTHER = "Autre"
ROWS = 50
# {kind of the source: our type, where nothing else has to be said}
PLAIN = {
    "text": "text",
    "textarea": "long_text",
    "email": "email",
    "phone": "phone",
    "integernumber": "number",
    "number": "decimal",  # the old name of decimal numbers
    "decimalnumber": "decimal",
    "date": "date",
    "datetime": "datetime",
    "yesno": "yes_no",
    "checkbox": "consent",
    "civilite": "civility",
    "address": "address",
    "commune": "commune",
    "communes": "commune",
    "departement": "departement",
    "departements": "departement",
    "region": "region",
    "regions": "region",
    "pays": "country",
    "siret": "siret",
    "rna": "rna",
    "iban": "iban",
    "dossierlink": "request_link",
    "carte": "map",
    "headersection": "heading",
    "explication": "explanation",
}
# Kinds that become a plain text: what was looked up or checked elsewhere is typed.
_TYPED = {"formatted", "expressionreguliere", "rnf", "annuaireeducation", "engagementjuridique", "referentiel"}
_IDENTITY = re.compile(r"\b(?:titre|carte|piece)s? (?:nationale )?d ?identite\b|\bpasseports?\b|\bcni\b")
_BANK = re.compile(r"\brib\b|releve d ?identite bancaire|releve bancaire")
_SEPARATOR = re.compile(r"^--(.*)--$")


class Types:
    """Builds the questions of one document, naming them and noting what changes on the way."""

    def __init__(self, ids: Ids, report: Report) -> None:
        self.ids, self.report = ids, report
        # Whether the section being filled has a title: one of a lower level may stand below it, and only then.
        self.titled = False
        self._builders: dict[str, Callable[[Descriptor, Question], list[Question]]] = {
            "dropdownlist": self._choice,
            "multipledropdownlist": self._choices,
            "linkeddropdownlist": self._linked,
            "piecejustificative": self._file,
            "titreidentite": self._file,
            "repetition": self._group,
        }

    def build(self, descriptor: Descriptor, *, in_row: bool = False) -> list[Question]:
        """Return the question, and those that it takes to say the same: one at least, whatever came."""
        question = self._common(descriptor)
        if descriptor.template:
            self.report.degrade(
                descriptor.label,
                _("the model “%(name)s” is not in the file: join it again") % {"name": descriptor.template},
            )
        if asks_for_nir(descriptor.label):
            self.report.warn(_("asks for a social-security number, which blocks publication"), descriptor.label)
        builder = self._builders.get(descriptor.kind)
        if builder is not None and not (in_row and descriptor.kind == "repetition"):
            built = builder(descriptor, question)
        else:
            built = self._plain(descriptor, question)
        self.report.fields_expressed += built[0]["type"] != "placeholder"
        return built

    def _common(self, descriptor: Descriptor) -> Question:
        label, rest = texts.cut(descriptor.label, texts.LABEL)
        whole = f"{descriptor.label}\n\n{descriptor.description}".strip() if rest else descriptor.description
        help_text, lost = texts.cut(whole, texts.PROSE)
        if rest:
            self.report.warn(_("the label is long: it is whole in the help of the question"), label)
        if lost:
            self.report.degrade(label, _("the help is too long; what follows was left out: %(rest)s") % {"rest": lost})
        return {
            "id": self.ids.field(descriptor.label, descriptor.source_id),
            "label": label,
            "help": help_text,
            "required": descriptor.required,
        }

    def _plain(self, descriptor: Descriptor, question: Question) -> list[Question]:
        kind = PLAIN.get(descriptor.kind)
        if descriptor.kind in _TYPED:
            self.report.degrade(descriptor.label, _("what was checked or looked up elsewhere is typed as a plain text"))
            kind = "text"
        if kind is None:
            return [self.placeholder(descriptor, question)]
        if kind in {"heading", "explanation"}:
            return [self._content(descriptor, question, kind)]
        tries: list[Question] = [{}]
        if kind == "address" and "own" in FIELD_TYPES["address"].model_fields:
            tries.insert(0, {"own": False})
        if kind == "map":
            tries += [{"geometry": shape} for shape in ("any", "point", "polygon")]
        return [self._first_accepted(descriptor, [{"type": kind, **question, **more} for more in tries])]

    def _content(self, descriptor: Descriptor, question: Question, kind: str) -> Question:
        """What is only read: its help is its text."""
        said = {name: question[name] for name in ("id", "label")} | {"required": False}
        text, title = (question["help"], question["label"]) if question["help"] else (question["label"], "")
        # What people read above the text, where the type has it.
        tries = [{"type": "explanation", **said, "text": text, "title": title}]
        tries.append({"type": "explanation", **said, "text": "\n\n".join(part for part in (title, text) if part)})
        if kind == "heading" and self.titled:
            tries.insert(0, {"type": "heading", **said, **({"help": question["help"]} if question["help"] else {})})
        return self._first_accepted(descriptor, [*tries])

    def _first_accepted(self, descriptor: Descriptor, tries: list[Question]) -> Question:
        """Return the first question that its type accepts here today, else a placeholder."""
        for question in tries:
            if accepted(question):
                return question
        return self.placeholder(descriptor, tries[0])

    def placeholder(self, descriptor: Descriptor, question: Question) -> Question:
        """Keep a question that cannot be asked, whole, for a person to replace."""
        self.report.degrade(
            descriptor.label,
            _("the type “%(type)s” cannot be asked here: kept, to be replaced before publication")
            % {"type": descriptor.source_type or "?"},
        )
        return {
            "type": "placeholder",
            "id": question["id"],
            "label": question["label"],
            "help": question.get("help") or texts.cut(descriptor.description, texts.PROSE)[0],
            "required": False,
            "source_type": descriptor.source_type,
            "options": descriptor.options,
            "held": [child.held() for child in descriptor.children],
        }

    def _options(self, descriptor: Descriptor, labels: list[str], names: Names | None = None) -> list[Question]:
        """Return the options, each once, with stable values; a label that is too long is whole in its help."""
        distinct = list(dict.fromkeys(labels))
        if len(distinct) < len(labels):
            self.report.warn(_("an option was there twice: it is kept once"), descriptor.label)
        used, options = Names(), []
        for label, value in zip(distinct, option_values(distinct, names), strict=True):
            short, rest = texts.cut(label, texts.LABEL - 10)
            options.append({"value": value, "label": used.give(short), **({"help": label} if rest else {})})
        return options

    def _offered(self, descriptor: Descriptor) -> list[str]:
        """Return what can be chosen: lines such as "--Sport--" part a simple list and were never answers."""
        chosen = [label for label in descriptor.options if not _SEPARATOR.match(label)]
        if chosen and len(chosen) < len(descriptor.options):
            self.report.warn(_("the headings inside the list are left out"), descriptor.label)
        return chosen or descriptor.options

    def _choice(self, descriptor: Descriptor, question: Question) -> list[Question]:
        labels, extra = self._offered(descriptor), []
        if not labels:
            self.report.warn(_("the list has no option yet"), descriptor.label)
            if not descriptor.other:
                return [self.placeholder(descriptor, question)]
        names = values()
        options = self._options(descriptor, labels, names)
        if descriptor.other:
            label = OTHER if OTHER not in labels else f"{OTHER} (à préciser)"
            value = names.give("autre_a_preciser" if any(o["value"] == "autre" for o in options) else "autre")
            options.append({"value": value, "label": label})
            extra = [
                {
                    "type": "text",
                    "id": self.ids.field(f"{question['id'][:32]} autre"),
                    "label": "Précisez votre réponse",
                    "short": texts.cut(f"{question['label']} : précision", texts.LABEL)[0],
                    "required": descriptor.required,
                    "when": {"field": question["id"], "op": "is", "value": value},
                }
            ]
        built = self._first_accepted(descriptor, [{"type": "choice", **question, "options": options}])
        return [built, *(extra if built["type"] == "choice" else [])]

    def _choices(self, descriptor: Descriptor, question: Question) -> list[Question]:
        labels = self._offered(descriptor)
        if not labels:
            self.report.warn(_("the list has no option yet"), descriptor.label)
            return [self.placeholder(descriptor, question)]
        options = self._options(descriptor, labels)
        tries = [{"type": "choices", **question, "options": options}]
        if len(options) == 1:
            # One box to tick.
            label, _rest = texts.cut(f"{question['label']} : {options[0]['label']}", texts.LABEL)
            tries.append({"type": "consent", **question, "label": label})
        return [self._first_accepted(descriptor, [*tries])]

    def _linked(self, descriptor: Descriptor, question: Question) -> list[Question]:
        """Two lists, the second ruled by the first: "--Sport--" opens a first answer, its second answers follow."""
        first: dict[str, list[str]] = {}
        current: list[str] | None = None
        for label in descriptor.options:
            opened = _SEPARATOR.match(label)
            if opened:
                current = first.setdefault(opened[1].strip() or label, [])
            elif current is None:
                first[label] = []  # an answer before any opening line has nothing under it
            else:
                current.append(label)
        names = values()
        options = self._options(descriptor, list(first), names)
        for option, below in zip(options, first.values(), strict=True):
            option["children"] = [
                {"value": inner["value"], "label": inner["label"]} for inner in self._options(descriptor, below, names)
            ]
            option.pop("help", None)
        levels = [texts.cut(question["label"], 100)[0], "Précision"]
        tries = [{"type": "linked_choice", **question, "levels": levels, "options": options}]
        if not options:
            self.report.warn(_("the list has no option yet"), descriptor.label)
        return [self._first_accepted(descriptor, [*tries])]

    def _file(self, descriptor: Descriptor, question: Question) -> list[Question]:
        nature, label = fold(descriptor.nature), fold(descriptor.label)
        kind = ""
        if descriptor.kind == "titreidentite" or "identite" in nature or _IDENTITY.search(label):
            kind = "identity"
        elif nature == "rib" or _BANK.search(label):
            kind = "bank"
        more = {"kind": kind} if kind and "kind" in FIELD_TYPES["file"].model_fields else {}
        return [self._first_accepted(descriptor, [{"type": "file", **question, "max_files": 10, **more}])]

    def _group(self, descriptor: Descriptor, question: Question) -> list[Question]:
        """A repeated group, with its children; one that cannot be asked here keeps them all, as they were read."""
        # Nothing bounds the rows there; here a page must hold them all.
        row_label = texts.cut(question["label"], 60)[0]
        whole = {"type": "group", **question, "minimum": int(descriptor.required), "row_label": row_label}
        before = self.report.fields_expressed
        fields = [built for child in descriptor.children for built in self.build(child, in_row=True)]
        tries = [{**whole, "fields": fields, "maximum": most} for most in (ROWS, 20)]
        built = self._first_accepted(descriptor, tries)
        if built["type"] == "placeholder":
            self.report.fields_expressed = before
        return [built]


def accepted(question: Question) -> bool:
    """Say whether this portal knows the type, and the type the options."""
    kind = FIELD_TYPES.get(question["type"])
    if kind is None:
        return False
    try:
        kind.model_validate(question)
    except ValidationError:
        return False
    return True
