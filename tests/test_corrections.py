"""Corrections asked for, answer by answer: what the agent ticks, what the person mends on one page, what is kept (CRPA-26)."""

from datetime import timedelta
from typing import Any

import page as validator
import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.permissions import Actor
from journal.models import Event
from messaging.models import Delivery
from procedures.documents import verify
from procedures.lifecycle import draft as drafts
from procedures.lifecycle import retain
from procedures.lifecycle import transition as transitions
from procedures.lifecycle.message import send as write
from procedures.lifecycle.submit import submit
from procedures.models import AnswerSet, CorrectionRequest, Document, Facet, Submission
from tests.support import people, samples
from tests.support.client import Portal, close_files
from tests.support.people import Desk
from tests.support.queue import drain
from tests.test_desk import text_of, url
from tests.test_receipt import text_of as text_of_pdf

WHY = "Votre mairie de naissance ne délivre pas de copie intégrale."


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


@pytest.fixture
def case(desk: Desk) -> Submission:
    return transitions.apply(desk.file(), "take_charge", by=Actor(user=desk.nadia))


def as_agent(desk: Desk) -> Portal:
    browser = Portal()
    browser.force_login(desk.nadia)
    return browser


def as_zoe(desk: Desk) -> Portal:
    browser = Portal()
    browser.force_login(desk.zoe)
    return browser


def page_of(case: Submission) -> str:
    return f"/demandes/{case.reference}/correction/"


def now_of(case: Submission) -> Submission:
    return Submission.objects.get(pk=case.pk)


def asked(case: Submission) -> CorrectionRequest:
    found = CorrectionRequest.objects.filter(submission=case).order_by("-pk").first()
    assert found is not None
    return found


def answers(case: Submission) -> dict[str, Any]:
    return case.answer_sets.order_by("-number")[0].answers


def test_an_agent_ticks_an_answer_then_says_what_is_wrong_with_it(desk: Desk, case: Submission) -> None:
    portal = as_agent(desk)
    page = portal.get(url(case, "actions/ask_correction/"))
    assert "Copie intégrale" in text_of(page)
    page = portal.fill(page, wanted=["kind"])
    assert page.status_code == 200
    assert not CorrectionRequest.objects.exists()
    page = portal.fill(page, reason_kind="")
    assert page.status_code == 422
    assert "Dites ce qui ne va pas" in text_of(page)
    page = portal.fill(page, follow=True, reason_kind=WHY, words="Merci d’avance.")
    assert page.status_code == 200
    request = asked(case)
    assert [(item.field_id, item.label, item.reason) for item in request.items.all()] == [("kind", "Type d’acte", WHY)]
    assert request.deadline > timezone.localdate()
    assert now_of(case).awaiting == "correction"
    event = Event.objects.of(case.key).last()
    assert event is not None
    assert event.data["fields"] == ["kind"]
    assert WHY not in str(event.data)
    mail = Delivery.objects.get(about=case.key, purpose="ask_correction")
    assert WHY not in mail.body
    assert "Type d’acte" in text_of(page)
    assert "attendue" in text_of(page)


def test_a_question_in_words_alone_is_still_possible(desk: Desk, case: Submission) -> None:
    portal = as_agent(desk)
    page = portal.fill(portal.get(url(case, "actions/ask_correction/")))
    assert page.status_code == 422
    portal.fill(page, follow=True, words="Quelle est la date du mariage ?")
    assert now_of(case).awaiting == "correction"
    assert not CorrectionRequest.objects.exists()


def test_files_and_the_applicant_are_not_among_the_answers_to_tick(desk: Desk, case: Submission) -> None:
    page = as_agent(desk).get(url(case, "actions/ask_correction/"))
    shown = text_of(page)
    assert "Nom de la mère" in shown
    assert 'value="proof"' not in page.content.decode()
    assert 'value="applicant_family_name"' not in page.content.decode()


def test_a_day_that_leaves_no_time_is_refused_beside_its_question(desk: Desk, case: Submission) -> None:
    portal = as_agent(desk)
    page = portal.fill(portal.get(url(case, "actions/ask_correction/")), wanted=["mother"])
    page = portal.fill(page, reason_mother="Il manque le second nom.", deadline=timezone.localdate().isoformat())
    assert page.status_code == 422
    assert "choisissez un jour à venir" in text_of(page)
    assert "Il manque le second nom." in page.content.decode()


def test_the_person_corrects_what_is_named_and_gets_a_receipt(desk: Desk, case: Submission) -> None:
    due = case.due_on
    desk.ask_correction(case, mother="Il manque le second nom.")
    portal = as_zoe(desk)
    shown = text_of(portal.get(f"/demandes/{case.reference}/"))
    assert "Réponses à corriger" in shown
    page = portal.get(page_of(case))
    assert "Il manque le second nom." in text_of(page)
    assert "Nombre d’exemplaires" not in text_of(page)
    assert 'value="Anne Morvan"' in page.content.decode()
    page = portal.fill(page, button="send", follow=True, mother="Anne Morvan-Le Bris")
    assert "Votre correction est arrivée" in text_of(page)
    first, second = case.answer_sets.order_by("number")
    assert (second.number, second.origin, second.answers["mother"]) == (2, "correction", "Anne Morvan-Le Bris")
    assert first.answers["mother"] == "Anne Morvan"
    assert {**second.answers, "mother": "Anne Morvan"} == first.answers
    event = Event.objects.of(case.key).last()
    assert event is not None
    assert (event.kind, event.data["answers"]) == ("reply", second.digest)
    now = now_of(case)
    assert now.status == "under_review"
    # A correction never touches the clock (L114-6): only pieces that a text requires do.
    assert now.due_on == due
    assert "le bris" in now.search_text
    assert Delivery.objects.filter(about=case.key, purpose="corrected").count() == 1
    drain()
    receipt = Document.objects.select_related("stored").get(answer_set=second)
    assert receipt.stored is not None
    with default_storage.open(receipt.stored.key) as kept:
        data = kept.read()
    for profile in ("ua1", "3a"):
        verdict = validator.validate_pdf_bytes(data, profile=profile)
        assert verdict.is_compliant, [str(failure.message) for failure in verdict.failures]
    text = text_of_pdf(data)
    assert "Récépissé de correction" in text
    assert "Anne Morvan-Le Bris" in text
    assert second.digest in text.replace(" ", "")
    assert verify.by_code(case.reference, receipt.verification_code).received_at == second.created_at
    assert "Télécharger le récépissé" in text_of(portal.get(page_of(case)))
    answer = portal.get(f"/demandes/{case.reference}/accuse/2/")
    assert answer.headers["Content-Type"] == "application/pdf"
    close_files(answer)
    answer = portal.get(f"/demandes/{case.reference}/accuse/")
    assert "accuse-de-reception" in answer.headers["Content-Disposition"]
    close_files(answer)


def test_the_agent_sees_what_changed_between_two_sendings(desk: Desk, case: Submission) -> None:
    desk.ask_correction(case, mother="Il manque le second nom.")
    portal = as_zoe(desk)
    portal.fill(portal.get(page_of(case)), button="send", mother="Anne Le Bris")
    drain()
    agent = as_agent(desk)
    page = agent.get(url(case))
    assert "Avant : Anne Morvan" in text_of(page)
    assert "Maintenant : Anne Le Bris" in text_of(page)
    assert "Correction envoyée par l’usager" in text_of(page)
    answer = agent.get(url(case, "accuse/2/"))
    assert answer.status_code == 200
    close_files(answer)


def test_an_answer_that_opens_a_question_asks_it_on_the_same_page(desk: Desk, case: Submission) -> None:
    desk.ask_correction(case, kind=WHY)
    portal = as_zoe(desk)
    page = portal.fill(portal.get(page_of(case)), button="send", kind="other")
    assert page.status_code == 422
    assert "Lequel ?" in text_of(page)
    assert case.answer_sets.count() == 1
    portal.fill(page, button="send", which="Acte de reconnaissance")
    assert answers(case)["which"] == "Acte de reconnaissance"
    facet = Facet.objects.get(submission=case, field_id="kind")
    assert facet.text != ""


def test_answers_that_the_correction_hides_leave_the_new_sending(desk: Desk, case: Submission) -> None:
    desk.ask_correction(case, kind=WHY)
    portal = as_zoe(desk)
    portal.fill(portal.get(page_of(case)), button="send", kind="bare")
    assert "mother" not in answers(case)
    assert "mother" in case.answer_sets.get(number=1).answers


def test_a_file_that_becomes_necessary_is_left_for_the_department_to_ask(desk: Desk) -> None:
    draft_answers = {"kind": "bare", "which": None, "copies": 2}
    case = _filed_without_parents(desk, draft_answers)
    desk.ask_correction(case, kind="Vous avez demandé une copie au téléphone.")
    portal = as_zoe(desk)
    page = portal.fill(portal.get(page_of(case)), button="send", kind="full")
    assert page.status_code == 422
    portal.fill(page, button="send", mother="Anne Morvan")
    message = case.messages.order_by("-pk")[0]
    assert "pièce désormais nécessaire, à demander : Livret de famille" in message.body


def _filed_without_parents(desk: Desk, acte: dict[str, Any]) -> Submission:
    draft = drafts.start(desk.procedure, desk.zoe.person)
    drafts.save_step(draft, "acte", acte)
    drafts.save_step(draft, "applicant", dict(people.APPLICANT))
    draft.save()
    return submit(draft, by=Actor(user=desk.zoe))


def test_nothing_changed_needs_a_word_and_the_clock_stays(desk: Desk, case: Submission) -> None:
    due = case.due_on
    desk.ask_correction(case, mother="Est-ce le bon nom ?")
    portal = as_zoe(desk)
    page = portal.fill(portal.get(page_of(case)), button="send")
    assert page.status_code == 422
    assert "Rien n’a changé" in text_of(page)
    page = portal.fill(page, button="send", follow=True, Words="C’est bien son nom de naissance.")
    assert page.status_code == 200
    assert case.answer_sets.count() == 1
    now = now_of(case)
    assert (now.status, now.due_on) == ("under_review", due)
    assert "C’est bien son nom de naissance." in case.messages.order_by("-pk")[0].body
    assert asked(case).answered_at is not None


def test_what_is_typed_and_not_valid_is_kept_and_shown_again(desk: Desk, case: Submission) -> None:
    desk.ask_correction(case, mother="Il manque le second nom.", copies="Cinq au plus.")
    portal = as_zoe(desk)
    page = portal.fill(portal.get(page_of(case)), button="send", mother="Anne Le Bris", copies="neuf")
    assert page.status_code == 422
    page = portal.get(page_of(case))
    assert 'value="Anne Le Bris"' in page.content.decode()
    assert 'value="neuf"' in page.content.decode()
    page = portal.fill(page, button="later", follow=True)
    assert "Rien n’est encore envoyé" in text_of(page)
    assert now_of(case).awaiting == "correction"


def test_what_was_being_typed_outlives_the_department_going_on(desk: Desk, case: Submission) -> None:
    desk.ask_correction(case, mother="Il manque le second nom.")
    portal = as_zoe(desk)
    page = portal.get(page_of(case))
    portal.fill(page, button="later", mother="Anne Le Bris")
    current = now_of(case)
    leaving = current.version.definition.workflow.leaving(current.state)
    resume = next((one for one in leaving if one.role == "agent" and one.act == "move"), None)
    if resume is None:
        pytest.fail("the workflow lets no agent go on")
    transitions.apply(current, resume.id, by=Actor(user=desk.nadia))
    page = portal.get(page_of(case))
    assert "a continué sans attendre" in text_of(page)
    assert 'value="Anne Le Bris"' in page.content.decode()
    portal.fill(page, button="send", follow=True)
    assert answers(case)["mother"] == "Anne Le Bris"
    last = Event.objects.of(case.key).last()
    assert last is not None
    assert last.kind == "corrected"


def test_a_second_click_sends_nothing_twice(desk: Desk, case: Submission) -> None:
    desk.ask_correction(case, mother="Il manque le second nom.")
    portal = as_zoe(desk)
    page = portal.get(page_of(case))
    portal.fill(page, button="send", mother="Anne Le Bris")
    portal.fill(page, button="send", mother="Anne Le Bris")
    assert case.answer_sets.count() == 2
    assert Delivery.objects.filter(about=case.key, purpose="corrected").count() == 1


def test_asking_again_keeps_what_was_typed_for_the_same_answer(desk: Desk, case: Submission) -> None:
    desk.ask_correction(case, mother="Il manque le second nom.")
    portal = as_zoe(desk)
    portal.fill(portal.get(page_of(case)), button="later", mother="Anne Le Bris")
    first = asked(case)
    current = now_of(case)
    leaving = current.version.definition.workflow.leaving(current.state)
    back = next(one for one in leaving if one.role == "agent" and one.act == "move")
    transitions.apply(current, back.id, by=Actor(user=desk.nadia))
    desk.ask_correction(now_of(case), mother="Il manque le second nom.", copies="Cinq au plus.")
    assert asked(case).pk != first.pk
    assert 'value="Anne Le Bris"' in portal.get(page_of(case)).content.decode()


def test_a_request_that_is_over_takes_no_correction(desk: Desk, case: Submission) -> None:
    desk.ask_correction(case, mother="Il manque le second nom.")
    portal = as_zoe(desk)
    page = portal.get(page_of(case))
    transitions.apply(now_of(case), "withdraw", by=Actor(user=desk.zoe))
    page = portal.fill(page, button="send", follow=True, mother="Anne Le Bris")
    assert "Plus rien n’est attendu" in text_of(page)
    assert AnswerSet.objects.filter(submission=case).count() == 1


def test_a_stranger_finds_no_page_and_a_request_without_corrections_has_none(desk: Desk, case: Submission) -> None:
    portal = as_zoe(desk)
    assert portal.get(page_of(case)).status_code == 404
    desk.ask_correction(case)
    other = Portal()
    other.force_login(desk.roger)
    assert other.get(page_of(case)).status_code == 404


def test_a_message_does_not_close_the_correction(desk: Desk, case: Submission) -> None:
    desk.ask_correction(case)
    write(case, "Une question.", by=Actor(user=desk.zoe))
    assert asked(case).is_open


def test_a_late_answer_is_accepted(desk: Desk, case: Submission) -> None:
    desk.ask_correction(case, mother="Il manque le second nom.")
    CorrectionRequest.objects.update(
        asked_on=timezone.localdate() - timedelta(days=40), deadline=timezone.localdate() - timedelta(days=2)
    )
    portal = as_zoe(desk)
    page = portal.get(page_of(case))
    assert "Vous pouvez encore répondre" in text_of(page)
    portal.fill(page, button="send", mother="Anne Le Bris")
    assert answers(case)["mother"] == "Anne Le Bris"


def test_rows_of_a_group_are_corrected_too(desk: Desk) -> None:
    group = {
        "type": "group",
        "id": "children",
        "label": "Enfants",
        "row_label": "Enfant",
        "fields": [{"type": "text", "id": "child", "label": "Prénom"}],
    }
    content = samples.content()
    content["steps"][0]["sections"][0]["fields"].append(group)
    desk.procedure = samples.procedure("de_groupe", department=desk.civil, id="de_groupe", steps=content["steps"])
    rows = {"kind": "full", "which": None, "copies": 2, "children": [{"child": "Malo"}]}
    draft = drafts.start(desk.procedure, desk.zoe.person)
    drafts.save_step(draft, "acte", rows)
    drafts.save_step(draft, "parents", {**people.ANSWERS["parents"], "proof": [people.PROOF]})
    drafts.save_step(draft, "applicant", dict(people.APPLICANT))
    draft.save()
    case = submit(draft, by=Actor(user=desk.zoe))
    desk.ask_correction(case, children="Il manque un enfant.")
    portal = as_zoe(desk)
    page = portal.fill(portal.get(page_of(case)), button=("row", "children:add"), follow=True)
    portal.fill(page, button="send", values={"children-2-child": "Énora"})
    assert [row["child"] for row in answers(case)["children"]] == ["Malo", "Énora"]


def test_what_was_typed_and_never_sent_is_forgotten_a_month_after_the_request_is_over(
    desk: Desk, case: Submission
) -> None:
    desk.ask_correction(case, mother="Il manque le second nom.")
    portal = as_zoe(desk)
    portal.fill(portal.get(page_of(case)), button="later", mother="Anne Le Bris")
    transitions.apply(now_of(case), "withdraw", by=Actor(user=desk.zoe))
    assert retain.purge_corrections() == 0
    Submission.objects.update(closed_at=timezone.now() - timedelta(days=31))
    assert retain.purge_corrections() == 1
    assert asked(case).pending == {}
