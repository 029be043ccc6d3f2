"""Install the ready procedures of the catalogue, and bring up to date those that the town did not change."""

import hashlib
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from town.models import Department

from ...definition.document import ProcedureDefinition
from ...definition.upgrade import DefinitionError, canonical, dump, parse
from ...lifecycle.publish import CannotPublish, publish
from ...models import Procedure

CATALOGUE = Path(__file__).resolve().parents[2] / "catalogue"


class Refused(Exception):
    """An entry that cannot be installed; ``faults`` holds one sentence per fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Command(BaseCommand):
    help = "Install the procedures of the catalogue; leave alone those that the town changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--folder", type=Path, default=CATALOGUE, help="Where the YAML files are")

    def handle(self, *args: Any, **options: Any) -> None:
        """Install each file apart: a broken one is refused in words, and the others go on."""
        broken = 0
        for path in sorted(options["folder"].glob("*.yaml")):
            try:
                words = install(read(path))
            except Refused as refusal:
                broken += 1
                for fault in refusal.faults:
                    self.stderr.write(f"{path.name}: {fault}")
            else:
                if options["verbosity"] > 0:
                    self.stdout.write(f"{path.name}: {words}")
        if broken:
            raise CommandError(_("%(count)d file(s) of the catalogue were refused.") % {"count": broken}, returncode=1)


def read(path: Path) -> ProcedureDefinition:
    """Return the definition of a file; Refused says what is wrong with it and where."""
    try:
        return parse(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Refused(
            [_("this file is not readable YAML: %(fault)s") % {"fault": " ".join(str(error).split())}]
        ) from error
    except DefinitionError as error:
        raise Refused(error.faults) from error


@transaction.atomic
def install(definition: ProcedureDefinition) -> str:
    """Install a definition, or its new version, and say what was done. What the town changed is never touched."""
    digest = hashlib.sha256(canonical(dump(definition)).encode()).hexdigest()
    procedure = Procedure.objects.select_for_update(of=("self",)).filter(origin_id=definition.id).first()
    if procedure is None:
        procedure = _create(definition)
    elif procedure.current_version is not None and procedure.current_version.digest != procedure.origin_digest:
        return str(_("left as the town changed it"))
    elif procedure.current_version is not None and procedure.current_version.digest == digest:
        return str(_("up to date"))
    if definition.legal.review == "needed" and not settings.DEMO_MODE:
        return _keep_unpublished(procedure, definition, digest)
    try:
        version = publish(procedure, definition, by=Actor())
    except CannotPublish as error:
        raise Refused(error.problems) from error
    procedure.origin_digest = digest
    procedure.save(update_fields=["origin_digest"])
    return str(_("version %(number)d published") % {"number": version.number})


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


def _keep_unpublished(procedure: Procedure, definition: ProcedureDefinition, digest: str) -> str:
    """Outside demo mode, a law to confirm is not put before the public: a person validates it, then publishes."""
    if procedure.current_version is not None:
        return str(_("a newer version waits for a legal review before it can be published"))
    procedure.title, procedure.theme, procedure.origin_digest = definition.title, definition.theme, digest
    procedure.save(update_fields=["title", "theme", "origin_digest"])
    questions = list(_questions(definition))
    return "\n".join([str(_("installed, not published: its law must be reviewed first")), *questions])


def _questions(definition: ProcedureDefinition) -> Iterator[str]:
    for question in definition.legal.review_questions:
        yield f"  - {question}"
