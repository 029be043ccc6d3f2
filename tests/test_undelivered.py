"""A mail that could not be sent waits at the desk until someone sends it again, or tells the person otherwise."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied

from accounts.permissions import Actor
from journal.models import Event
from messaging.models import Delivery
from procedures.lifecycle import message as letters
from procedures.lifecycle import undelivered
from procedures.models import Submission
from tests.support import people
from tests.support.client import Portal
from tests.support.people import Desk
from tests.test_desk import said, text_of, url

LIST = "/agent/demandes/?etat=courriel-non-parti"


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


@pytest.fixture
def case(desk: Desk) -> Submission:
    return desk.file()


@pytest.fixture
def lost(desk: Desk, case: Submission) -> Delivery:
    """Return the mail of a message that was given up."""
    letters.send(case, "Votre acte est prêt.", by=Actor(user=desk.nadia))
    found: Delivery = Delivery.objects.get(purpose="message")
    found.state, found.attempts, found.last_error = "failed", 12, "SMTPRecipientsRefused"
    found.save()
    return found


def test_a_mail_that_could_not_be_sent_waits_at_the_desk(
    portal: Portal, desk: Desk, case: Submission, lost: Delivery
) -> None:
    portal.force_login(desk.nadia)
    assert case.reference in text_of(portal.get(LIST))
    page = portal.get("/agent/")
    assert said("Mails not sent") in text_of(page)
    portal.force_login(desk.roger)
    assert case.reference not in text_of(portal.get(LIST))


def test_it_is_sent_again_to_an_address_that_is_right(
    portal: Portal, desk: Desk, case: Submission, lost: Delivery
) -> None:
    portal.force_login(desk.nadia)
    assert said("Told otherwise:") in text_of(portal.get(url(case)))
    where = url(case, f"envois/{lost.public_id}/")
    page = portal.post(where, {"address": "zoé sans adresse"}, follow=True)
    assert said("Write a whole e-mail address: name@example.org.") in text_of(page)
    portal.post(where, {"address": "zoe.lefevre@exemple.fr"})
    lost.refresh_from_db()
    assert (lost.state, lost.attempts, lost.address) == ("queued", 0, "zoe.lefevre@exemple.fr")
    case.applicant.refresh_from_db()
    assert case.applicant.email == "zoe@exemple.fr"
    assert case.reference not in text_of(portal.get(LIST))
    # Twice is once.
    page = portal.post(where, {"address": "zoe.lefevre@exemple.fr"}, follow=True)
    assert said("This mail has left meanwhile, or someone has dealt with it.") in text_of(page)


def test_the_person_is_told_otherwise_and_the_journal_says_how(
    portal: Portal, desk: Desk, case: Submission, lost: Delivery
) -> None:
    portal.force_login(desk.nadia)
    where = url(case, f"envois/{lost.public_id}/")
    portal.post(where, {"how": "pigeon"})
    assert case.reference in text_of(portal.get(LIST))
    portal.post(where, {"how": "phone"})
    assert case.reference not in text_of(portal.get(LIST))
    event = Event.objects.of(case.key).last()
    assert event is not None
    assert (event.kind, event.data["how"]) == ("told_otherwise", "phone")
    assert said("told otherwise;") in text_of(portal.get(url(case)))


@pytest.mark.parametrize("who", ["paul", "roger"])
def test_who_does_not_write_to_the_person_settles_nothing(
    desk: Desk, case: Submission, lost: Delivery, who: str
) -> None:
    by = Actor(user=getattr(desk, who))
    with pytest.raises(PermissionDenied):
        undelivered.settle(case, lost.public_id, "phone", by=by)
    with pytest.raises(PermissionDenied):
        undelivered.send_again(case, lost.public_id, "zoe@exemple.fr", by=by)


def test_the_mail_of_another_request_is_not_touched(portal: Portal, desk: Desk, lost: Delivery) -> None:
    other = desk.file()
    portal.force_login(desk.nadia)
    portal.post(url(other, f"envois/{lost.public_id}/"), {"how": "phone"})
    portal.post(url(other, f"envois/{uuid.uuid4()}/"), {"how": "phone"})
    lost.refresh_from_db()
    assert lost.is_unsettled


def test_a_receipt_that_was_handed_over_waits_no_more(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    Delivery.objects.filter(purpose="receipt").update(state="failed", attempts=12)
    portal.force_login(desk.nadia)
    assert case.reference in text_of(portal.get(LIST))
    portal.post(url(case, "accuse/remis/"), {"how": "handed"})
    assert case.reference not in text_of(portal.get(LIST))
