"""Real procedures from elsewhere, begun, opened, changed and published through the studio's own pages."""

import json
from typing import Any

import pytest

from procedures.definition.edits import places
from procedures.definition.upgrade import canonical, dump, parse
from procedures.models import Procedure, WorkingCopy
from tests.support import samples
from tests.support.client import Portal
from tests.test_import import every_file
from tests.test_studio_questions import acte, errors_of, keep, odile
from town.models import Department

__all__ = ["acte", "odile"]

pytestmark = [pytest.mark.one_database]
MOST = 4


def begun(odile: Portal, words: str) -> Procedure:
    """Begin a procedure from the words of a file."""
    department = Department.objects.get()
    shown = odile.post(
        "/atelier/demarches/nouvelle/fichier/", {"do": "create", "pasted": words, "department": department.pk}
    )
    assert shown.status_code == 302, errors_of(shown)
    return Procedure.objects.get(slug=shown.headers["Location"].split("/")[-2])


def leaks(words: str) -> set[str]:
    """Return what a file holds that would look like a template that leaked."""
    return {mark for mark in ("{{", "}}", "{%", "%}", "{#", "#}") if mark in words}


@every_file
def test_a_procedure_of_elsewhere_is_begun_opened_changed_and_published(
    odile: Portal, acte: Procedure, path: Any
) -> None:
    words = path.read_text()
    odile.allow_text = {words, *leaks(words), "{phone}", "{address}", "{mayor}", "{court}"}
    made = begun(odile, words)
    home = f"/atelier/demarches/{made.slug}/"
    content = json.loads(WorkingCopy.objects.get(procedure=made).content)
    found = [(kind, held[at]["id"], held[at]) for kind, held, at in places(content)]
    routes = {"step": "etapes", "section": "parties", "field": "questions", "stop": "arrets"}
    seen: set[tuple[str, str]] = set()
    for kind, key, part in found:
        # One page of each kind and type is as good as a hundred; each type has its own test elsewhere.
        if (kind, part.get("type", "")) in seen or len(seen) == MOST:
            continue
        seen.add((kind, part.get("type", "")))
        page = odile.get(f"{home}{routes[kind]}/{key}/")
        assert page.status_code == 200
        shown = keep(odile, page)
        assert shown.status_code == 302, (kind, key, errors_of(shown))
    # Untouched pages changed nothing.
    assert json.loads(WorkingCopy.objects.get(procedure=made).content) == content
    for address in ("conseils/", "publier/"):
        assert odile.get(home + address).status_code == 200
    key = next(key for kind, key, part in found if kind == "field" and part["type"] not in {"placeholder"})
    assert keep(odile, odile.get(f"{home}questions/{key}/"), label="Une question corrigée").status_code == 302
    # What a town would say is said, and what nobody knows here is taken away: nothing blocks any more.
    whole = samples.completed(json.loads(WorkingCopy.objects.get(procedure=made).content))
    WorkingCopy.objects.filter(procedure=made).update(content=canonical(dump(parse(whole))))
    shown = odile.fill(odile.get(f"{home}publier/"), form_id="publish", button=None)
    assert shown.status_code == 302, errors_of(shown)
    made.refresh_from_db()
    assert made.current_version is not None
    assert "Une question corrigée" in made.current_version.content
