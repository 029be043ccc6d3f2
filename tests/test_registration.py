"""CRPA-10: the acknowledgement is made with the filing; where its PDF or its mail fails, the person is told all the same."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from journal.models import Event
from messaging.models import Delivery
from procedures.lifecycle import registration
from procedures.models import Document, Submission
from procedures.tasks import sweep
from tests.support import people
from tests.support.client import Portal
from tests.support.people import Desk
from tests.support.queue import drain
from tests.test_desk import said, text_of, url

MENTIONS = ("received_words", "service", "silence", "remedies", "not_a_decision", "missing_pieces")


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


def hours_later(case: Submission, hours: float) -> Document:
    """Let so many hours have passed since the filing, while the worker was stopped."""
    Document.objects.filter(submission=case).update(created_at=timezone.now() - timedelta(hours=hours))
    found: Document = Document.objects.get(submission=case)
    return found


def hers(desk: Desk, case: Submission) -> str:
    zoe = Portal()
    zoe.force_login(desk.zoe)
    return text_of(zoe.get(f"/demandes/{case.reference}/"))


def test_crpa_10_every_mention_is_there_before_any_worker_runs(desk: Desk) -> None:
    case = desk.file()
    assert Document.objects.get(submission=case).stored is None
    assert all(case.acknowledgement[name] for name in MENTIONS)
    zoe = Portal()
    zoe.force_login(desk.zoe)
    page = text_of(zoe.get(f"/demandes/{case.reference}/recue/"))
    assert case.reference in page
    assert " ".join(case.acknowledgement["received_words"].split()) in " ".join(page.split())


def test_crpa_10_where_the_pdf_is_late_the_registration_is_told_once_with_its_date(desk: Desk) -> None:
    case = desk.file()
    hours_later(case, 2)
    sweep()
    sweep()
    mail = Delivery.objects.get(purpose="registered")
    assert case.acknowledgement["received_words"] in mail.body
    assert Event.objects.of(case.key).filter(kind="registered").count() == 1
    assert said("See the acknowledgement") in hers(desk, case)
    nadia = Portal()
    nadia.force_login(desk.nadia)
    assert "en retard" in text_of(nadia.get(url(case)))
    # The document follows as soon as the worker can, and nothing more is said.
    drain()
    assert Document.objects.get(submission=case).stored is not None
    assert said("See the acknowledgement") not in hers(desk, case)
    sweep()
    assert Delivery.objects.filter(purpose="registered").count() == 1


@pytest.mark.parametrize(("hours", "made"), [(0.5, False), (2, True)])
def test_what_is_in_time_or_made_is_not_told(desk: Desk, hours: float, made: bool) -> None:
    case = desk.file()
    if made:
        drain()
    hours_later(case, hours)
    registration.tell_late()
    assert not Delivery.objects.filter(purpose="registered").exists()


def test_crpa_13_a_mail_that_could_not_leave_is_a_task_for_the_department(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    drain()
    portal.force_login(desk.nadia)
    words = said("The e-mail of the acknowledgement did not leave.")
    assert words not in text_of(portal.get(url(case)))
    Delivery.objects.filter(about=case.key, purpose="receipt").update(state="failed")
    page = portal.get(url(case))
    assert words in text_of(page)
    form: dict[str, Any] = {"how": "posted"}
    shown = portal.post(url(case, "accuse/remis/"), form, follow=True)
    assert words not in text_of(shown)
    assert Event.objects.of(case.key).get(kind="receipt_given").data["how"] == "posted"


def test_a_receipt_that_reached_her_is_not_noted_as_posted(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    portal.force_login(desk.nadia)
    portal.post(url(case, "accuse/remis/"), {"how": "posted"})
    assert not Event.objects.of(case.key).filter(kind="receipt_given").exists()
