"""One procedure, many editions: dates, places in the order of arrival, a waiting list that moves by itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.permissions import Actor
from journal.models import Event
from messaging.models import Delivery
from procedures.lifecycle import draft as drafts
from procedures.lifecycle.submit import submit
from procedures.lifecycle.transition import apply
from procedures.models import Draft, Edition, Submission
from tests.support import people
from tests.support.client import Portal
from tests.test_filing import fill_until_recap


@pytest.fixture
def desk(db: None) -> people.Desk:
    return people.desk()


def edition(desk: people.Desk, name: str = "2026-2027", **more: Any) -> Edition:
    return Edition.objects.create(procedure=desk.procedure, name=name, **more)


def texts(page: Any) -> str:
    return str(page.content.decode()).replace("\u00a0", " ")


def file(desk: people.Desk, run: Edition) -> Submission:
    draft = drafts.start(desk.procedure, desk.zoe.person, edition=run)
    for step, answers in {**people.ANSWERS, "applicant": people.APPLICANT}.items():
        drafts.save_step(draft, step, {**answers, "proof": [people.PROOF]} if step == "parents" else dict(answers))
    return submit(draft, by=Actor(user=desk.zoe))


def test_a_request_belongs_to_the_edition_it_was_begun_in(portal: Portal, desk: people.Desk) -> None:
    run = edition(desk, closes_at=timezone.now() + timedelta(days=3))
    edition(desk, "2025-2026", closes_at=timezone.now() - timedelta(days=3))
    page = portal.get("/demarches/acte/")
    assert "2026-2027" in texts(page)
    assert "2025-2026" not in texts(page)
    recap = fill_until_recap(portal)
    portal.post(recap, {"ok": "on"})
    assert Submission.objects.get().edition == run


def test_with_two_editions_open_the_person_chooses(portal: Portal, desk: people.Desk) -> None:
    one, two = edition(desk, "Juillet"), edition(desk, "Août")
    assert portal.post("/demarches/acte/commencer/").headers["Location"] == "/demarches/acte/"
    page = portal.get("/demarches/acte/")
    portal.fill(page, form_id=None, button=("edition", str(two.pk)))
    assert Draft.objects.get().edition == two
    portal.post("/demarches/acte/commencer/", {"edition": "999999"})
    assert Draft.objects.count() == 1
    assert one.is_open


def test_between_two_editions_the_procedure_is_closed(portal: Portal, desk: people.Desk) -> None:
    edition(desk, opens_at=timezone.now() + timedelta(days=3))
    assert "Commencer la demande" not in texts(portal.get("/demarches/acte/"))
    assert portal.post("/demarches/acte/commencer/").headers["Location"] == "/demarches/acte/"


def test_an_edition_that_ends_while_filling_keeps_the_draft(portal: Portal, desk: people.Desk) -> None:
    run = edition(desk)
    recap = fill_until_recap(portal)
    Edition.objects.filter(pk=run.pk).update(closes_at=timezone.now() - timedelta(seconds=1))
    answer = portal.post(recap, {"ok": "on"})
    assert answer.status_code == 409
    assert "votre brouillon est gardé" in texts(answer)
    assert not Submission.objects.exists()


def test_when_every_place_is_taken_nothing_is_sent_and_the_draft_is_kept(portal: Portal, desk: people.Desk) -> None:
    run = edition(desk, quota=1)
    recap = fill_until_recap(portal)
    file(desk, run)
    answer = portal.post(recap, {"ok": "on"})
    assert answer.status_code == 409
    assert "Toutes les places sont prises" in texts(answer)
    assert Submission.objects.count() == 1
    assert Draft.objects.filter(submission=None).get().answers
    page = portal.get("/demarches/acte/")
    assert "toutes les places sont prises" in texts(page)
    assert "Commencer la demande" not in texts(page)


def test_the_waiting_list_is_told_in_the_acknowledgement_and_moves_by_itself(portal: Portal, desk: people.Desk) -> None:
    run = edition(desk, quota=1, waiting_list=True)
    first, second, third = file(desk, run), file(desk, run), file(desk, run)
    assert [first.waiting_rank, second.waiting_rank, third.waiting_rank] == [None, 1, 2]
    assert "liste d’attente" in second.acknowledgement["waiting"]
    portal.force_login(desk.zoe)
    assert "Votre rang sur la liste aujourd’hui : 2" in texts(portal.get(f"/demandes/{third.reference}/"))
    assert "Votre rang sur la liste aujourd’hui : 2" in texts(portal.get(f"/demandes/{third.reference}/recue/"))
    apply(first, "withdraw", by=Actor(user=desk.zoe))
    second.refresh_from_db()
    third.refresh_from_db()
    assert second.waiting_rank is None
    assert third.waiting_rank == 2
    assert "Votre rang sur la liste aujourd’hui : 1" in texts(portal.get(f"/demandes/{third.reference}/"))
    assert "place_found" in [event.kind for event in Event.objects.of(second.key)]
    assert Delivery.objects.filter(purpose="place_found", about=second.key).count() == 1
    # Whoever waits and gives up frees nobody's place.
    apply(third, "withdraw", by=Actor(user=desk.zoe))
    assert Delivery.objects.filter(purpose="place_found").count() == 1
