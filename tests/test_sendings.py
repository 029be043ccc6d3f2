"""CRPA-16: sendings without end are slowed down, with a human within reach, and nothing of them is lost (L112-11)."""

from typing import Any

import pytest

from procedures.lifecycle import draft as drafts
from procedures.models import Message, Submission
from tests.support import people
from tests.support.client import Portal
from tests.support.people import Desk
from tests.test_desk import text_of


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


def test_crpa_16_too_many_filings_in_an_hour_wait_and_their_drafts_stay(
    portal: Portal, desk: Desk, settings: Any
) -> None:
    settings.SENDINGS_AN_HOUR = 2
    portal.force_login(desk.zoe)
    answers = []
    for _number in range(3):
        draft = drafts.start(desk.procedure, desk.zoe.person)
        people.answer(draft)
        page = portal.get(f"/brouillons/{draft.public_id}/recapitulatif/")
        answers.append(portal.fill(page, ok="on", follow=True))
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    text = text_of(answers[2])
    assert "Ce que vous avez rempli est gardé" in text
    assert Submission.objects.count() == 2
    # An hour later it leaves as it is.
    settings.SENDINGS_AN_HOUR = 9
    portal.fill(portal.get(f"/brouillons/{draft.public_id}/recapitulatif/"), ok="on")
    assert Submission.objects.count() == 3


def test_crpa_16_too_many_messages_about_a_request_are_refused_beside_the_words_which_stay(
    portal: Portal, desk: Desk, settings: Any
) -> None:
    settings.MESSAGES_AN_HOUR = 1
    case, other = desk.file(), desk.file()
    portal.force_login(desk.zoe)
    assert portal.post(f"/demandes/{case.reference}/message/", {"words": "Bonjour"}).status_code == 302
    page = portal.post(f"/demandes/{case.reference}/message/", {"words": "Encore moi"})
    assert page.status_code == 429
    assert "Trop de messages en une heure" in text_of(page)
    assert "Encore moi" in page.content.decode()
    assert Message.objects.count() == 1
    # Of one request, not of the person.
    assert portal.post(f"/demandes/{other.reference}/message/", {"words": "Bonjour"}).status_code == 302
    assert Submission.objects.count() == 2
