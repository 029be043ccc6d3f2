"""A paper form, its words pasted, read as a draft: titles, questions and boxes, by rules that anybody can foresee."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from portal.kit.text import fold

from ..definition.blank import blank
from ..definition.edits import add_field, fresh
from ..definition.fields.base import clean_text
from .reading import Unreadable

_LINES, _LONGEST = 2000, 300
_BOX = r"[☐☑□■▢◻◯○❏❑✓✗]|\[\s?[xX]?\s?\]|\(\s?\)"
_BOXES = re.compile(_BOX)
_BLANKS = re.compile(r"(?:_{2,}|\.{4,}|…{2,}|-{4,}|(?:\.\s){4,})")
_NUMBERED = re.compile(r"^(?:[IVX]{1,4}|[0-9]{1,2}|[A-H])\s*[.)\-–/]\s+(?=\S)")
# What the portal asks by itself, at its last step: a paper form repeats it.
_IDENTITY = (
    "demandeur",
    "identite",
    "coordonnees",
    "vos coordonnees",
    "etat civil du demandeur",
    "le demandeur",
    "vous",
)
_ASKED = frozenset(
    {
        *("nom", "prenom", "prenoms", "nom et prenom", "nom prenom", "adresse", "code postal", "ville", "commune"),
        *("telephone", "tel", "portable", "mobile", "courriel", "mail", "email", "e mail", "adresse electronique"),
    }
)
# What a sending bears by itself: its day, and who sends it.
_SIGNED = frozenset({"date", "fait a", "fait le", "le", "a", "signature", "signature du demandeur", "cachet"})
# The first rule that finds its words in a label gives its type.
_TYPES: list[tuple[str, str, dict[str, Any]]] = [
    (r"\b(piece|pieces|justificatif|justificatifs|joindre|photocopie|attestation d assurance|kbis|rib)\b", "file", {}),
    (r"\b(iban)\b", "iban", {}),
    (r"\b(siret|siren)\b", "siret", {}),
    (r"\b(date|ne le|nee le|jour)\b", "date", {}),
    (r"\b(heure|horaire|a quelle heure)\b", "time", {}),
    (r"\b(courriel|mail|email)\b", "email", {}),
    (r"\b(telephone|portable|tel)\b", "phone", {}),
    (r"\b(immatriculation)\b", "plate", {}),
    (r"\b(quotient familial)\b", "family_quotient", {}),
    (r"\b(adresse|domicile)\b", "address", {"own": False}),
    (r"\b(montant|prix|tarif|euros|cout|budget)\b", "amount", {}),
    (r"\b(nombre|combien|effectif|nb)\b", "number", {}),
    (
        r"\b(observations?|motifs?|description|decrivez|precisez|expliquez|remarques?|pourquoi|projet)\b",
        "long_text",
        {},
    ),
    (r"\b(atteste|certifie|m engage|declare sur l honneur|autorise)\b", "consent", {}),
]


@dataclass
class Read:
    """One line of the paper: what it was taken for, in words, and the question that it became."""

    line: str
    words: str
    label: str = ""


@dataclass
class Paper:
    """The draft that a paper became, and the account of each of its lines."""

    content: dict[str, Any]
    account: list[Read] = field(default_factory=list)


def read(text: str, department: str) -> Paper:
    """Read the words of a paper form. Raises Unreadable where they hold no question."""
    found = _Reader()
    for line in _lines(text):
        found.take(line)
    found.finish()
    steps = [step for step in found.steps if step["questions"]]
    if not steps:
        raise Unreadable(
            _("no question was found: write each on its own line, ended by a colon, dots or a question mark")
        )
    content = blank(department)
    content["steps"] = []
    for number, step in enumerate(steps):
        title = step["title"] or _first_title(number)
        key = fresh(content, title, kind="step")
        content["steps"].append({"id": key, "title": title[:60], "question": title, "sections": []})
        section = fresh(content, f"{title} 1", kind="section")
        content["steps"][-1]["sections"].append({"id": section, "fields": []})
        for question in step["questions"]:
            add_field(content, question, section=section)
    return Paper(content, found.account)


def _first_title(number: int) -> str:
    return "Votre demande" if number == 0 else f"Suite {number + 1}"


def _lines(text: str) -> Iterator[str]:
    lines = clean_text(text, keep_lines=True).split("\n")
    if len(lines) > _LINES:
        raise Unreadable(_("the text is over %(limit)d lines") % {"limit": _LINES})
    for line in lines:
        yield " ".join(line.split())


class _Reader:
    """Takes lines one by one; boxes belong to the question before them."""

    def __init__(self) -> None:
        self.steps: list[dict[str, Any]] = [{"title": "", "questions": []}]
        self.account: list[Read] = []
        self.label, self.line = "", ""
        self.options: list[str] = []
        self.identity = False

    def take(self, line: str) -> None:
        """Take one line."""
        if not line:
            return
        if _BOXES.search(line):
            self._boxes(line)
            return
        title = _title(line)
        if title:
            self.finish()
            self.identity = fold(title) in _IDENTITY
            self.steps.append({"title": title, "questions": []})
            self.account.append(Read(line, _("title of a step")))
            return
        self.finish()
        if _BLANKS.search(line) or line.endswith((":", "?")) or ":" in line:
            self._questions(line)
        else:
            self.account.append(Read(line, _("text, not taken up")))

    def _questions(self, line: str) -> None:
        """A line may hold several blanks, each with its own words: "Date : ____ Heure : ____"."""
        parts = [part.strip(" :") for part in _BLANKS.split(line)] if _BLANKS.search(line) else [line.strip(" :")]
        labels = [part for part in parts if part and re.search(r"[^\W\d_]", part)]
        for number, label in enumerate(labels):
            if number:
                self.finish()
            self.label, self.line = label[:_LONGEST], line

    def _boxes(self, line: str) -> None:
        before, *rest = _BOXES.split(line)
        if not before.strip() and len(rest) == 1 and fold(rest[0]).startswith(("je ", "j ")):
            # A statement of its own, not one more answer of the list above.
            self.finish()
            self.label, self.line, self.options = rest[0].strip()[:_LONGEST], line, [rest[0].strip()[:_LONGEST]]
            self.finish()
            return
        if before.strip(" :"):
            self.finish()
            self.label, self.line = before.strip(" :")[:_LONGEST], line
        elif not self.label:
            self.label, self.line = rest[0].strip()[:_LONGEST], line
        found = [one.strip(" ;,.") for one in rest]
        self.options += [one[:1].upper() + one[1:] for one in found if one]

    def finish(self) -> None:
        """Make the question that was begun."""
        label, options = self.label, list(dict.fromkeys(one[:_LONGEST] for one in self.options))
        line, self.label, self.line, self.options = self.line, "", "", []
        if not label:
            return
        told = fold(label)
        if not options and (told in _SIGNED or (told in _ASKED and (self.identity or len(self.steps) <= 2))):
            self.account.append(Read(line, _("asked by the portal itself, at the last step")))
            return
        question = _question(label, options)
        self.steps[-1]["questions"].append(question)
        self.account.append(Read(line, question["type"], label))


def _title(line: str) -> str:
    if _BLANKS.search(line) or (line.endswith(("?", ":")) and not _NUMBERED.match(line)):
        return ""
    words = _NUMBERED.sub("", line).strip(" :")
    letters = [char for char in words if char.isalpha()]
    capitals = len(letters) >= 4 and all(char.isupper() for char in letters)
    if (
        not words
        or len(words) > 80
        or not (
            capitals or (_NUMBERED.match(line) and not _BLANKS.search(line) and ":" not in line and "?" not in line)
        )
    ):
        return ""
    return words.capitalize() if capitals else words


def _question(label: str, options: list[str]) -> dict[str, Any]:
    told = fold(label)
    label = re.sub(r"\s*\([^()]*\b(?:coche[rz]|case)[^()]*\)\s*$", "", label) or label
    if options:
        if {fold(one) for one in options} == {"oui", "non"}:
            return {"type": "yes_no", "label": label}
        if len(options) == 1:
            return {"type": "consent", "label": label if fold(label) != fold(options[0]) else options[0]}
        several = any(
            word in told for word in ("plusieurs", "cochez les", "la ou les", "le ou les", "quels", "quelles")
        )
        values = [{"value": f"r{number}", "label": one} for number, one in enumerate(options, 1)]
        return {"type": "choices" if several else "choice", "label": label, "options": values}
    if re.search(r"\boui\s*/?\s*non\b", told) and label.count("/") <= 1:
        return {
            "type": "yes_no",
            "label": re.sub(r"[\s(]*oui\s*/\s*non[\s)]*$", "", label, flags=re.IGNORECASE) or label,
        }
    for pattern, kind, more in _TYPES:
        if re.search(pattern, told):
            return {"type": kind, "label": label, **more}
    return {"type": "text", "label": label}
