"""Papers that a person keeps are joined again to a new request: her own only, by a button, as a copy."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import ContactPoint
from accounts.permissions import Actor
from procedures.lifecycle import draft as drafts
from procedures.lifecycle import mandate as mandates
from procedures.lifecycle import safe
from procedures.models import Draft, SafePaper, StoredFile, Submission
from tests.support import people, samples
from tests.support.client import Portal
from tests.support.people import APPLICANT, Desk
from tests.support.queries import count_queries
from tests.test_filing import IDENTITY, PDF, step_url
from tests.test_mandates import browser_of, citizen, texts

OFFER = "Reprendre un de mes papiers"


@pytest.fixture
def town(db: None) -> Desk:
    return people.desk()


@pytest.fixture
def zoe(town: Desk) -> Portal:
    return browser_of(town.zoe)


def begin(browser: Portal, whom: str = "", slug: str = "acte") -> str:
    """Begin a request and come to the step that asks for a file; return its address."""
    answer = browser.post(f"/demarches/{slug}/commencer/", {"whom": whom} if whom else {})
    first = str(answer.headers["Location"])
    browser.post(first, {"kind": "full", "copies": "2"})
    return step_url(first, "parents")


def test_zoe_joins_a_paper_that_she_keeps_and_loses_nothing_of_what_she_typed(town: Desk, zoe: Portal) -> None:
    paper = people.keep_paper(town.zoe, name="Livret de famille", content=PDF)
    step = begin(zoe)
    page = zoe.get(step)
    assert f"{OFFER} (1)" in texts(page)
    answer = zoe.fill(page, button="join", mother="Anne Morvan")
    assert answer.headers["Location"] == f"{step}#f-proof"
    page = zoe.get(step)
    assert 'value="Anne Morvan"' in texts(page)
    link = Draft.objects.get().files.get()
    assert link.field_id == "proof"
    assert link.stored.pk != paper.stored.pk
    applicant = zoe.fill(page).headers["Location"]
    recap = zoe.post(applicant, IDENTITY).headers["Location"]
    zoe.post(recap, {"ok": "on"})
    # Thrown away, the paper stays in the request that it was joined to.
    safe.throw(paper)
    assert Submission.objects.get().files.get().stored.sha256 == link.stored.sha256


def test_only_papers_that_the_question_takes_are_offered_those_of_its_kind_first(town: Desk, zoe: Portal) -> None:
    steps = samples.content()["steps"]
    steps[1]["sections"][0]["fields"][2] |= {"kind": "identity", "formats": ["pdf"]}
    samples.procedure("carte", department=town.civil, id="carte", steps=steps)
    people.keep_paper(town.zoe, name="Avis d’impôt", kind="income")
    people.keep_paper(town.zoe, name="Carte d’identité", kind="identity", content=PDF)
    image = people.keep_paper(town.zoe, name="Photo du livret")
    StoredFile.objects.filter(pk=image.stored.pk).update(content_type="image/png")
    people.keep_paper(town.zoe, name="Périmé", expires_on=timezone.localdate() - timedelta(days=1))
    people.keep_paper(town.zoe, name="Bloqué", scan="infected")
    page = texts(zoe.get(begin(zoe, slug="carte")))
    assert f"{OFFER} (2)" in page
    assert page.index("Carte d’identité") < page.index("Avis d’impôt")
    assert not [name for name in ("Photo du livret", "Périmé", "Bloqué") if name in page]


def test_a_question_that_is_full_offers_nothing_more(town: Desk, zoe: Portal) -> None:
    papers = [people.keep_paper(town.zoe, name=f"Page {number}", content=PDF + bytes([number])) for number in range(3)]
    step = begin(zoe)
    for paper in papers[:2]:
        zoe.fill(zoe.get(step), button=("join", f"proof:{paper.public_id}"))
    assert OFFER not in texts(zoe.get(step))
    answer = zoe.post(step, {"mother": "Anne Morvan", "join": f"proof:{papers[2].public_id}"})
    assert answer.status_code == 422
    assert 'href="#f-proof"' in texts(answer)
    assert 'value="Anne Morvan"' in texts(answer)
    assert Draft.objects.get().files.count() == 2


@pytest.mark.parametrize("gone", ["thrown", "expired", "forged"])
def test_a_paper_that_is_no_longer_there_is_said_beside_the_question(gone: str, town: Desk, zoe: Portal) -> None:
    paper = people.keep_paper(town.zoe, content=PDF)
    step, said = begin(zoe), f"proof:{paper.public_id}"
    if gone == "thrown":
        safe.throw(paper)
    elif gone == "expired":
        SafePaper.objects.update(expires_on=timezone.localdate() - timedelta(days=1))
    else:
        said = "proof:forged"
    answer = zoe.post(step, {"mother": "Anne Morvan", "join": said})
    assert answer.status_code == 422
    assert "Ce papier n’est plus gardé" in texts(answer)
    assert 'value="Anne Morvan"' in texts(answer)


@pytest.mark.parametrize("said", ["mother:x", "", ":", "nothing-proof:x"])
def test_a_button_that_names_no_question_of_files_joins_nothing(said: str, town: Desk, zoe: Portal) -> None:
    step = begin(zoe)
    assert zoe.post(step, {"mother": "Anne Morvan", "join": said}).status_code == 302
    assert not Draft.objects.get().files.exists()


def test_the_papers_of_another_are_never_joined(town: Desk, zoe: Portal) -> None:
    other = people.keep_paper(town.roger, content=PDF)
    step = begin(zoe)
    assert zoe.post(step, {"join": f"proof:{other.public_id}"}).status_code == 422
    assert not Draft.objects.get().files.exists()


def test_a_helper_joins_neither_her_papers_nor_the_person_s(town: Desk) -> None:
    malik = citizen("malik@exemple.fr", "Aubrac", "Malik")
    held = people.mandate(town.zoe.person, malik)
    hers, his = people.keep_paper(town.zoe, content=PDF), people.keep_paper(malik, content=PDF)
    browser = browser_of(malik)
    step = begin(browser, str(held.public_id))
    assert OFFER not in texts(browser.get(step))
    for paper in (hers, his):
        assert browser.post(step, {"join": f"proof:{paper.public_id}"}).status_code == 422
    assert not Draft.objects.get().files.exists()


def test_a_parent_joins_her_own_papers_to_what_she_asks_for_her_child(town: Desk, zoe: Portal) -> None:
    child = mandates.add_child(town.zoe.person, mandates.Named("Lefèvre", "Noé", "2019-05-04"), by=Actor(user=town.zoe))
    people.keep_paper(town.zoe, content=PDF)
    step = begin(zoe, str(child.public_id))
    zoe.fill(zoe.get(step), button="join")
    assert Draft.objects.get().files.count() == 1


def test_what_an_agent_enters_takes_none_of_her_own_papers(town: Desk) -> None:
    people.keep_paper(town.nadia, content=PDF)
    draft = town.begin_entry()
    drafts.save_step(draft, "acte", {"kind": "full", "copies": 1})
    assert OFFER not in texts(browser_of(town.nadia).get(f"/brouillons/{draft.public_id}/parents/"))


def test_a_stranger_is_offered_nothing(town: Desk) -> None:
    browser = Portal()
    assert OFFER not in texts(browser.get(begin(browser)))


def test_thirty_papers_cost_the_step_what_one_costs(town: Desk, zoe: Portal) -> None:
    ContactPoint.objects.create(person=town.zoe.person, kind="post", value=APPLICANT["applicant_address"])
    people.keep_paper(town.zoe)
    step = begin(zoe)
    before = count_queries(zoe, step)
    for _ in range(29):
        people.keep_paper(town.zoe)
    assert count_queries(zoe, step) == before


def test_a_second_click_joins_nothing_more_and_what_is_joined_is_offered_no_longer(town: Desk, zoe: Portal) -> None:
    paper = people.keep_paper(town.zoe, content=PDF)
    step = begin(zoe)
    for _click in range(2):
        zoe.post(step, {"mother": "Anne", "join": f"proof:{paper.public_id}"})
    assert Draft.objects.get().files.count() == 1
    page = zoe.get(step)
    assert OFFER not in texts(page)
    zoe.fill(page, button="remove")
    assert OFFER in texts(zoe.get(step))
