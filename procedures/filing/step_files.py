"""The files of a step: what comes with the page, what was kept, and the person's own papers that fit a question."""

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from accounts.models import Mandate, Person
from accounts.permissions import Actor
from portal.kit.templatetags.kit import day

from ..definition.document import Step
from ..definition.fields import FileField
from ..definition.formats import size_in_words
from ..lifecycle import draft as drafts
from ..lifecycle import safe
from ..lifecycle.scanning import openable
from ..models import Draft, SafePaper


def question_of(step: Step, path: str) -> FileField | None:
    """Return the question of that input; a file of a row is named "group-2-field"."""
    known = {field.id: field for top in step.fields for field in (top, *top.inner())}
    question = known.get(path.rsplit("-", 1)[-1])
    return question if isinstance(question, FileField) and path.split("-", 1)[0] in known else None


def receive(draft: Draft, step: Step, sent: "MultiValueDict[str, UploadedFile[Any]]") -> dict[str, list[str]]:
    """Keep what was joined before anything else is judged: a mistake elsewhere on the page loses no file.

    Return what was refused, in words, by the name of the input.
    """
    refused = {}
    for path in sent:
        question = question_of(step, path)
        if question is not None:
            refused[path] = drafts.attach(draft, question, sent.getlist(path), path)
    return refused


def kept(draft: Draft) -> dict[str, list[dict[str, Any]]]:
    """Return the files kept so far, by the name of the input."""
    files: dict[str, list[dict[str, Any]]] = {}
    for link in draft.files.select_related("stored"):
        files.setdefault(link.field_id, []).append(link.stored.shown())
    return files


def papers(actor: Actor, draft: Draft) -> list[SafePaper]:
    """Return the papers that whoever fills the draft may join: her own, for herself or for her child."""
    owner = _owner(actor, draft)
    return list(owner.papers.usable(timezone.localdate(), openable())) if owner else []


def _owner(actor: Actor, draft: Draft) -> Person | None:
    if actor.person is None or draft.is_entered:
        return None
    own = draft.person_id == actor.person.pk
    as_parent = draft.mandate is not None and draft.mandate.basis == Mandate.Basis.PARENT
    return actor.person if own or as_parent else None


def offered(found: list[SafePaper]) -> list[dict[str, Any]]:
    """Describe papers as a question offers them."""
    return [
        {
            "id": str(paper.public_id),
            "kind": paper.kind,
            "name": paper.name,
            "said": ", ".join(
                filter(None, (paper.get_kind_display(), size_in_words(paper.stored.size), _until(paper)))
            ),
            "type": paper.stored.content_type,
            "size": paper.stored.size,
            "sha256": paper.stored.sha256,
        }
        for paper in found
    ]


def _until(paper: SafePaper) -> str:
    return _("valid until %(day)s") % {"day": day(paper.expires_on)} if paper.expires_on else ""


def join(draft: Draft, step: Step, said: str, found: list[SafePaper]) -> Mapping[str, list[str]]:
    """Join the paper that a button names, "input:paper"; return what was refused, in words, by the name of the input."""
    path, _colon, wanted = said.partition(":")
    question = question_of(step, path)
    paper = next((one for one in found if str(one.public_id) == wanted), None)
    if question is None:
        return {}
    if paper is None:
        return {path: [_("This paper is no longer kept, or no longer valid. Choose a file.")]}
    if draft.files.filter(field_id=path, stored__sha256=paper.stored.sha256).exists():
        # A second click.
        return {}
    try:
        safe.join(draft, question, path, paper)
    except safe.RefusedFile as error:
        return {path: [str(error)]}
    return {}
