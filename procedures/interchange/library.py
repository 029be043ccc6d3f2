"""The ready procedures: read from YAML, installed once, updated only where the town changed nothing."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from portal.kit.text import fold
from town.models import Department

from ..definition.document import ProcedureDefinition
from ..definition.upgrade import DefinitionError, canonical, dump, parse
from ..lifecycle.publish import CannotPublish, publish
from ..models import Procedure
from . import blocks, reading

FOLDER = Path(__file__).resolve().parent.parent / "catalogue"


class Refused(Exception):
    """An entry that cannot be installed; ``faults`` holds one sentence per fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Outcome:
    """What became of one file, in words; ``faults`` says why it was refused."""

    name: str
    words: str = ""
    faults: tuple[str, ...] = ()


def read(path: Path) -> ProcedureDefinition:
    """Read one file, which may use ready blocks; DefinitionError says each fault and where it is."""
    try:
        # Not the blocks of the town: the library gives the same bytes everywhere.
        return parse(blocks.expand(reading.read(path), blocks.ready))
    except reading.Unreadable as error:
        raise DefinitionError([str(error)]) from error


@cache
def titles() -> tuple[tuple[str, str], ...]:
    """Return the ready procedures: the name of each file, and its title; read once, the library comes with the program."""
    found = ((path.stem, read(path).title) for path in sorted(FOLDER.glob("*.yaml")))
    return tuple(sorted(found, key=lambda one: fold(one[1])))


def digest(definition: ProcedureDefinition) -> str:
    """Return the digest of the bytes that a definition is published with."""
    return hashlib.sha256(canonical(dump(definition)).encode()).hexdigest()


def load(folder: Path = FOLDER) -> Iterator[Outcome]:
    """Install or update every file of ``folder``; a refused one does not stop the others."""
    for path in sorted(folder.glob("*.yaml")):
        try:
            yield Outcome(path.name, install(read(path)))
        except (DefinitionError, Refused) as error:
            yield Outcome(path.name, faults=tuple(error.faults))


@transaction.atomic
def install(definition: ProcedureDefinition) -> str:
    """Install a definition, or its new version, and say what was done. What the town changed is never touched."""
    published = digest(definition)
    procedure = (
        Procedure.objects.select_for_update(of=("self",))
        .select_related("current_version")
        .filter(origin_id=definition.id)
        .first()
    ) or _create(definition)
    current = procedure.current_version
    if current is not None and current.digest != procedure.origin_digest:
        return _("left as the town changed it")
    if current is not None and current.digest == published:
        return _("up to date")
    if definition.legal.review == "needed" and not settings.DEMO_MODE:
        return _keep_unpublished(procedure, definition, published)
    try:
        version = publish(procedure, definition, by=Actor())
    except CannotPublish as error:
        raise Refused(error.problems) from error
    procedure.origin_digest = published
    procedure.save(update_fields=["origin_digest"])
    return _("version %(number)d published") % {"number": version.number}


def _create(definition: ProcedureDefinition) -> Procedure:
    slug, home = definition.id.replace("_", "-"), definition.service.replace("_", "-")
    department = Department.objects.filter(slug=home).first()
    if department is None:
        raise Refused([_("service: there is no department “%(slug)s”; create it first") % {"slug": home}])
    if Procedure.objects.filter(slug=slug).exists():
        raise Refused([_("id: another procedure already has the address “%(slug)s”") % {"slug": slug}])
    return Procedure.objects.create(
        slug=slug, title=definition.title, theme=definition.theme, department=department, origin_id=definition.id
    )


def _keep_unpublished(procedure: Procedure, definition: ProcedureDefinition, published: str) -> str:
    """Outside demo mode, a law to confirm is not put before the public: a person validates it, then publishes."""
    if procedure.current_version is not None:
        return _("a newer version waits for its legal review")
    procedure.title, procedure.theme, procedure.origin_digest = definition.title, definition.theme, published
    procedure.save(update_fields=["title", "theme", "origin_digest"])
    return _("installed, not published: its law must be reviewed first")
