"""One procedure that asks one question of every registered type, and one draft for each: only that answer is missing."""

from typing import Any

from accounts.models import User
from accounts.permissions import Actor
from procedures.definition.fields import FIELD_TYPES
from procedures.definition.upgrade import parse
from procedures.lifecycle.publish import publish
from procedures.models import Draft, Procedure
from tests.support import samples
from town.models import Department

SLUG = "toutes-les-questions"
# What only an import makes blocks the publication of a procedure, on purpose.
TYPES = {name: kind for name, kind in FIELD_TYPES.items() if name != "placeholder"}


def steps() -> list[dict[str, Any]]:
    """Return one step for each registered type, its sample alone on the page."""
    found = []
    for name, kind in TYPES.items():
        question = kind.sample().model_copy(update={"id": name}).model_dump(mode="json", by_alias=True)
        section = {"id": f"{name}_s", "title": "Une question", "fields": [question]}
        found.append({"id": name, "title": name, "question": f"Le type {name}", "sections": [section]})
    return found


def content() -> dict[str, Any]:
    """Return the definition as it is written."""
    return samples.content(
        id="toutes_les_questions", title="Toutes les questions", applicant={"identification": "none"}, steps=steps()
    )


def posted(name: str, raw: dict[str, Any]) -> dict[str, Any]:
    """Return what a browser posts for a sample, under the name that it has in the procedure."""
    return {name + key.removeprefix("q"): value for key, value in raw.items() if key.split("-")[0] == "q"}


def load(email: str) -> dict[str, str]:
    """Publish the procedure and return the public id of this person's draft for each type."""
    found = Procedure.objects.create(slug=SLUG, title="x", theme="x", department=Department.objects.earliest("pk"))
    version = publish(found, parse(content()), by=Actor(), reviewed_by="Test", reviewed_on=None)
    person = User.objects.get(email=email).person
    answers = {name: kind.example()[1] for name, kind in TYPES.items()}
    drafts = {}
    for name in TYPES:
        rest = {other: value for other, value in answers.items() if other != name}
        draft = Draft.objects.create(procedure=found, version=version, person=person, answers=rest)
        drafts[name] = str(draft.public_id)
    return drafts
