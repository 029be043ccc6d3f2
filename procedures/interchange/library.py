"""The ready procedures: read from YAML, installed once, updated only where the town changed nothing."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from town.models import Department

from ..definition.document import ProcedureDefinition
from ..definition.upgrade import DefinitionError, canonical, dump, parse
from ..lifecycle.publish import CannotPublish, publish
from ..models import Procedure

FOLDER = Path(__file__).resolve().parent.parent / "catalogue"


@dataclass(frozen=True)
class Outcome:
    """What became of one file: installed, updated, kept, unpublished, or refused with its faults."""

    name: str
    state: str
    faults: tuple[str, ...] = ()


def read(path: Path) -> ProcedureDefinition:
    """Read one file; DefinitionError says each fault and where it is."""
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise DefinitionError([_("the file is not readable YAML: %(error)s") % {"error": error}]) from error
    return parse(content)


def load(folder: Path = FOLDER) -> list[Outcome]:
    """Install or update every file of ``folder``; a refused one does not stop the others."""
    outcomes = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            outcomes.append(Outcome(path.name, _install(read(path))))
        except (DefinitionError, CannotPublish) as error:
            faults = error.faults if isinstance(error, DefinitionError) else error.problems
            outcomes.append(Outcome(path.name, "refused", tuple(faults)))
        except Department.DoesNotExist:
            outcomes.append(Outcome(path.name, "refused", (_("service: this town has no such department"),)))
    return outcomes


@transaction.atomic
def _install(definition: ProcedureDefinition) -> str:
    digest = hashlib.sha256(canonical(dump(definition)).encode()).hexdigest()
    department = Department.objects.get(slug=definition.service.replace("_", "-"))
    procedure, created = Procedure.objects.select_related("current_version").get_or_create(
        origin_id=definition.id,
        defaults={
            "slug": definition.id.replace("_", "-"),
            "title": definition.title,
            "theme": definition.theme,
            "department": department,
        },
    )
    current = procedure.current_version
    if not created and (procedure.origin_digest == digest or (current and current.digest != procedure.origin_digest)):
        # Nothing new in the library, or the town edited its version: neither is touched.
        return "kept"
    procedure.origin_digest = digest
    procedure.save(update_fields=["origin_digest"])
    if definition.legal.review == "needed" and not settings.DEMO_MODE:
        return "unpublished"
    publish(procedure, definition, by=Actor())
    return "installed" if created else "updated"
