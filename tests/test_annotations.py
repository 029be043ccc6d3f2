"""What a department notes on a request, field by field: never shown to its person, never lost to a colleague's save."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from accounts.permissions import Actor
from journal.models import Event
from procedures.definition.checks import blocking_problems
from procedures.definition.upgrade import dump, parse
from procedures.lifecycle import annotate
from procedures.models import Annotation, Submission
from tests.support import people, samples
from tests.support.client import Portal
from tests.support.people import Desk
from tests.test_desk import said, text_of, url

FIELDS: list[dict[str, Any]] = [
    {"id": "register", "type": "text", "label": "Numéro au registre", "required": False},
    {"id": "checked_on", "type": "date", "label": "Vérifié le", "required": False},
    {"id": "pages", "type": "number", "label": "Nombre de pages", "required": False},
]


@pytest.fixture
def desk(db: None) -> Desk:
    town = people.desk()
    town.procedure = samples.procedure("note", department=town.civil, id="note", annotations=FIELDS)
    return town


@pytest.fixture
def case(desk: Desk) -> Submission:
    return desk.file()


def test_an_agent_notes_what_the_procedure_asks_and_its_person_never_sees_it(
    portal: Portal, desk: Desk, case: Submission
) -> None:
    portal.force_login(desk.nadia)
    assert "Numéro au registre" in text_of(portal.get(url(case)))
    page = portal.get(url(case, "annotations/"))
    portal.fill(page, values={"register": "1957-112", "pages": "3"}, follow=True)
    assert "1957-112" in text_of(portal.get(url(case)))
    assert Annotation.objects.get().values == {"register": "1957-112", "pages": 3}
    event = Event.objects.of(case.key).last()
    assert event is not None
    assert (event.kind, event.data) == ("annotated", {"revision": 1})
    zoe = Portal()
    zoe.force_login(desk.zoe)
    assert "1957-112" not in zoe.get(f"/demandes/{case.reference}/").text


def test_a_value_that_cannot_be_is_said_and_kept(portal: Portal, desk: Desk, case: Submission) -> None:
    portal.force_login(desk.nadia)
    page = portal.fill(portal.get(url(case, "annotations/")), values={"register": "1957-112", "pages": "trois"})
    assert page.status_code == 422
    assert "1957-112" in page.text
    assert "trois" in page.text
    assert not Annotation.objects.exists()


def test_a_page_drawn_before_a_colleague_s_save_writes_over_nothing(
    portal: Portal, desk: Desk, case: Submission
) -> None:
    portal.force_login(desk.nadia)
    old = portal.get(url(case, "annotations/"))
    annotate.save(case, {"register": "1957-113"}, seen=0, by=Actor(user=desk.claire))
    page = portal.fill(old, values={"register": "1957-112"})
    assert page.status_code == 409
    shown = text_of(page)
    assert "1957-113" in shown
    assert "1957-112" in page.text
    assert Annotation.objects.get().values == {"register": "1957-113"}
    # She has seen it: sent again, hers counts.
    portal.fill(page, follow=True)
    assert Annotation.objects.get().values == {"register": "1957-112"}


def test_the_same_values_again_change_nothing(desk: Desk, case: Submission) -> None:
    for _ in range(2):
        annotate.save(case, {"register": "1", "pages": None}, seen=0, by=Actor(user=desk.nadia))
    assert Annotation.objects.get().revision == 1
    assert [event.kind for event in Event.objects.of(case.key)].count("annotated") == 1


@pytest.mark.parametrize("who", ["helene", "paul", "roger"])
def test_only_those_who_treat_it_note(desk: Desk, case: Submission, who: str) -> None:
    with pytest.raises(PermissionDenied):
        annotate.save(case, {"register": "1"}, seen=0, by=Actor(user=getattr(desk, who)))


def test_a_procedure_without_such_fields_shows_nothing_of_them(portal: Portal, desk: Desk) -> None:
    desk.procedure = samples.procedure("sans", department=desk.civil, id="sans")
    case = desk.file()
    portal.force_login(desk.nadia)
    assert said("Noted by the department") not in text_of(portal.get(url(case)))
    assert said("This procedure has nothing to note.") in text_of(portal.get(url(case, "annotations/"), follow=True))


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "kind"},
        {"type": "file"},
        {"when": {"field": "kind", "value": "full"}},
    ],
)
@pytest.mark.one_database
def test_a_field_that_cannot_be_noted_is_said_before_publication(wrong: dict[str, Any]) -> None:
    definition = parse(samples.content(annotations=[{**FIELDS[0], **wrong}]))
    assert any("annotation" in one.place for one in blocking_problems(definition))


@pytest.mark.one_database
def test_a_definition_without_annotations_is_written_as_before() -> None:
    assert "annotations" not in dump(parse(samples.content()))
