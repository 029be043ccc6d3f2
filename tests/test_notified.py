"""CRPA-33: how a decision reaches the person, as she chose, and the day on which it is notified."""

import json
import zipfile
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.permissions import Actor
from journal.models import Event
from procedures.definition.checks import blocking_problems
from procedures.definition.document import ProcedureDefinition
from procedures.definition.notified import Notified, Sent, notified
from procedures.documents import decision as letters
from procedures.lifecycle import notification as verbs
from procedures.lifecycle import withdraw
from procedures.lifecycle.grounds import MissingWords
from procedures.lifecycle.transition import StaleAction
from procedures.models import Notification, StoredFile, Submission
from tests.support import people, samples
from tests.support.client import Portal, close_files
from tests.support.people import Desk
from tests.test_desk import said, text_of, url
from tests.test_withdrawal import what

MARCH = date(2026, 3, 1)
TEXT = "Article R. 1 du code fictif"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
)


def day(number: int) -> date:
    return MARCH + timedelta(days=number - 1)


# --- The rule ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "today", "expected"),
    [
        # On the portal, as any answer: notified when it is read, whenever that is; never deemed so.
        (Sent("portal", MARCH), day(40), Notified("waiting")),
        (Sent("portal", MARCH, read_on=day(3)), day(40), Notified("read", day(3))),
        (Sent("portal", MARCH, read_on=day(39)), day(40), Notified("read", day(39))),
        # On the portal in place of a registered letter: at the latest when fifteen days are over.
        (Sent("portal", MARCH, registered=True), day(15), Notified("waiting", deemed_on=day(16))),
        (Sent("portal", MARCH, registered=True), day(16), Notified("deemed", day(16))),
        (Sent("portal", MARCH, registered=True, read_on=day(1)), day(2), Notified("read", day(1))),
        (Sent("portal", MARCH, registered=True, read_on=day(16)), day(16), Notified("read", day(16))),
        (Sent("portal", MARCH, registered=True, read_on=day(20)), day(21), Notified("deemed", day(16))),
        # Over the end of a month and of a leap February.
        (Sent("portal", date(2028, 2, 20), registered=True), date(2028, 3, 6), Notified("deemed", date(2028, 3, 6))),
        (Sent("portal", date(2026, 12, 25), registered=True), date(2027, 1, 9), Notified("deemed", date(2027, 1, 9))),
        # By post: on the day of the return receipt, and on none without it.
        (Sent("post", MARCH), day(40), Notified("to_post")),
        (Sent("post", MARCH, posted_on=day(2)), day(40), Notified("posted")),
        (Sent("post", MARCH, posted_on=day(2), received_on=day(5)), day(40), Notified("received", day(5))),
        # What is posted is not notified by a look at the portal.
        (Sent("post", MARCH, registered=True, read_on=day(2)), day(40), Notified("to_post")),
    ],
)
def test_crpa_33_when_a_decision_is_notified(sent: Sent, today: date, expected: Notified) -> None:
    assert notified(sent, today) == expected


# --- The choice -------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


@pytest.fixture
def registered(desk: Desk) -> Desk:
    """Return the town, whose procedure a text wants answered by registered letter."""
    legal = {**samples.content()["legal"], "registered_basis": TEXT}
    desk.procedure = samples.procedure("recommande", department=desk.civil, id="recommande", legal=legal)
    return desk


def hers(case: Submission, desk: Desk) -> Portal:
    zoe = Portal()
    zoe.force_login(desk.zoe)
    return zoe


def where(case: Submission) -> str:
    return f"/demandes/{case.reference}/notification/"


def test_she_may_always_ask_for_the_post_and_change_her_mind(desk: Desk) -> None:
    case = desk.file()
    zoe = hers(case, desk)
    shown = zoe.fill(zoe.get(where(case)), values={"way": "post"}, follow=True)
    assert said("The decision will reach you by post.") in text_of(shown)
    case.refresh_from_db()
    assert case.reached_by == "post"
    assert Event.objects.of(case.key).get(kind="notified_by").data == {"by": "post"}
    zoe.fill(zoe.get(where(case)), values={"way": "portal"})
    case.refresh_from_db()
    assert case.reached_by == "portal"
    # The same choice again says nothing more.
    zoe.fill(zoe.get(where(case)), values={"way": "portal"})
    assert Event.objects.of(case.key).filter(kind="notified_by").count() == 2


def test_without_an_address_there_is_only_the_post(desk: Desk) -> None:
    case = desk.file(applicant_contact="post", applicant_email="")
    assert case.reached_by == "post"
    zoe = hers(case, desk)
    page = zoe.get(where(case))
    assert said("You gave no e-mail address: the decision comes by post.") in text_of(page)
    answer = zoe.post(where(case), {"way": "portal"})
    assert answer.status_code == 422
    with pytest.raises(MissingWords):
        verbs.choose(case, "portal", by=Actor(user=desk.zoe))


def test_a_registered_letter_is_replaced_only_by_her_express_choice(registered: Desk) -> None:
    case = registered.file()
    assert case.reached_by == "post"
    zoe = hers(case, registered)
    page = zoe.get(where(case))
    assert TEXT in text_of(page)
    zoe.fill(page, values={"way": "portal"})
    case.refresh_from_db()
    assert case.reached_by == "portal"
    case = registered.decide(case)
    notification = case.decisions.get().notification
    assert (notification.way, notification.registered) == ("portal", True)
    standing = notification.standing(timezone.localdate() + timedelta(days=15))
    assert standing.how == "deemed"


def test_a_request_that_is_over_has_nothing_left_to_choose(desk: Desk) -> None:
    case = desk.decide(desk.file())
    zoe = hers(case, desk)
    page = zoe.get(where(case))
    assert said("Your request is finished: nothing is left to choose.") in text_of(page)
    answer = zoe.post(where(case), {"way": "post"}, follow=True)
    assert answer.redirect_chain
    case.refresh_from_db()
    assert case.notified_by == ""


def test_nobody_else_chooses_for_her(desk: Desk) -> None:
    case = desk.file()
    with pytest.raises(PermissionDenied):
        verbs.choose(case, "post", by=Actor(user=desk.nadia))


# --- The letter -------------------------------------------------------------------------------------------------------


def by_post(desk: Desk) -> Submission:
    return desk.decide(desk.file(applicant_contact="post", applicant_email=""))


def posting(case: Submission) -> str:
    return url(case, "notification/1/")


def test_a_decision_by_post_is_signed_by_hand_posted_and_received(portal: Portal, desk: Desk) -> None:
    case = by_post(desk)
    assert "Signature" in letters.html(case.decisions.get().document)
    portal.force_login(desk.nadia)
    assert case.reference in text_of(portal.get("/agent/demandes/?etat=a-poster"))
    page = portal.get(posting(case))
    today = timezone.localdate()
    shown = portal.fill(page, values={"posted_on": today, "number": "1A 234 567 8901 2"}, follow=True)
    assert "1A 234 567 8901 2" in text_of(shown)
    assert case.reference not in text_of(portal.get("/agent/demandes/?etat=a-poster"))
    notification = Notification.objects.get()
    assert notification.standing().how == "posted"
    portal.fill(portal.get(posting(case)), values={"received_on": today})
    notification.refresh_from_db()
    assert notification.standing() == Notified("received", today)
    kinds = [event.kind for event in Event.objects.of(case.key)]
    assert kinds[-2:] == ["letter_posted", "letter_received"]
    # Nothing is left to note.
    page = portal.get(posting(case), follow=True)
    assert page.redirect_chain
    with pytest.raises(StaleAction):
        verbs.note_posting(case.decisions.get(), verbs.Posting(today), by=Actor(user=desk.nadia))
    zoe = hers(case, desk)
    assert "Vous l’avez reçue par courrier" in text_of(zoe.get(f"/demandes/{case.reference}/"))


def test_the_signed_letter_is_kept_beside_its_text_even_where_a_day_is_wrong(portal: Portal, desk: Desk) -> None:
    case = by_post(desk)
    portal.force_login(desk.nadia)
    given = {"posted_on": "2020-01-01", "scan": SimpleUploadedFile("lettre signée.pdf", PDF, "application/pdf")}
    page = portal.fill(portal.get(posting(case)), values=given)
    assert page.status_code == 422
    assert said("This day is before the signature, or still to come: check it.") in text_of(page)
    assert "lettre signée.pdf" in text_of(page)
    notification = Notification.objects.get()
    assert notification.scan is not None
    assert notification.posted_on is None
    StoredFile.objects.update(scan="clean")
    shown = portal.get(url(case, f"fichiers/{notification.scan.public_id}/"))
    assert shown.status_code == 200
    close_files(shown)
    zoe = hers(case, desk)
    hers_ = zoe.get(f"/demandes/{case.reference}/fichiers/{notification.scan.public_id}/")
    assert hers_.status_code == 200
    close_files(hers_)
    stranger = Portal()
    assert stranger.get(f"/demandes/{case.reference}/fichiers/{notification.scan.public_id}/").status_code != 200


def test_a_better_scan_takes_the_place_of_the_first(desk: Desk) -> None:
    case = by_post(desk)
    decision, by = case.decisions.get(), Actor(user=desk.nadia)
    first = verbs.keep_scan(decision, SimpleUploadedFile("a.pdf", PDF, "application/pdf"), by=by)
    second = verbs.keep_scan(decision, SimpleUploadedFile("b.pdf", PDF, "application/pdf"), by=by)
    first.refresh_from_db()
    assert first.destroyed_at is not None
    assert Notification.objects.get().scan == second


def test_a_scan_that_is_not_what_it_says_is_refused_beside_it(portal: Portal, desk: Desk) -> None:
    case = by_post(desk)
    portal.force_login(desk.nadia)
    given = {"number": "1A 999", "scan": SimpleUploadedFile("lettre.pdf", b"MZ not a letter", "application/pdf")}
    page = portal.fill(portal.get(posting(case)), values=given)
    assert page.status_code == 422
    assert "lettre.pdf" in text_of(page)
    assert "1A 999" in page.text
    assert Notification.objects.get().scan is None


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"posted_on": timezone.localdate() + timedelta(days=1)}, "This day is before the signature, or still to come"),
        ({"received_on": "2020-01-01"}, "This day is before the posting, or still to come: check it."),
        ({"number": "9" * 41}, "This number is too long: keep it under 40 characters."),
    ],
)
def test_days_and_numbers_that_cannot_be_are_said_beside_them(
    portal: Portal, desk: Desk, values: dict[str, Any], message: str
) -> None:
    case = by_post(desk)
    portal.force_login(desk.nadia)
    page = portal.fill(portal.get(posting(case)), values=values)
    assert page.status_code == 422
    if message.endswith("."):
        assert said(message) in text_of(page)
    assert Notification.objects.get().posted_on is None


def test_what_goes_by_the_portal_has_no_letter_to_follow(portal: Portal, desk: Desk) -> None:
    case = desk.decide(desk.file())
    portal.force_login(desk.nadia)
    assert portal.get(posting(case)).status_code == 404
    assert "sans signature manuscrite" in letters.html(case.decisions.get().document)


@pytest.mark.parametrize("who", ["helene", "paul", "roger"])
def test_only_the_department_follows_its_letters(desk: Desk, who: str) -> None:
    decision = by_post(desk).decisions.get()
    with pytest.raises(PermissionDenied):
        verbs.note_posting(decision, verbs.Posting(timezone.localdate()), by=Actor(user=getattr(desk, who)))


def test_a_withdrawal_reaches_her_as_she_chose_too(desk: Desk) -> None:
    case = desk.decide(desk.file(applicant_contact="post", applicant_email=""))
    taken = withdraw.withdraw(case, what(), by=Actor(user=desk.helene))
    assert taken.notification.by_post


def test_a_registered_letter_needs_to_know_who_asks() -> None:
    content = samples.content(applicant={"identification": "optional"})
    content["legal"]["registered_basis"] = TEXT
    problems = blocking_problems(ProcedureDefinition.model_validate(content))
    words = said("a registered letter needs a name and an address: ask the applicant who she is")
    assert any(" ".join(problem.message.split()) == words for problem in problems)


def test_what_was_said_of_her_letter_is_in_her_own_copy(desk: Desk) -> None:
    case = by_post(desk)
    today = timezone.localdate()
    verbs.note_posting(case.decisions.get(), verbs.Posting(today, "1A 999"), by=Actor(user=desk.nadia))
    opinion = desk.ask_opinion(desk.file())
    browser = Portal()
    people.sign_in(browser, desk.zoe)
    answer: Any = browser.post("/mes-demandes/donnees/telecharger/")
    with zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content))) as archive:
        held = json.loads(archive.read("donnees.json"))
    mine = next(one for one in held["demandes"] if one["numero"] == case.reference)
    assert mine["decisions"][0]["notification"]["postee_le"] == today.isoformat()
    assert mine["decision_recue"] == "par courrier"
    # What prepares a decision is communicated once it is taken.
    other = next(one for one in held["demandes"] if one["numero"] == opinion.submission.reference)
    assert other["avis"] == []
