"""A procedure whose questions all have a help of several paragraphs, and which asks for many files."""

from typing import Any

from accounts.permissions import Actor
from procedures.definition.upgrade import parse
from procedures.lifecycle.publish import publish
from procedures.models import Procedure
from tests.support import samples
from tests.support.every_type import TYPES
from town.models import Department

SLUG = "aides-longues"
HELP = "Le document porte votre nom.\n\nIl peut être :\n\n- un bail ;\n- une facture."
FILES = 7


def steps() -> list[dict[str, Any]]:
    """Return a page of every type that is asked, then a page of files."""
    first = [
        kind.sample().model_copy(update={"id": name, "label": f"Question {name}", "help": HELP})
        for name, kind in TYPES.items()
        if kind.asked or kind.derived
    ]
    more = [
        {"type": "file", "id": f"file_{number}", "label": f"Pièce {number}", "help": HELP} for number in range(FILES)
    ]
    pages = {"helps": [field.model_dump(mode="json", by_alias=True) for field in first], "files": more}
    return [
        {"id": name, "title": name, "question": name, "sections": [{"id": f"{name}_s", "fields": fields}]}
        for name, fields in pages.items()
    ]


def load() -> None:
    """Publish it."""
    content = samples.content(id="aides_longues", title="Aides longues", minutes=None, steps=steps())
    found = Procedure.objects.create(slug=SLUG, title="x", theme="x", department=Department.objects.earliest("pk"))
    publish(found, parse(content), by=Actor(), reviewed_by="Test", reviewed_on=None)
