"""An agent enters a request for someone at the counter, on the telephone, by post or by e-mail."""

import re
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import override_settings
from django.utils import timezone

from accounts.models import Absence, ContactPoint, Membership
from accounts.permissions import Actor
from journal import models as journal
from journal.models import AccessLog, Event
from messaging.models import Delivery
from portal.kit.moments import long_day
from procedures.documents import receipt
from procedures.lifecycle import draft as drafts
from procedures.lifecycle import entry
from procedures.lifecycle.submit import IncompleteDraft, submit
from procedures.models import Document, Draft, Edition, Procedure, StoredFile, Submission
from tests.support import people, samples
from tests.support.client import Portal, close_files, page_of
from tests.support.people import Desk
from tests.support.queries import count_queries
from tests.support.queue import drain
from tests.test_filing import IDENTITY, pdf, step_url
from tests.test_work_sessions import later

ENTER = "/agent/saisies/nouvelle/acte/"
POSTAL = {"applicant_contact": "post", "applicant_email": ""}


@pytest.fixture
def town(db: None) -> Desk:
    return people.desk()


@pytest.fixture
def nadia(town: Desk) -> Portal:
    return browser_of(town.nadia)


def browser_of(user: Any) -> Portal:
    browser = Portal()
    browser.force_login(user)
    return browser


def texts(page: Any) -> str:
    return " ".join(str(page.content.decode()).replace("\u00a0", " ").replace("\u202f", " ").split())


def text_of(page: Any) -> str:
    main = page_of(page).find("main")
    assert main is not None
    return main.text.replace("\u00a0", " ")


def day(days: int) -> str:
    return (timezone.localdate() - timedelta(days=days)).isoformat()


def begin(browser: Portal, **said: Any) -> str:
    """Say where a request came from; return the address of its first step."""
    answer = browser.fill(browser.get(ENTER), **said)
    assert answer.status_code == 302, texts(answer)
    return str(answer.headers["Location"])


def fill_until_recap(browser: Portal, first: str, **identity: str) -> str:
    browser.post(first, {"kind": "full", "copies": "2"})
    browser.post(step_url(first, "parents"), {"mother": "Anne Morvan", "secret": "12", "proof": pdf()})
    answer = browser.post(step_url(first, "applicant"), {**IDENTITY, **identity})
    assert answer.headers["Location"].endswith("/recapitulatif/")
    return str(answer.headers["Location"])


def record(browser: Portal, identity: dict[str, str] | None = None, **said: Any) -> Submission:
    """Enter a whole request, from its origin to its receipt."""
    recap = fill_until_recap(browser, begin(browser, **said), **(identity or {}))
    answer = browser.fill(browser.get(recap), ok="on")
    submission = Submission.objects.latest("pk")
    assert answer.headers["Location"] == f"/agent/demandes/{submission.reference}/saisie/"
    return submission


# --- From the counter to the receipt --------------------------------------------------------------------------------


def test_nadia_enters_at_the_counter_what_someone_without_address_asks_for(nadia: Portal, town: Desk) -> None:
    page = nadia.get("/agent/demandes/")
    assert "Saisir une demande" in text_of(page)
    assert "Demander un acte" in text_of(nadia.get("/agent/saisies/"))
    submission = record(nadia, POSTAL)
    assert submission.channel == "counter"
    assert submission.entered_by == town.nadia
    assert submission.person is None
    said = text_of(nadia.get(f"/agent/demandes/{submission.reference}/saisie/"))
    assert "imprimez l’accusé" in said
    assert submission.follow_code in said
    assert not Delivery.objects.filter(purpose="receipt").exists()
    drain()
    answer = nadia.get(f"/agent/demandes/{submission.reference}/accuse/")
    assert answer.status_code == 200
    close_files(answer)


def test_that_the_receipt_was_handed_over_is_noted_once(nadia: Portal, town: Desk) -> None:
    submission = record(nadia, POSTAL)
    address = f"/agent/demandes/{submission.reference}/saisie/"
    page = nadia.get(address)
    for _ in range(2):
        nadia.fill(page, button=("how", "handed"))
    event = Event.objects.of(submission.key).get(kind="receipt_given")
    assert (event.actor, event.data) == (town.nadia.key, {"how": "handed"})
    assert "Accusé remis en main propre Nadia Roussel" in text_of(nadia.get(address))
    assert "Accusé remis en main propre" in text_of(nadia.get(f"/agent/demandes/{submission.reference}/"))
    paul = browser_of(town.paul)
    assert "Je l’ai posté" not in text_of(paul.get(address))
    for who, status in ((paul, 403), (browser_of(town.roger), 404), (browser_of(town.zoe), 403)):
        assert (
            who.post(f"/agent/demandes/{submission.reference}/accuse/remis/", {"how": "posted"}).status_code == status
        )
    assert nadia.post(f"/agent/demandes/{submission.reference}/accuse/remis/", {"how": "x"}).status_code == 403
    assert journal.verify(submission.key) == []


def test_whoever_gave_an_address_gets_the_receipt_by_mail_too(nadia: Portal) -> None:
    submission = record(nadia, channel="phone")
    assert Delivery.objects.get(purpose="receipt").address == "claire@exemple.fr"
    said = text_of(nadia.get(f"/agent/demandes/{submission.reference}/saisie/"))
    assert "claire@exemple.fr" in said
    assert submission.follow_code not in said


def test_the_law_counts_from_the_day_of_reception_and_the_gap_is_explained(nadia: Portal) -> None:
    submission = record(
        nadia, POSTAL, channel="post", day=day(20), hour="", reason="Courrier égaré.", papers=pdf("lettre.pdf")
    )
    received = timezone.localdate() - timedelta(days=20)
    assert timezone.localdate(submission.received_at) == received
    assert timezone.localdate(submission.recorded_at) == timezone.localdate()
    assert submission.due_on is not None
    assert submission.due_on < timezone.localdate() + timedelta(days=45)
    words = submission.acknowledgement["received_words"]
    assert str(received.day if received.day > 1 else "1er") in words
    assert " h " not in words
    case = text_of(nadia.get(f"/agent/demandes/{submission.reference}/"))
    assert "Courrier égaré." in case
    assert "20 jours après" in case
    assert "Nadia Roussel, pour Claire Le Goff" in case
    assert "lettre.pdf" in case


def test_the_event_says_who_did_it_for_whom_and_where_it_came_from(nadia: Portal, town: Desk) -> None:
    submission = record(nadia, channel="post", day=day(3), reason="Reçu pendant le pont.", papers=pdf("lettre.pdf"))
    event = Event.objects.of(submission.key).get()
    assert (event.kind, event.actor, event.role) == ("submitted", town.nadia.key, "agent")
    assert event.data["origin"] == "post"
    assert datetime.fromisoformat(event.data["received_at"]) == submission.received_at
    assert len(event.data["reason"]) == 64
    assert "pont" not in event.body
    assert abs(event.at - submission.recorded_at) < timedelta(seconds=1)
    assert journal.verify(submission.key) == []
    begun = Event.objects.of(f"draft:{event.data['draft']}").get()
    assert (begun.kind, begun.actor) == ("entry_begun", town.nadia.key)


def test_the_scanned_paper_is_a_paper_of_its_own_checked_like_any_file(nadia: Portal) -> None:
    submission = record(nadia, channel="email", papers=pdf("message.pdf"))
    assert sorted(link.stored.name for link in submission.files.all()) == ["livret.pdf", "message.pdf"]
    paper = submission.files.get(stored__name="message.pdf")
    assert paper.is_paper
    assert "papier numérisé" in text_of(nadia.get(f"/agent/demandes/{submission.reference}/"))
    answer = nadia.get(f"/agent/demandes/{submission.reference}/fichiers/{paper.stored.public_id}/")
    assert answer.status_code == 200
    close_files(answer)
    assert "message.pdf" in receipt_of(submission)


def receipt_of(submission: Submission) -> str:
    text = receipt.html(Document.objects.get(submission=submission))
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())


def test_a_receipt_of_paper_is_not_called_electronic_and_says_when_it_was_entered(nadia: Portal, town: Desk) -> None:
    by_post = record(nadia, POSTAL, channel="post", day=day(9), hour="", reason="Vacances.", papers=pdf("lettre.pdf"))
    text = receipt_of(by_post)
    assert "électronique" not in text.split("<main>")[1].split("</h1>")[0]
    assert "Enregistrée le" in text
    assert "Vacances." in text
    assert "UTC" not in text
    assert by_post.follow_code in text
    assert "Article L. 231-4 du CRPA" in text
    assert "Écrire à la maire" in text
    assert "Nadia" not in text
    assert "Accusé de réception électronique" in receipt_of(town.file())


def test_a_printed_receipt_holds_every_mention_that_paper_asks_for(nadia: Portal) -> None:
    """CRPA R112-5: date of reception, date and meaning of silence, the department with its addresses, what is missing."""
    submission = record(nadia, POSTAL)
    text, ack = receipt_of(submission), submission.acknowledgement
    service = ack["service"]
    assert ack["received_words"] in text
    assert submission.due_on is not None
    assert long_day(submission.due_on).split(" ", 1)[1] in ack["silence"]
    for mention in (service["name"], service["email"], "01 99 00 12 52", *service["address"]):
        assert mention in text
    for mention in (ack["silence"], ack["missing_pieces"], *ack["remedies"]):
        assert " ".join(mention.replace("\u00a0", " ").replace("\u202f", " ").split()) in text
    assert ack["remedies"]


def test_whoever_holds_the_follow_code_sees_where_her_request_stands(nadia: Portal) -> None:
    submission = record(nadia, POSTAL, day=day(1), hour="")
    stranger = Portal()
    page = stranger.fill(
        stranger.get("/suivi/"), form_id=None, reference=submission.reference, code=submission.follow_code
    )
    assert page.status_code == 200
    assert "0 h" not in text_of(page)


def test_the_person_reads_who_entered_it_and_when_it_was_received(nadia: Portal, town: Desk) -> None:
    submission = record(nadia, channel="phone", day=day(5), hour="", reason="Message vocal.")
    Submission.objects.filter(pk=submission.pk).update(person=town.zoe.person)
    page = text_of(browser_of(town.zoe).get(f"/demandes/{submission.reference}/"))
    assert "saisie pour vous par Service État civil" in page
    assert "Message vocal." in page
    assert "Nadia" not in page


# --- What she says of the origin ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"day": day(-1)}, "encore à venir"),
        ({"day": day(400), "reason": "x"}, "plus d’un an"),
        ({"day": day(3), "hour": ""}, "plus d’un jour"),
        ({"day": ""}, "Indiquez un jour"),
    ],
)
def test_an_origin_that_cannot_be_is_refused_beside_its_question(
    nadia: Portal, said: dict[str, Any], words: str
) -> None:
    answer = nadia.fill(nadia.get(ENTER), **said)
    assert answer.status_code == 422
    assert words in text_of(answer)
    wrong = [one.text for one in page_of(answer).walk() if "bad" in one.get("class").split()]
    assert [words in text.replace("\u00a0", " ") for text in wrong] == [True]
    assert "(facultatif)" not in wrong[0]
    assert not Draft.objects.exists()


def test_an_hour_that_is_none_is_refused_and_what_was_typed_is_shown_again(nadia: Portal) -> None:
    answer = nadia.post(ENTER, {"channel": "phone", "day": day(0), "hour": "vers midi", "reason": "Au téléphone."})
    assert answer.status_code == 422
    assert "Au téléphone." in answer.text
    assert 'value="phone" checked' in answer.text


def test_an_hour_that_is_not_said_is_now_for_who_is_here_and_unknown_for_a_letter(nadia: Portal) -> None:
    begin(nadia, channel="phone")
    here = Draft.objects.get()
    assert here.hour_known
    assert here.received_at is not None
    assert abs(here.received_at - timezone.now()) < timedelta(minutes=2)
    nadia.fill(nadia.get(ENTER), channel="post", papers=pdf("lettre.pdf"))
    letter = Draft.objects.latest("pk")
    assert not letter.hour_known
    begin(nadia, channel="email", hour="0:05", papers=pdf("message.pdf"))
    assert Draft.objects.latest("pk").hour_known


def test_what_comes_online_is_no_channel_of_the_counter(nadia: Portal) -> None:
    assert nadia.post(ENTER, {"channel": "online", "day": day(0)}).status_code == 422


def test_a_letter_without_its_scan_is_typed_but_not_recorded_before_it_is_joined(nadia: Portal) -> None:
    answer = nadia.fill(nadia.get(ENTER), channel="post")
    origin = answer.headers["Location"]
    assert "Joignez la lettre" in text_of(nadia.get(origin))
    draft = Draft.objects.get()
    recap = fill_until_recap(nadia, f"/brouillons/{draft.public_id}/acte/")
    assert "Joignez la lettre" in text_of(nadia.get(recap))
    assert nadia.fill(nadia.get(recap), ok="on").headers["Location"] == origin
    assert not Submission.objects.exists()
    assert (
        nadia.fill(nadia.get(origin), papers=pdf("lettre.pdf")).headers["Location"] == f"/brouillons/{draft.public_id}/"
    )
    nadia.fill(nadia.get(recap), ok="on")
    assert Submission.objects.get().files.filter(stored__name="lettre.pdf").exists()


def test_a_paper_is_opened_to_type_from_it_and_removed(nadia: Portal, town: Desk) -> None:
    begin(nadia, channel="email", papers=pdf("message.pdf"))
    draft = Draft.objects.get()
    stored = draft.papers.get().stored
    origin = f"/agent/saisies/{draft.public_id}/"
    address = f"{origin}papiers/{stored.public_id}/"
    answer = nadia.get(address)
    assert answer.status_code == 200
    close_files(answer)
    assert AccessLog.objects.filter(action="download", subject=draft.key, actor=town.nadia.key).exists()
    assert browser_of(town.roger).get(address).status_code == 404
    nadia.fill(nadia.get(origin), button="remove")
    assert not draft.papers.exists()
    assert not StoredFile.objects.filter(pk=stored.pk).exists()


def test_a_paper_that_the_scanner_blocked_is_replaced_before_the_request_is_recorded(nadia: Portal) -> None:
    recap = fill_until_recap(nadia, begin(nadia, channel="post", papers=pdf("lettre.pdf")))
    StoredFile.objects.filter(name="lettre.pdf").update(scan="infected")
    assert "a été bloqué" in text_of(nadia.get(recap))
    nadia.fill(nadia.get(recap), ok="on")
    assert not Submission.objects.exists()


def test_a_paper_that_is_refused_is_told_and_the_rest_is_kept(nadia: Portal) -> None:
    answer = nadia.fill(nadia.get(ENTER), channel="post", papers=pdf("lettre.exe", b"MZ"), follow=True)
    assert "lettre.exe" in text_of(answer)
    assert Draft.objects.get().channel == "post"


def test_a_wrong_day_is_corrected_and_the_change_is_written(nadia: Portal) -> None:
    begin(nadia)
    draft = Draft.objects.get()
    page = nadia.get(f"/agent/saisies/{draft.public_id}/")
    nadia.fill(page, day=day(2), hour="10:00", reason="Date lue trop vite.")
    draft.refresh_from_db()
    assert timezone.localdate(draft.received_at) == timezone.localdate() - timedelta(days=2)
    kinds = [event.kind for event in Event.objects.of(draft.key)]
    assert kinds == ["entry_begun", "entry_changed"]


def test_an_origin_that_is_saved_again_as_it_is_writes_nothing(nadia: Portal) -> None:
    begin(nadia)
    draft = Draft.objects.get()
    nadia.fill(nadia.get(f"/agent/saisies/{draft.public_id}/"))
    assert [event.kind for event in Event.objects.of(draft.key)] == ["entry_begun"]


def test_the_recap_shows_where_it_came_from_before_it_is_recorded(nadia: Portal) -> None:
    first = begin(nadia, channel="post", day=day(6), hour="", reason="Pli égaré.", papers=pdf("lettre.pdf"))
    said = text_of(nadia.get(fill_until_recap(nadia, first)))
    for words in ("Relisez, puis enregistrez", "par courrier", "Pli égaré.", "lettre.pdf", "pour Claire Le Goff"):
        assert words in said


def test_what_waits_too_long_on_the_desk_asks_why_before_it_is_recorded(nadia: Portal) -> None:
    recap = fill_until_recap(nadia, begin(nadia))
    Draft.objects.update(received_at=timezone.now() - timedelta(days=3))
    assert "plus d’un jour" in text_of(nadia.get(recap))
    assert nadia.fill(nadia.get(recap), ok="on").headers["Location"].startswith("/agent/saisies/")
    assert not Submission.objects.exists()


# --- While it is typed ----------------------------------------------------------------------------------------------


def test_every_page_says_for_whom_she_acts_and_proposes_nothing_of_hers(nadia: Portal, town: Desk) -> None:
    ContactPoint.objects.create(person=town.nadia.person, kind="email", value="nadia@exemple.fr")
    first = begin(nadia, channel="phone")
    pages = [nadia.get(first)]
    recap = fill_until_recap(nadia, first)
    pages += [nadia.get(step_url(first, "parents")), nadia.get(recap), nadia.get(first.rsplit("/", 2)[0] + "/")]
    for page in pages:
        assert "Vous saisissez pour" in text_of(page)
        assert "par téléphone, reçue le" in text_of(page)
        assert "nadia@exemple.fr" not in page.text
    assert "Vous saisissez pour Claire Le Goff" in text_of(pages[-1])
    assert Draft.objects.get().proposed == {}


def test_a_citizen_at_the_same_step_sees_no_band(nadia: Portal) -> None:
    zoe = Portal()
    hers = zoe.post("/demarches/acte/commencer/").headers["Location"]
    for _ in range(2):
        assert "Vous saisissez pour" in text_of(nadia.get(begin(nadia)))
        assert "Vous saisissez pour" not in text_of(zoe.get(hers))


def test_what_is_left_is_found_again_on_the_desk_by_colleagues(nadia: Portal, town: Desk) -> None:
    first = begin(nadia)
    nadia.post(first, {"kind": "other", "copies": "douze", "action": "later"})
    claire = browser_of(town.claire)
    said = text_of(claire.get("/agent/saisies/"))
    assert "Nadia Roussel" in said
    assert 'value="douze"' in claire.get(first).text


def test_a_double_click_begins_one_and_records_one(nadia: Portal) -> None:
    key = str(uuid.uuid4())
    said = {"key": key, "channel": "counter", "day": day(0), "hour": ""}
    clicks = [nadia.post(ENTER, {**said, "papers": pdf("demande.pdf")}) for _ in range(2)]
    assert len({answer.headers["Location"] for answer in clicks}) == 1
    assert Draft.objects.get().papers.count() == 1
    recap = fill_until_recap(nadia, f"/brouillons/{Draft.objects.get().public_id}/acte/")
    assert len({nadia.post(recap, {"ok": "on"}).headers["Location"] for _ in range(2)}) == 1
    assert Submission.objects.count() == 1


def test_a_key_that_names_the_draft_of_a_citizen_opens_nothing(nadia: Portal, town: Desk) -> None:
    hers = drafts.start(town.procedure, town.zoe.person)
    said = {"key": str(hers.public_id), "channel": "counter", "day": day(0), "hour": ""}
    assert nadia.post(ENTER, said).status_code == 403
    hers.refresh_from_db()
    assert not hers.is_entered


def test_two_tabs_on_one_entry_lose_neither_side(nadia: Portal) -> None:
    first = begin(nadia)
    one, other = nadia.get(first), nadia.get(first)
    nadia.fill(one, button=("action", "later"), kind="full", copies="1")
    answer = nadia.fill(other, button=("action", "later"), kind="bare", copies="1")
    assert answer.headers["Location"].endswith("/acte/conflit/")
    assert "Vous saisissez pour" in text_of(nadia.get(answer.headers["Location"]))


def test_an_entry_that_is_thrown_away_leaves_a_trace(nadia: Portal, town: Desk) -> None:
    begin(nadia)
    draft = Draft.objects.get()
    answer = nadia.post(f"/brouillons/{draft.public_id}/supprimer/")
    assert answer.headers["Location"] == "/agent/saisies/"
    last = Event.objects.of(draft.key).last()
    assert last is not None
    assert (last.kind, last.actor, last.data["origin"]) == ("entry_discarded", town.nadia.key, "counter")
    assert not Draft.objects.exists()


def test_what_she_reads_is_written_down(nadia: Portal, town: Desk) -> None:
    first = begin(nadia)
    nadia.get(first)
    nadia.get(step_url(first, "acte") + "suggestions/kind/?q=a")
    seen = AccessLog.objects.get(subject=Draft.objects.get().key)
    assert (seen.action, seen.actor, seen.role, seen.service) == ("read", town.nadia.key, "agent", town.civil.name)


# --- Closed, withdrawn, full ----------------------------------------------------------------------------------------


def close(town: Desk, days: int) -> None:
    Procedure.objects.filter(pk=town.procedure.pk).update(closes_at=timezone.now() - timedelta(days=days))


def test_a_letter_received_before_the_closing_is_still_entered(nadia: Portal, town: Desk) -> None:
    close(town, 5)
    assert "fermée" in text_of(nadia.get("/agent/saisies/"))
    page = nadia.get(ENTER)
    assert "Cette démarche a fermé le" in text_of(page)
    late = nadia.fill(page, channel="post", day=day(1), hour="", papers=pdf("lettre.pdf"))
    assert late.status_code == 422
    assert "de nouveau le papier" in text_of(late)
    submission = record(nadia, channel="post", day=day(8), hour="", reason="Distribuée tard.", papers=pdf("lettre.pdf"))
    assert submission.received_at < timezone.now() - timedelta(days=7)


def test_a_procedure_that_was_withdrawn_is_offered_for_what_was_received_before(nadia: Portal, town: Desk) -> None:
    withdrawn = Procedure.objects.filter(pk=town.procedure.pk)
    withdrawn.update(withdrawn_at=timezone.now() - timedelta(days=2))
    assert ENTER in nadia.get("/agent/saisies/").text
    assert nadia.fill(nadia.get(ENTER)).status_code == 422
    record(nadia, POSTAL, day=day(4), hour="", reason="Retrouvée sous une pile.")
    withdrawn.update(withdrawn_at=timezone.now() - timedelta(days=400))
    assert ENTER not in nadia.get("/agent/saisies/").text


def test_a_procedure_that_closes_meanwhile_takes_what_was_received_before(nadia: Portal, town: Desk) -> None:
    recap = fill_until_recap(nadia, begin(nadia, day=day(1), hour=""))
    Procedure.objects.filter(pk=town.procedure.pk).update(withdrawn_at=timezone.now())
    nadia.fill(nadia.get(recap), ok="on")
    assert Submission.objects.get().channel == "counter"


def test_what_was_received_after_the_closing_is_kept_and_not_recorded(nadia: Portal, town: Desk) -> None:
    recap = fill_until_recap(nadia, begin(nadia))
    Procedure.objects.filter(pk=town.procedure.pk).update(closes_at=timezone.now() - timedelta(hours=40))
    answer = nadia.fill(nadia.get(recap), ok="on")
    assert answer.status_code == 409
    assert "jour de réception" in text_of(answer)
    assert "jour de réception" in text_of(nadia.get(recap))
    assert Draft.objects.get().answers["mother"] == "Anne Morvan"


def test_an_edition_is_chosen_and_held_to_its_dates(nadia: Portal, town: Desk) -> None:
    now = timezone.now()
    past = Edition.objects.create(procedure=town.procedure, name="2025", closes_at=now - timedelta(days=10))
    Edition.objects.create(procedure=town.procedure, name="2026")
    assert nadia.fill(nadia.get(ENTER)).status_code == 422
    wrong = nadia.fill(nadia.get(ENTER), edition=str(past.pk))
    assert "ne pouvait pas être demandée" in text_of(wrong)
    submission = record(nadia, edition=str(past.pk), day=day(12), hour="", reason="Retrouvée.")
    assert submission.edition == past


def test_the_answers_are_judged_on_the_day_of_reception(town: Desk) -> None:
    received = entry.Received("phone", timezone.now() - timedelta(days=12), reason="x")
    draft = entry.begin(uuid.uuid4(), town.procedure, by=Actor(user=town.nadia), received=received)
    assert draft.today == timezone.localdate() - timedelta(days=12)
    assert drafts.start(town.procedure, None).today == timezone.localdate()


# --- Who may --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "status"), [("helene", 403), ("paul", 403), ("zoe", 403), ("roger", 200)])
def test_only_agents_and_heads_enter_requests(town: Desk, who: str, status: int) -> None:
    browser = browser_of(getattr(town, who))
    assert browser.get("/agent/saisies/").status_code == status
    if who != "zoe":
        assert ("Saisir une demande" in texts(browser.get("/agent/demandes/"))) is (status == 200)
    said = {"channel": "counter", "day": day(0), "hour": ""}
    assert browser.post(ENTER, said).status_code == (403 if who == "zoe" else 404)
    assert not Draft.objects.exists()


@pytest.mark.parametrize("who", ["helene", "paul", "roger", "zoe"])
def test_nobody_else_opens_what_an_agent_enters(nadia: Portal, town: Desk, who: str) -> None:
    begin(nadia, channel="email", papers=pdf("message.pdf"))
    draft = Draft.objects.get()
    browser = browser_of(getattr(town, who))
    for path in ("", "acte/", "recapitulatif/", "terminer/", "fichiers/proof/"):
        assert browser.get(f"/brouillons/{draft.public_id}/{path}").status_code == 404
    for path in ("acte/", "recapitulatif/", "lien/", "supprimer/"):
        assert browser.post(f"/brouillons/{draft.public_id}/{path}", {"kind": "full"}).status_code == 404
    refused = 403 if who == "zoe" else 404
    address = f"/agent/saisies/{draft.public_id}/"
    assert browser.get(address).status_code == refused
    assert browser.post(address, {"remove": str(draft.papers.get().stored.public_id)}).status_code == refused
    assert draft.papers.exists()
    assert Draft.objects.get().answers == {}


def test_neither_a_session_nor_a_link_opens_it(nadia: Portal, town: Desk) -> None:
    begin(nadia)
    draft = Draft.objects.get()
    zoe = browser_of(town.zoe)
    session = zoe.session
    session["drafts"] = [str(draft.public_id)]
    session.save()
    assert zoe.get(f"/brouillons/{draft.public_id}/acte/").status_code == 404
    assert nadia.post(f"/brouillons/{draft.public_id}/lien/", {"email": "zoe@exemple.fr"}).status_code == 404
    assert not Delivery.objects.exists()
    drafts.send_link(draft, "zoe@exemple.fr")
    link = re.search(r"/brouillons/reprendre/[^\s]+", Delivery.objects.get().body)
    assert link is not None
    assert Portal().get(link[0]).status_code == 410


def test_an_agent_of_the_desk_does_not_open_the_draft_of_a_citizen(nadia: Portal, town: Desk) -> None:
    hers = drafts.start(town.procedure, town.zoe.person)
    assert nadia.get(f"/agent/saisies/{hers.public_id}/").status_code == 404
    assert nadia.get(f"/brouillons/{hers.public_id}/acte/").status_code == 404
    assert "Nadia" not in text_of(nadia.get("/agent/saisies/"))


def test_a_role_that_ended_no_longer_records(nadia: Portal, town: Desk) -> None:
    begin(nadia)
    draft = Draft.objects.get()
    Membership.objects.filter(user=town.nadia).delete()
    assert nadia.get(f"/brouillons/{draft.public_id}/acte/").status_code == 404
    with pytest.raises(PermissionDenied):
        entry.submitted_by(draft, Actor(user=town.nadia))


def test_a_role_for_one_procedure_enters_that_one_alone(town: Desk) -> None:
    other = samples.procedure("autre", department=town.civil)
    held = town.nadia.memberships.get()
    held.procedures = [str(other.public_id)]
    held.save()
    nadia = browser_of(town.nadia)
    assert nadia.get(ENTER).status_code == 404
    assert nadia.get("/agent/saisies/nouvelle/autre/").status_code == 200
    assert ENTER not in nadia.get("/agent/saisies/").text


def test_who_works_in_two_sectors_is_led_to_the_right_one_and_loses_nothing(town: Desk) -> None:
    Membership.objects.create(user=town.nadia, department=town.roads, role="agent", title="agente")
    nadia = browser_of(town.nadia)
    first = begin(nadia)
    session = nadia.session
    session["sector"] = town.roads.sector_id
    session.save()
    answer = nadia.post(first, {"kind": "other", "copies": "douze"})
    assert answer.headers["Location"].startswith("/agent/secteur/?next=")
    assert nadia.get(ENTER).status_code == 409
    nadia.fill(nadia.get(answer.headers["Location"]), sector=str(town.civil.sector_id))
    assert 'value="douze"' in nadia.get(first).text


def test_a_stand_in_records_for_the_absent(town: Desk) -> None:
    kept = samples.department("etat_civil_bis", "Service Élections", "population")
    lea = people.staff("lea@exemple.fr", "Léa", "Bizet", kept, "agent")
    today = timezone.localdate()
    Absence.objects.create(user=town.nadia, starts_on=today, ends_on=today, stand_in=lea)
    submission = record(browser_of(lea), POSTAL)
    assert Event.objects.of(submission.key).get().data["for"] == town.nadia.key
    case = text_of(browser_of(lea).get(f"/agent/demandes/{submission.reference}/"))
    assert "Léa Bizet, pour Nadia Roussel, Claire Le Goff" in case


# --- Sessions and proofs --------------------------------------------------------------------------------------------


@override_settings(SECOND_FACTOR=True)
def test_the_second_factor_is_asked_before_what_she_enters_is_shown(town: Desk) -> None:
    draft = town.begin_entry()
    nadia = browser_of(town.nadia)
    address = f"/brouillons/{draft.public_id}/acte/"
    assert nadia.get(address).headers["Location"].startswith("/comptes/securite/")
    assert nadia.post(address, {"kind": "full", "copies": "9"}).headers["Location"].startswith("/comptes/securite/")
    draft.refresh_from_db()
    assert draft.answers == {}
    zoe = browser_of(town.zoe)
    hers = drafts.start(town.procedure, town.zoe.person)
    assert zoe.get(f"/brouillons/{hers.public_id}/acte/").status_code == 200


def test_an_idle_session_asks_for_the_proof_and_keeps_what_was_typed(town: Desk) -> None:
    nadia = Portal()
    people.sign_in(nadia, town.nadia)
    first = begin(nadia)
    later(nadia, minutes=61)
    assert nadia.post(first, {"action": "autosave", "kind": "full"}).status_code == 401
    answer = nadia.post(first, {"kind": "other", "copies": "douze"})
    assert answer.headers["Location"].startswith("/comptes/confirmation/")
    back = nadia.fill(nadia.get(answer.headers["Location"]), password=samples.PASSWORD, follow=True)
    assert back.request["PATH_INFO"] == first
    assert 'value="douze"' in back.text
    assert Draft.objects.get().answers == {}


def test_a_working_day_that_ends_signs_out_and_keeps_what_was_typed(town: Desk) -> None:
    nadia = Portal()
    people.sign_in(nadia, town.nadia)
    first = begin(nadia)
    later(nadia, minutes=60 * 13)
    answer = nadia.post(first, {"kind": "other", "copies": "douze"})
    assert answer.headers["Location"].startswith("/comptes/connexion/")
    assert "_auth_user_id" not in nadia.session
    back = nadia.fill(
        nadia.get(answer.headers["Location"]), login=town.nadia.email, password=samples.PASSWORD, follow=True
    )
    assert 'value="douze"' in back.text


def test_a_session_that_was_lost_leads_to_the_sign_in_page_and_back(town: Desk) -> None:
    nadia = Portal()
    people.sign_in(nadia, town.nadia)
    first = begin(nadia)
    nadia.logout()
    answer = nadia.post(first, {"kind": "other", "copies": "douze"})
    assert answer.headers["Location"].startswith("/comptes/connexion/?next=")
    back = nadia.fill(
        nadia.get(answer.headers["Location"]), login=town.nadia.email, password=samples.PASSWORD, follow=True
    )
    assert back.request["PATH_INFO"] == first
    assert 'value="douze"' in back.text
    assert Draft.objects.get().answers == {}


# --- What it costs --------------------------------------------------------------------------------------------------


def test_the_pages_cost_the_same_with_one_entry_and_with_ten(nadia: Portal, town: Desk) -> None:
    first = begin(nadia, channel="email", papers=pdf("message.pdf"))
    submission = record(nadia, POSTAL)
    pages = [
        "/agent/saisies/",
        ENTER,
        f"/agent/saisies/{first.split('/')[2]}/",
        first,
        f"/agent/demandes/{submission.reference}/",
        f"/agent/demandes/{submission.reference}/saisie/",
    ]
    before = [count_queries(nadia, page) for page in pages]
    for number in range(10):
        begin(nadia)
        samples.procedure(f"acte-{number}", department=town.civil)
    assert [count_queries(nadia, page) for page in pages] == before


def test_a_filing_of_ones_own_is_not_changed(town: Desk) -> None:
    submission = town.file()
    event = Event.objects.of(submission.key).get()
    assert (submission.channel, submission.entered_by, event.role) == ("online", None, "applicant")
    assert set(event.data) == {"version", "answers", "state"}
    assert submission.received_at == submission.recorded_at
    draft = drafts.start(town.procedure, None)
    assert draft.papers.count() == 0
    with pytest.raises(IncompleteDraft):
        submit(draft, by=Actor())
