"""Procedures described by demarches-simplifiees.fr: a pure reading into our document, and the account of it."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from ..reading import Unreadable
from . import texts
from .descriptors import annotations_of, questions_of, root_of
from .names import Ids, number, slug
from .report import SOURCE, Report
from .structure import Structure

__all__ = ["SOURCE", "Parsed", "Report", "read"]


@dataclass
class Parsed:
    """A definition in the making, read from elsewhere."""

    content: dict[str, Any]
    report: Report
    service: str = ""
    # {id of the source: ours}, and, for each question of the source in order, the part of ours that it became.
    ids: dict[str, str] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)


def read(content: Any, *, name: str = "") -> Parsed:
    """Read a descriptor; ``name`` numbers one that has no number. Unreadable says that it describes no procedure.

    A question is never lost and never stops the reading: what cannot be asked here is kept as a placeholder.
    """
    root = root_of(content)
    items = questions_of(root) if root is not None else []
    if root is None:
        raise Unreadable(_("the file describes no procedure of demarches-simplifiees"))
    if not items:
        raise Unreadable(_("the procedure has no question"))
    report = Report(number=number(root.get("number")) or name[:80])
    ids = Ids()
    structure = Structure(ids, report)
    steps = structure.lay_out(items)
    content = {**_head(root, report), "steps": steps}
    for label in [item.label for item in annotations_of(root)]:
        report.warn(_("an annotation of the agents, not imported: write it in the workflow"), label)
    service = root.get("service")
    return Parsed(
        content=content,
        report=report,
        service=texts.line(service.get("nom")) if isinstance(service, dict) else "",
        ids=ids.known,
        order=structure.order,
    )


def _head(root: dict[str, Any], report: Report) -> dict[str, Any]:
    """Return what the descriptor says of the procedure itself; what a town must still say is left empty."""
    whole = texts.line(root.get("title")) or f"Démarche {report.number}".strip()
    title, rest = texts.cut(whole, texts.LABEL)
    said = texts.prose(root.get("description"))
    summary, lost = texts.cut(f"{whole}\n\n{said}".strip() if rest else said, texts.PROSE)
    if lost:
        report.warn(_("the description is too long; what follows was left out: %(rest)s") % {"rest": lost})
    basis, lost = texts.cut(texts.prose(root.get("cadreJuridiqueUrl") or root.get("cadreJuridiqueURL")), texts.PROSE)
    if lost:
        report.warn(_("the legal basis is too long; what follows was left out: %(rest)s") % {"rest": lost})
    for key, words in {
        "dpoUrl": _("the data-protection officer was: %(value)s"),
        "noticeUrl": _("the notice was: %(value)s"),
        "siteWebUrl": _("the page of the town was: %(value)s"),
    }.items():
        value = texts.line(root.get(key))
        if value:
            report.warn(words % {"value": value[:500]})
    tags = root.get("tags")
    keywords = (
        [texts.cut(tag, texts.LABEL)[0] for tag in map(texts.line, tags) if tag] if isinstance(tags, list) else []
    )
    return {
        "format": 1,
        "id": _id(report.number),
        "title": title,
        "summary": summary,
        "keywords": list(dict.fromkeys(keywords))[:50],
        "service": "accueil",
        "applicant": {"identification": "full", "kinds": ["person"]},
        "legal": {"basis": basis},
        "privacy": {},
        "workflow": "decision",
    }


def _id(value: str) -> str:
    return f"ds_{slug(value, 'sans_numero')}"
