"""The receipt of a filing, or of a later sending: its page and its PDF."""

from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.dates import WEEKDAYS

from portal.kit.moments import hour
from town import models as town
from town.models import Department

from ..definition.changes import changes
from ..models import Document
from ..models.file import PAPER
from . import paper, render


def html(document: Document, sealed_by: str = "") -> str:
    """Return the receipt's page, in French: the language that has legal force."""
    with translation.override("fr"):
        return render_to_string("documents/receipt.html", _context(document) | {"sealed_by": sealed_by})


def _context(document: Document) -> dict[str, Any]:
    submission, sent = document.submission, document.answer_set
    definition, answers = submission.version.definition, sent.answers
    groups: dict[str, dict[str, Any]] = {}
    files: list[dict[str, Any]] = []
    for step, _section, field in definition.sent(answers):
        value = answers.get(field.id)
        groups.setdefault(step.id, {"title": step.title, "rows": []})["rows"] += field.entries(value)
        files += field.files(value)
    files += [link.stored.described() for link in submission.files.filter(field_id=PAPER).select_related("stored")]
    correcting = sent.number > 1
    before = submission.answer_sets.filter(number=sent.number - 1).first() if correcting else None
    heading = "Accusé de réception électronique" if submission.is_electronic else "Accusé de réception"
    return {
        # L112-11 for what comes over the network, L112-3 and R112-5 for what comes otherwise.
        "heading": "Récépissé de correction" if correcting else heading,
        "correcting": correcting,
        "changes": changes(definition, before.answers, answers) if before else [],
        **paper.common(document),
        "ack": submission.acknowledgement,
        "hours": _hours(submission.department),
        "version": submission.version,
        "definition": definition,
        "sent": sent,
        "groups": list(groups.values()),
        "files": files,
    }


def _hours(department: Department) -> str:
    """Say when a department is open, days alike together: "du lundi au vendredi 8 h 30–12 h 30 ; samedi 9 h–12 h"."""
    days: list[tuple[int, int, str]] = []
    for day, spans in department.week():
        said = " et ".join(f"{hour(span.opens)}–{hour(span.closes)}" for span in spans)
        if days and days[-1][1] == day - 1 and days[-1][2] == said:
            days[-1] = (days[-1][0], day, said)
        else:
            days.append((day, day, said))
    return "\u202f; ".join(
        f"{WEEKDAYS[first]} {said}" if first == last else f"du {WEEKDAYS[first]} au {WEEKDAYS[last]} {said}"
        for first, last, said in days
        if said
    )


def pdf(document: Document, sealed_by: str = "") -> bytes:
    """Return the bytes of a PDF that is PDF/A-3a and PDF/UA-1; with the place of a seal where it says who seals it."""
    received = document.sent_at
    carried = [
        render.Carried("accuse.json", "Numéros et empreintes de cet accusé", paper.proofs(document), received),
        # The very bytes whose digest is printed: whoever holds the receipt can compute it again.
        render.Carried(
            "reponses.json", "Réponses envoyées, dont l’empreinte est imprimée", document.answer_set.content, received
        ),
    ]
    page = html(document, sealed_by)
    return render.pdf(page, color=town.current().color, carried=carried, sealable=bool(sealed_by))


def file_name(document: Document) -> str:
    """Return the beginning of the file's name, its number follows."""
    return f"recepisse-{document.answer_set.number}" if document.answer_set.number > 1 else "accuse-de-reception"
