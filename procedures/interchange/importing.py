"""Importing files as drafts: each one alone, never published, and never over what a person changed."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from town.models import Department

from ..definition.base import Node
from ..definition.document import ProcedureDefinition
from ..definition.upgrade import DefinitionError, canonical, dump, parse
from ..lifecycle import working_copy
from ..models import Procedure, WorkingCopy
from . import blocks, demarches_simplifiees, reading
from .demarches_simplifiees import Report

OURS = "portail"
SOURCES = (OURS, demarches_simplifiees.SOURCE)
SUFFIXES = {".json", ".yaml", ".yml"}


@dataclass(frozen=True)
class Outcome:
    """What became of one file: words, the account of its questions, or the faults for which it was refused."""

    name: str
    title: str = ""
    words: str = ""
    report: Report | None = None
    faults: tuple[str, ...] = ()


def files(paths: list[Path]) -> Iterator[Path]:
    """Yield the files named, and those of the folders named, in order."""
    for path in paths:
        if path.is_dir():
            yield from sorted(inner for inner in path.iterdir() if inner.suffix.lower() in SUFFIXES)
        else:
            yield path


def load(
    paths: list[Path], *, source: str = OURS, department: str = "", dry_run: bool = False, by: Actor | None = None
) -> Iterator[Outcome]:
    """Import each file; one that is refused does not stop the others."""
    for path in files(paths):
        report: Report | None = None
        try:
            content = reading.read(path)
            wanted = department
            if source == OURS:
                definition = parse(blocks.expand(content, blocks.known))
                report = _own_report(definition)
                wanted = wanted or definition.service.replace("_", "-")
            else:
                parsed = demarches_simplifiees.read(content, name=path.stem)
                report = parsed.report
                wanted = wanted or slugify(parsed.service)
                definition = parse(parsed.content)
            words = (
                _("read, nothing written")
                if dry_run
                else _keep(definition, source, report.number, wanted, by or Actor(), strict=bool(department))
            )
            yield Outcome(path.name, definition.title, words, report)
        except reading.Unreadable as error:
            yield Outcome(path.name, faults=(str(error),))
        except DefinitionError as error:
            if report is not None:
                report.fields_expressed = 0
                report.warnings += error.faults
            yield Outcome(path.name, report=report, faults=tuple(error.faults))


def _own_report(definition: ProcedureDefinition) -> Report:
    """Our own documents are whole or refused."""
    total = sum(1 for step in definition.steps for _field in _every(step.fields))
    return Report(number=definition.id, fields_total=total, fields_expressed=total, source=OURS)


def _every(fields: Any) -> Iterator[Any]:
    for field in fields:
        yield field
        yield from _every([inner for inner in getattr(field, "fields", []) if isinstance(inner, Node)])


@transaction.atomic
def _keep(
    definition: ProcedureDefinition, source: str, number: str, department: str, by: Actor, *, strict: bool
) -> str:
    """Write the working copy of the procedure with this number, and say what was done."""
    procedure = Procedure.objects.select_for_update(of=("self",)).filter(source=source, source_number=number).first()
    if procedure is None and source == OURS:
        # One that came with the library, under the same id.
        procedure = Procedure.objects.select_for_update(of=("self",)).filter(origin_id=definition.id).first()
    new = procedure is None
    if procedure is None:
        home = _department(department, strict=strict)
        procedure = Procedure.objects.create(
            slug=_free_slug(definition, source), title=definition.title, department=home
        )
    if source != OURS:
        service = procedure.department.slug.replace("-", "_")[:48]
        definition = parse({**dump(definition), "service": service if service[:1].isalpha() else "accueil"})
    content = canonical(dump(definition))
    copy = WorkingCopy.objects.filter(procedure=procedure).first()
    if copy is not None and copy.content == content:
        _remember(procedure, source, number, content)
        return _("up to date")
    if _changed_by_a_person(procedure, copy):
        return _("left as a person changed it since the last import")
    working_copy.save(procedure, dump(definition), by)
    _remember(procedure, source, number, content)
    return _("imported as a draft, not published") if new else _("its draft is updated")


def _changed_by_a_person(procedure: Procedure, copy: WorkingCopy | None) -> bool:
    if copy is not None:
        return _digest(copy.content) != procedure.source_digest
    current = procedure.current_version
    return bool(procedure.source_digest and current is not None and current.digest != procedure.source_digest)


def _remember(procedure: Procedure, source: str, number: str, content: str) -> None:
    Procedure.objects.filter(pk=procedure.pk).update(
        source=source, source_number=number, source_digest=_digest(content)
    )


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def _department(slug: str, *, strict: bool) -> Department:
    """Return the department of that address; where nobody named one, the reception, or the first there is."""
    found = Department.objects.filter(slug=slug).first()
    if found is None and not strict:
        found = Department.objects.filter(slug="accueil").first() or Department.objects.order_by("pk").first()
    if found is None:
        raise DefinitionError([_("there is no department “%(slug)s”: create it, or name another") % {"slug": slug}])
    return found


def _free_slug(definition: ProcedureDefinition, source: str) -> str:
    wanted = definition.id.replace("_", "-") if source == OURS else slugify(definition.title)[:70].strip("-")
    wanted = wanted or definition.id.replace("_", "-")
    slug, number = wanted, 1
    while Procedure.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{wanted}-{number}"
    return slug
