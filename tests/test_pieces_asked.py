"""Pieces asked for, from the agent's page to the receipt: what each side sees, and what it does to the legal date."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.permissions import Actor
from journal.models import Event
from messaging.models import Delivery
from portal.kit.moments import day_in_words
from procedures.definition.legal import Delay, add_delay
from procedures.lifecycle import pieces, pieces_answer
from procedures.lifecycle import transition as transitions
from procedures.lifecycle.retain import purge_orphans, purge_pieces
from procedures.models import AskedPiece, Message, PieceFile, PiecesRequest, StoredFile, Submission
from tests.support import people, samples
from tests.support.client import Portal, close_files, page_of
from tests.support.people import Desk
from tests.support.queries import count_queries
from tests.support.samples_of_files import upload
from tests.test_desk import said, text_of, url
from tests.test_filing import pdf

REASON = "Il montre la filiation."
TEXT = "Article 29 du décret n° 2017-890"


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


def with_effect(desk: Desk, effect: str) -> Submission:
    """File a request whose silence means that, received ten days ago, and have it taken in charge."""
    delay = None if effect == "none" else {"count": 2, "unit": "months"}
    legal = {**samples.content()["legal"], "silence_effect": effect, "silence_delay": delay}
    desk.procedure = samples.procedure(f"de_{effect}", department=desk.civil, id=f"de_{effect}", legal=legal)
    case = desk.file(at=timezone.now() - timedelta(days=10))
    return transitions.apply(case, "take_charge", by=Actor(user=desk.nadia))


def two_months(since: date) -> date:
    return add_delay(since, Delay(count=2, unit="months"))


def in_days(count: int) -> str:
    return (timezone.localdate() + timedelta(days=count)).isoformat()


def ask(portal: Portal, case: Submission, **values: Any) -> Any:
    """Ask for the proof through the page, as Nadia sees it."""
    page = portal.get(url(case, "actions/ask_pieces/"))
    given = {"piece_0": "proof", "reason_0": REASON, "text_0": TEXT, **values}
    return portal.fill(page, follow=True, **given)


def answer_page(case: Submission) -> str:
    return f"/demandes/{case.reference}/pieces/"


def piece_of(case: Submission) -> AskedPiece:
    return AskedPiece.objects.filter(request__submission=case).latest("pk")


# --- Asking ---------------------------------------------------------------------------------------------------------


def test_crpa_24_an_agent_asks_for_a_piece_with_its_reason_and_the_citizen_is_told(portal: Portal, desk: Desk) -> None:
    case = with_effect(desk, "rejection")
    portal.force_login(desk.nadia)
    page = ask(portal, case)
    case.refresh_from_db()
    assert (case.status, case.awaiting) == ("awaiting_citizen", "pieces")
    shown = text_of(page)
    assert said("Pieces asked for") in shown
    assert "Livret de famille" in shown
    assert REASON in shown
    event = Event.objects.of(case.key).last()
    assert event is not None
    assert event.kind == "ask_pieces"
    assert event.data["pieces"] == [str(piece_of(case).public_id)]
    assert REASON not in str(event.data)
    mail = Delivery.objects.filter(about=case.key, purpose="ask_pieces").get()
    assert REASON not in mail.body
    assert "Livret" not in mail.body
    assert case.messages.get(kind=Message.Kind.PIECES).body.count(REASON) == 1
    citizen = Portal()
    citizen.force_login(desk.zoe)
    hers = text_of(citizen.get(f"/demandes/{case.reference}/"))
    assert said("Pieces to send") in hers
    assert REASON in hers
    assert TEXT in hers


def test_the_deadline_is_a_month_away_unless_said_otherwise_and_never_past(portal: Portal, desk: Desk) -> None:
    case = with_effect(desk, "rejection")
    portal.force_login(desk.nadia)
    for wrong in (in_days(0), in_days(-3), in_days(500)):
        page = ask(portal, case, deadline=wrong)
        assert page.status_code == 422
        assert REASON in page.text
    assert not PiecesRequest.objects.exists()
    ask(portal, case)
    usual = add_delay(timezone.localdate(), Delay(count=1, unit="months"))
    assert PiecesRequest.objects.get().deadline == usual


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"piece_0": "", "reason_0": "", "text_0": ""}, "Say which piece is missing."),
        ({"reason_0": ""}, "Say why this piece is indispensable."),
        ({"piece_0": "~other"}, "Choose a piece of the list, or write its name below."),
        ({"piece_1": "", "text_1": TEXT}, "Choose a piece of the list, or write its name below."),
    ],
)
def test_what_is_missing_is_said_beside_its_question(
    portal: Portal, desk: Desk, values: dict[str, str], words: str
) -> None:
    case = with_effect(desk, "rejection")
    portal.force_login(desk.nadia)
    page = ask(portal, case, **values)
    assert page.status_code == 422
    assert said(words) in text_of(page)
    assert not PiecesRequest.objects.exists()


def test_a_row_is_added_without_losing_what_was_typed(portal: Portal, desk: Desk) -> None:
    case = with_effect(desk, "rejection")
    portal.force_login(desk.nadia)
    page = portal.get(url(case, "actions/ask_pieces/"))
    page = portal.fill(page, button="more", piece_0="proof", reason_0=REASON)
    assert page.status_code == 200
    assert REASON in page.text
    page = portal.fill(page, follow=True, piece_2="~other", other_2="Plan signé", reason_2="Il situe le lieu.")
    assert [item.label for item in AskedPiece.objects.order_by("pk")] == ["Livret de famille", "Plan signé"]


def test_two_clicks_ask_once(portal: Portal, desk: Desk) -> None:
    case = with_effect(desk, "rejection")
    portal.force_login(desk.nadia)
    page = portal.get(url(case, "actions/ask_pieces/"))
    portal.fill(page, piece_0="proof", reason_0=REASON)
    again = portal.fill(page, piece_0="proof", reason_0=REASON)
    assert again.status_code == 409
    assert REASON in again.text
    assert PiecesRequest.objects.count() == 1


# --- The legal date -------------------------------------------------------------------------------------------------


def test_crpa_23_a_rejection_is_suspended_for_the_time_given(portal: Portal, desk: Desk) -> None:
    case = with_effect(desk, "rejection")
    before = case.due_on
    portal.force_login(desk.nadia)
    ask(portal, case, deadline=in_days(20))
    case.refresh_from_db()
    assert before is not None
    assert case.due_on == before + timedelta(days=20)
    shown = text_of(portal.get(url(case)))
    assert "Suspendu du" in shown
    citizen = Portal()
    citizen.force_login(desk.zoe)
    assert "est suspendu jusqu’à l’arrivée de ces pièces" in text_of(citizen.get(answer_page(case)))


def test_crpa_23_an_acceptance_waits_for_the_piece_and_runs_again_whole_from_it(portal: Portal, desk: Desk) -> None:
    case = with_effect(desk, "acceptance")
    portal.force_login(desk.nadia)
    ask(portal, case)
    case.refresh_from_db()
    assert case.due_on is None
    assert said("suspended") in text_of(portal.get("/agent/demandes/"))
    assert "Le délai ne court pas" in text_of(portal.get(url(case)))
    send(desk, case)
    case.refresh_from_db()
    assert case.due_on == two_months(timezone.localdate())


@pytest.mark.parametrize("effect", ["acceptance", "rejection"])
def test_what_no_text_requires_leaves_the_date_and_the_page_says_so(portal: Portal, desk: Desk, effect: str) -> None:
    case = with_effect(desk, effect)
    before = case.due_on
    portal.force_login(desk.nadia)
    page = ask(portal, case, text_0="")
    case.refresh_from_db()
    assert case.due_on == before
    assert said("No text is named: the legal date does not move.") in text_of(page)
    citizen = Portal()
    citizen.force_login(desk.zoe)
    assert "Aucun texte n’exige ces pièces" in text_of(citizen.get(answer_page(case)))


def test_a_correction_changes_nothing_to_the_date(desk: Desk) -> None:
    case = with_effect(desk, "rejection")
    before = case.due_on
    case = transitions.apply(case, "ask_correction", by=Actor(user=desk.nadia), words="Quelle date ?")
    assert case.due_on == before


def test_a_procedure_without_silence_effect_says_that_the_law_gives_none(portal: Portal, desk: Desk) -> None:
    case = with_effect(desk, "none")
    portal.force_login(desk.nadia)
    assert said("Silence makes no decision for this procedure: there is no legal date to move.") in text_of(
        portal.get(url(case, "actions/ask_pieces/"))
    )
    ask(portal, case)
    citizen = Portal()
    citizen.force_login(desk.zoe)
    assert "Aucune décision ne naît du silence" in text_of(citizen.get(answer_page(case)))
    assert said("The town’s silence makes no decision for this procedure.") in text_of(
        citizen.get(f"/demandes/{case.reference}/")
    )


@pytest.mark.parametrize(("effect", "due"), [("acceptance", two_months), ("rejection", None)])
def test_going_on_without_the_pieces_lets_the_time_run_again(portal: Portal, desk: Desk, effect: str, due: Any) -> None:
    case = with_effect(desk, effect)
    before = case.due_on
    case = desk.ask_pieces(case)
    portal.force_login(desk.nadia)
    page = portal.get(url(case, "actions/go_on/"))
    assert said("The pieces are no longer waited for: the legal time runs again from today.") in text_of(page)
    portal.fill(page)
    case.refresh_from_db()
    assert case.status == "under_review"
    assert case.due_on == (due(timezone.localdate()) if due else before)
    assert PiecesRequest.objects.get().waived_on == timezone.localdate()


def test_going_on_without_pieces_that_no_text_requires_leaves_the_date(portal: Portal, desk: Desk) -> None:
    case = desk.ask_pieces(with_effect(desk, "rejection"), text="")
    portal.force_login(desk.nadia)
    page = text_of(portal.get(url(case, "actions/go_on/")))
    assert said("The pieces are no longer waited for: the legal time runs again from today.") not in page
    assert case.due_on is not None
    assert said("The legal date stays %(when)s.", when=day_in_words(case.due_on)) in page


# --- Answering ------------------------------------------------------------------------------------------------------


def send(desk: Desk, case: Submission, browser: Portal | None = None, values: dict[str, Any] | None = None) -> Any:
    """Send the family book through the page, as Zoé."""
    if browser is None:
        browser = Portal()
        browser.force_login(desk.zoe)
    given = values or {piece_of(case).path: pdf()}
    return browser.fill(browser.get(answer_page(case)), button="send", values=given, follow=True)


def test_the_piece_is_sent_on_one_page_and_its_receipt_is_given(portal: Portal, desk: Desk) -> None:
    case = desk.ask_pieces(with_effect(desk, "rejection"))
    page = send(desk, case)
    case.refresh_from_db()
    assert case.status == "under_review"
    assert PiecesRequest.objects.get().answered_at is not None
    kept = case.files.get(piece=piece_of(case))
    shown = text_of(page)
    assert said("Receipt") in shown
    assert kept.stored.sha256 in shown
    event = Event.objects.of(case.key).filter(kind="send_pieces").get()
    assert event.data["files"] == [kept.stored.sha256]
    assert "livret" not in str(event.data)
    mail = Delivery.objects.get(purpose="pieces_sent")
    assert "Nous avons reçu votre envoi le" in mail.body
    assert "ivret" not in mail.body
    portal.force_login(desk.nadia)
    agent = text_of(portal.get(url(case)))
    assert "livret.pdf" in agent
    download = portal.get(url(case, f"fichiers/{kept.stored.public_id}/"))
    close_files(download)
    assert download.status_code == 200
    assert case.reference in portal.get("/agent/demandes/?etat=reponses").text


def test_a_partial_answer_is_kept_and_not_seen_before_it_is_sent(portal: Portal, desk: Desk) -> None:
    case = desk.ask_pieces(with_effect(desk, "rejection"))
    browser, item = Portal(), piece_of(case)
    browser.force_login(desk.zoe)
    words = f"words_{item.public_id.hex}"
    values = {item.path: pdf("brouillon.pdf"), words: "Il manque une page."}
    browser.fill(browser.get(answer_page(case)), button="later", values=values)
    portal.force_login(desk.nadia)
    seen = portal.get(url(case)).text
    assert "brouillon.pdf" not in seen
    assert "Il manque une page." not in seen
    StoredFile.objects.update(created_at=timezone.now() - timedelta(hours=2))
    purge_orphans()
    page = browser.get(answer_page(case))
    assert "brouillon.pdf" in page.text
    assert "Il manque une page." in page.text
    page = browser.fill(page, button=("remove", str(PieceFile.objects.get().stored.public_id)), follow=True)
    assert "brouillon.pdf" not in page.text
    assert "Il manque une page." in page.text


def test_neither_a_file_nor_a_word_is_refused_politely(desk: Desk) -> None:
    case = desk.ask_pieces(with_effect(desk, "rejection"))
    page = send(desk, case, values={f"words_{piece_of(case).public_id.hex}": ""})
    assert page.status_code == 422
    assert said("Join the piece above, or say here why you do not have it.") in text_of(page)
    case.refresh_from_db()
    assert case.awaiting == "pieces"


def test_saying_why_it_is_not_there_answers_but_no_piece_has_come(portal: Portal, desk: Desk) -> None:
    case = desk.ask_pieces(with_effect(desk, "acceptance"))
    send(desk, case, values={f"words_{piece_of(case).public_id.hex}": "Il a brûlé avec la maison."})
    case.refresh_from_db()
    assert (case.status, case.due_on) == ("under_review", None)
    portal.force_login(desk.nadia)
    assert "Il a brûlé avec la maison." in text_of(portal.get(url(case)))
    # It may still come: the page goes on taking it.
    send(desk, case)
    case.refresh_from_db()
    assert case.due_on == two_months(timezone.localdate())
    assert Event.objects.of(case.key).filter(kind="pieces_sent").count() == 1


def test_an_agent_who_takes_her_word_stops_asking_and_the_time_runs_again(portal: Portal, desk: Desk) -> None:
    case = desk.ask_pieces(with_effect(desk, "acceptance"))
    portal.force_login(desk.nadia)
    assert said("No longer ask for what is missing") not in text_of(portal.get(url(case)))
    portal.post(url(case, "pieces/abandon/"))
    assert PiecesRequest.objects.get().waived_on is None
    send(desk, case, values={f"words_{piece_of(case).public_id.hex}": "Il a brûlé avec la maison."})
    assert said("No longer ask for what is missing") in text_of(portal.get(url(case)))
    for _click in range(2):
        page = portal.post(url(case, "pieces/abandon/"), follow=True)
    case.refresh_from_db()
    assert case.due_on == two_months(timezone.localdate())
    assert said("Missing pieces no longer asked for") in text_of(page)
    assert Event.objects.of(case.key).filter(kind="pieces_given_up").count() == 1


def test_a_piece_that_comes_by_post_counts_from_the_day_it_came(portal: Portal, desk: Desk) -> None:
    case = desk.ask_pieces(with_effect(desk, "acceptance"))
    PiecesRequest.objects.update(asked_on=timezone.localdate() - timedelta(days=8))
    path, came = piece_of(case).path, timezone.localdate() - timedelta(days=3)
    portal.force_login(desk.nadia)
    page = portal.get(url(case, "pieces/arrivees/"))
    for wrong in ("", in_days(1), in_days(-20)):
        assert portal.fill(page, values={path: wrong}).status_code == 422
    assert piece_of(case).arrived_on is None
    for _click in range(2):
        shown = portal.fill(page, values={path: came.isoformat()}, follow=True)
    case.refresh_from_db()
    assert (case.status, case.due_on) == ("under_review", two_months(came))
    assert said("Pieces received by another way") in text_of(shown)
    assert Event.objects.of(case.key).filter(kind="pieces_noted").count() == 1
    assert Delivery.objects.filter(purpose="pieces_noted").count() == 1
    citizen = Portal()
    citizen.force_login(desk.zoe)
    hers = text_of(citizen.get(answer_page(case)))
    assert said("Received by another way:") in hers
    assert day_in_words(came) in hers


def test_one_piece_of_two_by_post_leaves_the_other_awaited(desk: Desk) -> None:
    case = with_effect(desk, "rejection")
    wanted = (pieces.Wanted("Plan", REASON, TEXT), pieces.Wanted("Photo", REASON))
    asking = pieces.Asking(wanted, timezone.localdate() + timedelta(days=9))
    case = transitions.apply(case, "ask_pieces", by=Actor(user=desk.nadia), asking=asking)
    plan = AskedPiece.objects.get(label="Plan")
    pieces_answer.note_arrival(case, {str(plan.public_id): timezone.localdate()}, by=Actor(user=desk.nadia))
    case.refresh_from_db()
    # No text requires the other one: the clock waits for nothing more, the department does.
    assert case.awaiting == "pieces"
    assert case.due_on == two_months(timezone.localdate(case.received_at))


def test_the_same_words_sent_again_are_nothing_new(desk: Desk) -> None:
    case = desk.ask_pieces(with_effect(desk, "rejection"))
    words = {f"words_{piece_of(case).public_id.hex}": "Je ne l’ai pas."}
    send(desk, case, values=words)
    page = send(desk, case, values=words)
    assert page.status_code == 422
    assert said("There is nothing new to send: join a file, or say why you do not have it.") in text_of(page)


def test_what_cannot_be_read_is_refused_beside_its_piece_and_the_words_stay(desk: Desk) -> None:
    case = desk.ask_pieces(with_effect(desk, "rejection"))
    item = piece_of(case)
    values = {item.path: upload("programme.exe", b"MZ" + b"\x00" * 300), f"words_{item.public_id.hex}": "Voici."}
    page = send(desk, case, values=values)
    assert page.status_code == 422
    assert "programme.exe" in text_of(page)
    assert "Voici." in page.text
    case.refresh_from_db()
    assert case.awaiting == "pieces"


def test_a_blocked_file_cannot_be_sent(desk: Desk) -> None:
    case = desk.ask_pieces(with_effect(desk, "rejection"))
    pieces.choose(piece_of(case), [pdf()])
    StoredFile.objects.filter(piece_link__isnull=False).update(scan="infected")
    page = send(desk, case, values={f"words_{piece_of(case).public_id.hex}": "Voici."})
    assert page.status_code == 422
    with pytest.raises(pieces_answer.NothingToSend):
        pieces_answer.send(case, by=Actor(user=desk.zoe))


def test_two_clicks_send_once(desk: Desk) -> None:
    case = desk.ask_pieces(with_effect(desk, "rejection"))
    browser, path = Portal(), piece_of(case).path
    browser.force_login(desk.zoe)
    page = browser.get(answer_page(case))
    for _click in range(2):
        shown = browser.fill(page, button="send", values={path: pdf()}, follow=True)
        assert shown.status_code == 200
    assert case.files.filter(piece__isnull=False).count() == 1
    assert Event.objects.of(case.key).filter(kind="send_pieces").count() == 1
    assert Delivery.objects.filter(purpose="pieces_sent").count() == 1


def test_a_piece_after_the_day_given_is_still_accepted_and_said_to_be(desk: Desk) -> None:
    case = desk.ask_pieces(with_effect(desk, "rejection"))
    past = timezone.localdate() - timedelta(days=1)
    PiecesRequest.objects.update(asked_on=past - timedelta(days=5), deadline=past)
    browser = Portal()
    browser.force_login(desk.zoe)
    page = browser.get(answer_page(case))
    assert said("The day given was %(when)s. You may still send your pieces.", when=day_in_words(past)) in text_of(page)
    send(desk, case, browser)
    case.refresh_from_db()
    assert case.status == "under_review"


def test_what_she_was_choosing_when_the_department_went_on_is_kept_and_may_be_sent(desk: Desk) -> None:
    case = desk.ask_pieces(with_effect(desk, "acceptance"))
    pieces.choose(piece_of(case), [pdf("garde.pdf")])
    transitions.apply(case, "go_on", by=Actor(user=desk.nadia))
    case.refresh_from_db()
    due, browser = case.due_on, Portal()
    browser.force_login(desk.zoe)
    page = browser.get(answer_page(case))
    assert "garde.pdf" in page.text
    assert said("The department has gone on without waiting for these pieces. You may still send them.") in text_of(
        page
    )
    browser.fill(page, button="send")
    case.refresh_from_db()
    assert (case.status, case.due_on) == ("under_review", due)
    assert case.files.filter(piece__isnull=False).count() == 1


def test_a_newer_request_takes_the_place_of_the_one_before_and_what_was_chosen_follows(desk: Desk) -> None:
    case = desk.ask_pieces(with_effect(desk, "rejection"))
    old = piece_of(case)
    browser = Portal()
    browser.force_login(desk.zoe)
    before = browser.get(answer_page(case))
    pieces.choose(old, [pdf("premier.pdf")])
    transitions.apply(case, "go_on", by=Actor(user=desk.nadia))
    desk.ask_pieces(Submission.objects.get(pk=case.pk))
    new = piece_of(case)
    assert [link.stored.name for link in new.waiting.all()] == ["premier.pdf"]
    # The page that she had open names the piece of the first request.
    browser.fill(before, button="later", values={old.path: pdf("second.pdf")})
    assert sorted(link.stored.name for link in new.waiting.all()) == ["premier.pdf", "second.pdf"]
    assert PiecesRequest.objects.filter(waived_on=None).get() == new.request


def test_a_request_that_is_over_awaits_nothing(desk: Desk) -> None:
    case = desk.ask_pieces(with_effect(desk, "rejection"))
    browser, path = Portal(), piece_of(case).path
    browser.force_login(desk.zoe)
    page = browser.get(answer_page(case))
    transitions.apply(case, "withdraw", by=Actor(user=desk.zoe))
    shown = browser.fill(page, button="send", values={path: pdf()}, follow=True)
    assert said("Nothing is awaited any more: here is where your request stands.") in " ".join(shown.text.split())
    assert not case.files.filter(piece__isnull=False).exists()
    assert page_of(shown).find("textarea") is None


def test_a_file_chosen_and_never_sent_goes_once_the_request_is_over(desk: Desk) -> None:
    case = desk.ask_pieces(with_effect(desk, "rejection"))
    pieces.choose(piece_of(case), [pdf()])
    assert purge_pieces() == 0
    transitions.apply(case, "withdraw", by=Actor(user=desk.zoe))
    assert purge_pieces() == 1
    assert not StoredFile.objects.filter(name="livret.pdf").exists()


# --- Who ------------------------------------------------------------------------------------------------------------


def test_a_helper_sends_for_her_within_his_mandate_and_it_is_written_for_whom(desk: Desk) -> None:
    case = desk.ask_pieces(with_effect(desk, "rejection"))
    malik = samples.citizen("malik@exemple.fr", "Aubrac", "Malik")
    held = people.mandate(desk.zoe.person, malik)
    browser = Portal()
    browser.force_login(malik)
    page = browser.get(answer_page(case))
    assert "Vous agissez pour" in page.text
    send(desk, case, browser)
    event = Event.objects.of(case.key).filter(kind="send_pieces").get()
    assert (event.data["for"], event.data["mandate"]) == (desk.zoe.person.key, str(held.public_id))
    other = samples.procedure("autre", department=desk.civil, id="autre")
    held.procedures = [str(other.public_id)]
    held.save()
    again = Portal()
    again.force_login(malik)
    assert again.get(answer_page(case)).status_code == 404
    assert again.post(answer_page(case), {"send": "1"}).status_code == 404


def test_who_follows_without_an_account_answers_too(desk: Desk) -> None:
    case = desk.ask_pieces(with_effect(desk, "rejection"))
    browser = Portal()
    assert browser.get(answer_page(case)).status_code == 404
    browser.post("/suivi/", {"reference": case.reference})
    code = re.search(r"\b[0-9]{8}\b", Delivery.objects.get(purpose="follow_code").body)
    assert code
    browser.post("/suivi/code/", {"code": code[0]})
    send(desk, case, browser)
    case.refresh_from_db()
    assert case.status == "under_review"


def test_the_answer_page_costs_the_same_with_one_piece_and_with_ten(portal: Portal, desk: Desk) -> None:
    counts: set[tuple[Any, int]] = set()
    for number in (1, 10):
        case = with_effect(desk, "rejection") if number == 1 else desk.file()
        if number == 10:
            case = transitions.apply(case, "take_charge", by=Actor(user=desk.nadia))
        wanted = tuple(pieces.Wanted(f"Pièce {one}", REASON, TEXT) for one in range(number))
        asking = pieces.Asking(wanted, timezone.localdate() + timedelta(days=9))
        transitions.apply(case, "ask_pieces", by=Actor(user=desk.nadia), asking=asking)
        portal.force_login(desk.zoe)
        counts.add(("page", count_queries(portal, answer_page(case))))
        counts.add(("case", count_queries(portal, f"/demandes/{case.reference}/")))
        portal.force_login(desk.nadia)
        counts.add(("desk", count_queries(portal, url(case))))
    assert len(counts) == 3, counts
