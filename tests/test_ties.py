"""Requests read together, filed twice, opened again, and those that one keeps an eye on."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.permissions import Actor
from journal.models import Event
from messaging.models import Delivery
from procedures.lifecycle import eye, link, note, reopen
from procedures.lifecycle import message as letters
from procedures.lifecycle.grounds import MissingWords
from procedures.lifecycle.transition import StaleAction, apply
from procedures.models import CaseLink, Note, Submission, Watch
from tests.support import people, samples
from tests.support.client import Portal
from tests.support.people import Desk
from tests.test_desk import said, text_of, url


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


def nadia_of(portal: Portal, desk: Desk) -> Actor:
    portal.force_login(desk.nadia)
    return Actor(user=desk.nadia)


def button(page: Any, act: str, other: Submission) -> dict[str, str]:
    """What the button of an act sends for another request; it must be on the page."""
    assert f'name="act" value="{act}"' in page.text
    return {"act": act, "other": other.reference}


def test_two_requests_that_are_linked_show_each_other(portal: Portal, desk: Desk) -> None:
    one, other = desk.file(), desk.file(by=samples.citizen("yann@exemple.fr", "Morvan", "Yann"))
    nadia_of(portal, desk)
    page = portal.get(url(one, "liens/"))
    portal.fill(page, values={"other": other.reference.lower().replace("-", " ")}, follow=True)
    assert other.reference in text_of(portal.get(url(one)))
    assert one.reference in text_of(portal.get(url(other)))
    assert [event.kind for event in Event.objects.of(one.key)][-1] == "linked"
    page = portal.get(url(one, "liens/"))
    assert other.reference in text_of(portal.post(url(one, "liens/"), button(page, "unlink", other), follow=True))
    assert not CaseLink.objects.exists()
    assert other.reference not in text_of(portal.get(url(one)))


@pytest.mark.parametrize("number", ["2026-0000-0000-0", "rien", "x" * 41, "'; --", "\x00"])
def test_a_number_that_names_no_request_that_she_may_see_is_said_and_kept(
    portal: Portal, desk: Desk, number: str
) -> None:
    nadia_of(portal, desk)
    page = portal.post(url(desk.file(), "liens/"), {"other": number})
    assert page.status_code == 422
    assert not CaseLink.objects.exists()


def test_a_request_of_another_sector_is_not_linked(portal: Portal, desk: Desk) -> None:
    here, usual = desk.file(), desk.procedure
    desk.procedure = samples.procedure("voirie", department=desk.roads, id="voirie")
    elsewhere = desk.file()
    desk.procedure = usual
    nadia_of(portal, desk)
    page = portal.post(url(here, "liens/"), {"other": elsewhere.reference})
    assert said("No request that you may see bears this number: check it.") in text_of(page)


def test_a_request_is_not_linked_to_itself(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    nadia_of(portal, desk)
    page = portal.post(url(case, "liens/"), {"other": case.reference})
    assert page.status_code == 422
    assert said("This is the request itself.") in text_of(page)


def test_a_request_filed_twice_ends_for_the_one_with_the_nearer_date_and_the_person_is_told(
    portal: Portal, desk: Desk
) -> None:
    first, second = desk.file(at=timezone.now() - timedelta(days=3)), desk.file()
    nadia_of(portal, desk)
    page = portal.get(url(second, "liens/"))
    # The one that must be answered first cannot be the one that ends.
    assert 'value="end_other"' not in page.text
    portal.post(url(second, "liens/"), button(page, "end_this", first))
    second.refresh_from_db()
    assert (second.status, second.outcome, second.duplicate_of) == ("closed", "no_object", first)
    mail = Delivery.objects.get(about=second.key, purpose="merged")
    assert first.reference in mail.body
    shown = text_of(portal.get(url(second)))
    assert said("Filed twice: this one goes on in its place.") in shown
    assert second.reference in text_of(portal.get(url(first)))
    first.refresh_from_db()
    assert first.status == "submitted"
    zoe = Portal()
    zoe.force_login(desk.zoe)
    assert zoe.get(f"/demandes/{second.reference}/").status_code == 200


def test_requests_of_two_people_are_not_one(desk: Desk) -> None:
    other = desk.file(
        by=samples.citizen("yann@exemple.fr", "Morvan", "Yann"),
        applicant_email="yann@exemple.fr",
        applicant_family_name="Morvan",
    )
    with pytest.raises(link.NotTheSame):
        link.merge(desk.file(), other, by=Actor(user=desk.nadia))


def test_the_one_that_must_be_answered_first_does_not_end(desk: Desk) -> None:
    first, second = desk.file(at=timezone.now() - timedelta(days=3)), desk.file()
    with pytest.raises(link.NotTheSame):
        link.merge(first, second, by=Actor(user=desk.nadia))
    first.refresh_from_db()
    assert first.status == "submitted"


def test_a_request_that_is_over_is_no_duplicate(desk: Desk) -> None:
    first, second = desk.file(), desk.decide(desk.file())
    with pytest.raises((StaleAction, link.NotTheSame)):
        link.merge(second, first, by=Actor(user=desk.nadia))


def test_two_people_who_end_the_same_pair_both_ways_end_one_only(desk: Desk) -> None:
    first, second = desk.file(), desk.file()
    Submission.objects.update(due_on=timezone.localdate() + timedelta(days=9))
    first.refresh_from_db()
    second.refresh_from_db()
    link.merge(first, second, by=Actor(user=desk.nadia))
    with pytest.raises((StaleAction, link.NotTheSame)):
        link.merge(second, first, by=Actor(user=desk.claire))
    assert Submission.objects.filter(status="closed").count() == 1


def test_what_ended_by_mistake_is_opened_again_with_its_reason(portal: Portal, desk: Desk) -> None:
    first, second = desk.file(at=timezone.now() - timedelta(days=3)), desk.file()
    due = second.due_on
    link.merge(second, first, by=nadia_of(portal, desk))
    page = portal.get(url(second, "reouverture/"))
    portal.fill(page, values={"why": "Ce sont deux actes différents."}, follow=True)
    second.refresh_from_db()
    assert (second.status, second.outcome, second.duplicate_of, second.closed_at) == ("submitted", "", None, None)
    assert second.due_on == due
    assert Note.objects.get().body == "Ce sont deux actes différents."
    assert Delivery.objects.filter(about=second.key, purpose="reopened").count() == 1
    assert not any("différents" in str(event.data) for event in Event.objects.of(second.key))


def test_what_its_person_gave_up_is_opened_again_where_it_was(desk: Desk) -> None:
    case = apply(desk.file(), "take_charge", by=Actor(user=desk.nadia))
    case = apply(case, "withdraw", by=Actor(user=desk.zoe))
    assert case.outcome == "abandoned"
    case = reopen.reopen(case, "Elle a rappelé : elle y tient.", by=Actor(user=desk.nadia))
    assert (case.status, case.outcome, case.outcome_by) == ("under_review", "", "")


def test_a_reason_is_needed_to_open_again(portal: Portal, desk: Desk) -> None:
    case = apply(desk.file(), "withdraw", by=Actor(user=desk.zoe))
    nadia_of(portal, desk)
    page = portal.fill(portal.get(url(case, "reouverture/")), values={"why": "  "})
    assert page.status_code == 422
    assert said("Say to your colleagues why it is opened again.") in text_of(page)


def test_what_was_decided_is_not_opened_again(portal: Portal, desk: Desk) -> None:
    case = desk.decide(desk.file())
    nadia_of(portal, desk)
    assert said("Open again") not in text_of(portal.get(url(case)))
    with pytest.raises(StaleAction):
        reopen.reopen(case, "Erreur.", by=Actor(user=desk.nadia))


def test_what_silence_would_have_decided_meanwhile_is_not_opened_again(desk: Desk) -> None:
    case = apply(desk.file(), "withdraw", by=Actor(user=desk.zoe))
    Submission.objects.update(received_at=timezone.now() - timedelta(days=400))
    case.refresh_from_db()
    with pytest.raises(MissingWords):
        reopen.reopen(case, "Elle y tient.", by=Actor(user=desk.nadia))
    case.refresh_from_db()
    assert case.status == "closed"
    assert not Note.objects.exists()


def test_what_happens_to_a_request_is_told_to_whoever_keeps_an_eye_on_it(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    nadia_of(portal, desk)
    portal.post(url(case, "oeil/"))
    portal.post(url(case, "oeil/"))
    assert Watch.objects.count() == 1
    news = "/agent/demandes/?etat=du-nouveau"
    assert case.reference not in text_of(portal.get(news))
    letters.send(case, "Avez-vous reçu mon acte ?", by=Actor(user=desk.zoe))
    assert case.reference in text_of(portal.get(news))
    assert said("Something new") in text_of(portal.get("/agent/"))
    portal.get(url(case))
    assert case.reference not in text_of(portal.get(news))
    assert case.reference in text_of(portal.get("/agent/demandes/?etat=a-l-oeil"))
    portal.post(url(case, "oeil/"), {"stop": "1"})
    assert not Watch.objects.exists()


def test_what_she_does_herself_is_no_news(desk: Desk) -> None:
    case, nadia = desk.file(), Actor(user=desk.nadia)
    eye.keep(case, by=nadia)
    apply(case, "take_charge", by=nadia)
    assert not Watch.objects.with_news(nadia.key).exists()


@pytest.mark.parametrize("who", ["paul", "roger"])
def test_neither_an_auditor_nor_another_sector_watches_or_links(desk: Desk, who: str) -> None:
    case, other, by = desk.file(), desk.file(), Actor(user=getattr(desk, who))
    for act in (
        lambda: eye.keep(case, by=by),
        lambda: link.link(case, other, by=by),
        lambda: link.merge(case, other, by=by),
        lambda: reopen.reopen(case, "Pour voir.", by=by),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_a_colleague_who_is_asked_to_look_gets_a_mail_without_the_note(desk: Desk) -> None:
    case = desk.file()
    note.write(case, "Son fils a appelé.", by=Actor(user=desk.nadia), asking=[desk.helene])
    mail = Delivery.objects.get(purpose="mention")
    assert mail.address == desk.helene.email
    assert case.reference in mail.body
    assert "fils" not in mail.body
